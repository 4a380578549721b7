"""Flight recorder for container networks: see docs/ and README.md."""
