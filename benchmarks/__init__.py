"""Ratios to a named peer, measured in one run."""
