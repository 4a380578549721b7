"""What can be wrong in one snapshot on its own: a small file for each kind of finding."""
