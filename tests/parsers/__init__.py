"""Texts to records: every line accounted for."""
