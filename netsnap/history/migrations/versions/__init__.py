"""One file a revision; the first revision is the first schema."""
