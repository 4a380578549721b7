"""Tests mirror the rooms; tests/lab is three real nodes on one machine."""
