"""A snapshot as a forwarding network: paths, and who reaches whom."""
