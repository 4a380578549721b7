"""The one door from what a node said to records: ``read(capture)``."""

import dataclasses
from datetime import datetime
from typing import Any

from collector.capture import Capture, Outcome
from parsers import catalogue
from parsers.entry import Entry
from parsers.reading import Reading
from parsers.text import Text, decode

_STDERR_SHOWN = 200  # characters of stderr quoted in a sentence


def read(capture: Capture) -> Reading:
    """Read one capture.

    Never raises for what a node printed. A question that did not come to its end gives no records
    and says why it is blind; a command that ended in failure gives what it printed, and is blind
    too. Raises ParseError only if no entry of the catalogue has the capture's probe.
    """
    entry = catalogue.entry(capture.question.probe)
    if capture.outcome is not Outcome.ANSWERED:
        return Reading(blind=_why_not(capture, entry))
    subject = capture.question.subject
    reading = _read(entry, capture.stdout, subject, capture.started)
    doubt = _doubt(capture, entry)
    if entry.never_empty and not (doubt or reading.blind or reading.records):
        doubt = "there is nothing in the answer"
    if not doubt:
        return reading
    return dataclasses.replace(
        reading,
        blind="; ".join(filter(None, (doubt, reading.blind))),
        lacking=_lacks(capture, entry),
    )


def read_text(command: str, data: bytes) -> Reading:
    """Read a saved answer for ``netsnap parse``: COMMAND is a probe's name or a typed command.

    Raises ParseError if nothing here reads that command.
    """
    entry = catalogue.find(command)
    return _read(entry, data, _subject(entry, command))


def _read(entry: Entry, data: bytes, subject: str, taken: datetime | None = None) -> Reading:
    reading = entry.reader(Text(decode(data), entry.probe.name, subject, taken))
    ledger = reading.ledger.bounded()
    return reading if ledger is reading.ledger else dataclasses.replace(reading, ledger=ledger)


def as_json(reading: Reading) -> dict[str, Any]:
    """Return a reading as plain JSON values; each record has its kind, line and fields.

    The ledger tells of unknown lines that are counted only if there are any.
    """
    ledger = dataclasses.asdict(reading.ledger)
    if not reading.ledger.more:
        del ledger["more"], ledger["more_digest"]
    records = [
        {"kind": record.kind, "line": line, **dataclasses.asdict(record)}
        for record, line in zip(reading.records, reading.line_numbers, strict=True)
    ]
    return {
        "records": records,
        "ledger": ledger,
        "blind": reading.blind,
    }


def _why_not(capture: Capture, entry: Entry) -> str:
    if capture.detail:
        return capture.detail
    match capture.outcome:
        case Outcome.TIMED_OUT:
            return f"timed out after {entry.probe.limit:g} s"
        case Outcome.MISSING:
            return f"no {entry.probe.needs} on the node"
        case outcome:
            return outcome.value


def _doubt(capture: Capture, entry: Entry) -> str:
    """Say why an answer may not be whole, "" if nothing speaks against it."""
    lines = (line.strip() for line in decode(capture.stderr).split("\n"))
    said = "\n".join(filter(None, lines))
    left = entry.harmless.sub("", said) if entry.harmless else said
    bad = left.split("\n") if left else []
    if capture.exit_status == 0:
        return _quote("it said", bad) if entry.quiet and bad else ""
    if said and not bad:
        return ""
    if capture.exit_status is None:
        return _quote("no exit status", bad)
    return _quote(f"exit status {capture.exit_status}", bad)


def _lacks(capture: Capture, entry: Entry) -> bool:
    """Say whether a question failed because the program knows no such question."""
    if entry.lacking is None or not capture.exit_status:
        return False
    said = decode(capture.stderr).split("\n") + decode(capture.stdout).split("\n")
    return any(entry.lacking.fullmatch(line.strip()) for line in said)


def _quote(what: str, lines: list[str]) -> str:
    return f"{what}: {lines[0][:_STDERR_SHOWN]}" if lines else what


def _subject(entry: Entry, command: str) -> str:
    """Return what a typed command is about: the interface of ``ethtool -S eth0``, or "".

    An entry's own pattern may name it as its group "subject".
    """
    words = command.split()
    typed = entry.typed.fullmatch(" ".join(words))
    if typed is not None and "subject" in typed.re.groupindex:
        return typed["subject"] or ""
    is_typed = len(words) > 1 and words != [entry.probe.name]
    return words[-1] if entry.probe.where.value == "interface" and is_typed else ""
