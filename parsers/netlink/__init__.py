"""Readers of what the kernel says itself, as ``collector.local`` dumps it."""
