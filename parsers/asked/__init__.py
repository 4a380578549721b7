"""What is asked of a node, by subject; ``parsers.catalogue`` has the order."""
