"""Two snapshots give changes keyed by identity, and what the comparison is blind to."""
