"""What a ticket room raises."""


class TicketError(Exception):
    """The report did not reach the ticket, or not whole; the text is a sentence for the user.

    ``posted`` names what the tracker has taken already: "the bundle NAME". Nothing is taken back,
    and running the same command again posts only what is missing.
    """

    def __init__(self, sentence: str, *, posted: str = "") -> None:
        self.posted = posted
        super().__init__(f"{sentence} Already posted: {posted}." if posted else sentence)


def brief(text: str) -> str:
    """Make what a server or a library says fit into a sentence: one printable line, 200 long."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return (line[:199] + "…" if len(line) > 200 else line).rstrip(".")  # noqa: PLR2004 -- as told
