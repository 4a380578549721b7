"""What reading a text gives: its records, and an account of every line."""

from dataclasses import dataclass

from parsers.roles import Record


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line that no rule of the template knows. ``line`` counts from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of a text: ``lines == parsed + noise + len(unknown)``, always."""

    lines: int = 0
    parsed: int = 0
    noise: int = 0
    unknown: tuple[UnknownLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The records of one capture, and where each stands in its text.

    ``line_numbers`` runs parallel to ``records``: the line (from 1) where the record begins.
    ``blind`` is "" if the records are all there was to know; else a sentence that says why they
    may not be (the question timed out, the command failed, JSON was cut …). A Reading that is
    blind proves no absence. ``lacking`` says why it is blind: the program knows no such question.
    """

    records: tuple[Record, ...] = ()
    line_numbers: tuple[int, ...] = ()
    ledger: Ledger = Ledger()
    blind: str = ""
    lacking: bool = False
