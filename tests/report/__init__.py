"""Tests of netsnap/report."""
