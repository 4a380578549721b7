"""``netsnap parse``: read one text, show its records and what was not understood."""

from pathlib import Path
from typing import Annotated

import typer

from netsnap.cli.context import Format, check_format, read_file, say
from netsnap.report.escapes import json_text
from parsers.read import as_json, read_text
from parsers.reading import Reading

UNDERSTOOD, NOT_ALL = 0, 1


def parse(
    command: Annotated[str, typer.Argument(help='As typed: "ip route", "docker inspect" …')],
    file: Annotated[Path, typer.Argument(help="The command's output; - is standard input.")],
    wanted: Format = "text",
) -> None:
    """Read the output of one command: its records, and the account of its lines.

    Example: ip route | netsnap parse "ip route" -

    Exit status: 0 every line was understood, 1 some was not, 2 trouble.
    """
    as_data = check_format(wanted)
    reading = read_text(command, read_file(file))
    if as_data:
        typer.echo(json_text(as_json(reading)))
    else:
        show_reading(reading)
    whole = not reading.ledger.unknown and not reading.blind
    raise typer.Exit(UNDERSTOOD if whole else NOT_ALL)


def show_reading(reading: Reading) -> None:
    """Print a reading for a person: a line a record, then the ledger."""
    for record in as_json(reading)["records"]:
        words = (
            f"{name}={value}"
            for name, value in record.items()
            if name != "kind" and value not in ("", None, [], ())
        )
        say(f"{record['kind']}  {' '.join(words)}")
    ledger = reading.ledger
    say(
        f"{ledger.lines} lines: {ledger.parsed} parsed, {ledger.noise} noise, "
        f"{len(ledger.unknown)} unknown",
    )
    for unknown in ledger.unknown:
        say(f"  line {unknown.line}: {unknown.text}")
    if reading.blind:
        say(f"not everything could be read: {reading.blind}")
