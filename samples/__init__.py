"""Recordings that ship with netsnap: what the demo plays, and a sample for each template."""
