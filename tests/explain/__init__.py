"""Tests of netsnap/explain."""
