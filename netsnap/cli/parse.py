"""``netsnap parse``: read one text, show its records and what was not understood."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from netsnap.cli.context import Format, check_format, console, read_file
from netsnap.report.words import printable
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
        typer.echo(json.dumps(as_json(reading), indent=2, ensure_ascii=False))
    else:
        show_reading(reading, console())
    whole = not reading.ledger.unknown and not reading.blind
    raise typer.Exit(UNDERSTOOD if whole else NOT_ALL)


def show_reading(reading: Reading, out: Console) -> None:
    """Print a reading for a person: a line a record, then the ledger."""
    for record in as_json(reading)["records"]:
        words = (
            f"{name}={value}"
            for name, value in record.items()
            if name != "kind" and value not in ("", None, [], ())
        )
        _print(out, f"{record['kind']}  {' '.join(words)}")
    ledger = reading.ledger
    _print(
        out,
        f"{ledger.lines} lines: {ledger.parsed} parsed, {ledger.noise} noise, "
        f"{len(ledger.unknown)} unknown",
    )
    for unknown in ledger.unknown:
        _print(out, f"  line {unknown.line}: {unknown.text}")
    if reading.blind:
        _print(out, f"not everything could be read: {reading.blind}")


def _print(out: Console, line: str) -> None:
    out.print(printable(line), markup=False, soft_wrap=True)
