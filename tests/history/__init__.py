"""The history against real files, real servers, and real ends of processes."""
