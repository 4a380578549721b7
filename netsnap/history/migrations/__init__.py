"""Alembic's revisions of the schema. A revision that was released is never edited."""

HEAD = "0001"
"""The newest revision, so that opening a history that is up to date need not load Alembic."""
