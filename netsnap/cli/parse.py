"""``netsnap parse``: read one text, show its records and what was not understood."""

from pathlib import Path
from typing import Annotated, Any

import typer

from netsnap.cli.context import Format, check_format, read_file, say
from netsnap.report.escapes import json_text
from netsnap.report.words import count
from parsers.read import as_json, read_text
from parsers.reading import Reading

UNDERSTOOD, NOT_ALL = 0, 1
PAIR = 2


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
        fields = ((name, _words(value)) for name, value in record.items() if name != "kind")
        say(f"{record['kind']}  {' '.join(f'{name}={words}' for name, words in fields if words)}")
    ledger = reading.ledger
    say(
        f"{count(ledger.lines, 'line')}: {ledger.parsed} parsed, {ledger.noise} noise, "
        f"{ledger.unknown_count} unknown"
    )
    for unknown in ledger.unknown:
        say(f"  line {unknown.line}: {unknown.text}")
    if ledger.more:
        say(f"  … and {count(ledger.more, 'line')} more")
    if reading.blind:
        say(f"not everything could be read: {reading.blind}")


def _words(value: Any) -> str:
    """Write a field's value for a person; "" for one that says nothing."""
    if isinstance(value, dict):
        fields = ((name, _words(each)) for name, each in value.items())
        return f"({' '.join(f'{name}={words}' for name, words in fields if words)})"
    if isinstance(value, list | tuple):
        if all(isinstance(each, list | tuple) and len(each) == PAIR for each in value):
            return ",".join(f"{name}={_words(said)}" for name, said in value)
        return ",".join(map(_words, value))
    return "" if value is None else str(value)
