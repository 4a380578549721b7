"""``netsnap verify``: prove that the history is what was saved."""

import typer

from netsnap.cli.context import Db, open_history, say
from netsnap.report.words import count

INTACT, ALTERED = 0, 1


def verify(db: Db = "") -> None:
    """Recompute every hash and the chain of snapshots.

    Example: netsnap verify

    Exit status: 0 intact, 1 something was altered, 2 trouble.
    """
    with open_history(db, create=False) as history:
        findings = history.verify()
        heads = history.heads()
    for finding in findings:
        say(str(finding))
    if not findings:
        last = f", head {heads[-1].id}" if heads else ""
        say(f"{count(len(heads), 'snapshot')} intact{last}")
    raise typer.Exit(ALTERED if findings else INTACT)
