"""Captures to records, accounting for every line."""
