"""Tests of netsnap/cli."""
