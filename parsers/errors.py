"""Errors of this room. They are for a person's mistake, never for what a node printed."""


class ParseError(Exception):
    """A person asked to read something that nothing here can read."""
