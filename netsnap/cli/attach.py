"""``netsnap attach``: put an explanation and its bundle where the incident is discussed."""

import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from netsnap.cli.context import INVENTORY, Db, UsageError, now, open_history, say, zone
from netsnap.cli.diff import explained, load_pair, report_files
from netsnap.history.bundle import export


def attach(
    issue: Annotated[str, typer.Argument(help="TRACKER:ISSUE, such as redmine:4711.")],
    t1: Annotated[str, typer.Argument(help="Earlier snapshot.")],
    t2: Annotated[str, typer.Argument(help="Later snapshot.")] = "latest",
    config: Annotated[
        Path, typer.Option("--config", help="File with a [tickets.TRACKER] table.")
    ] = Path(INVENTORY),
    db: Db = "",
) -> None:
    """Post the explanation of T1 and T2 to an issue, with the bundle attached.

    Run again for the same snapshots, it updates what it posted. The address of the tracker stands
    in netsnap.toml, the secret in an environment variable that is named there.

    Example: netsnap attach redmine:4711 before-upgrade latest

    Exit status: 0 it is on the ticket, 2 trouble (the sentence says what was posted already).
    """
    from netsnap.tickets import attach as tickets  # noqa: PLC0415 -- 0.3 s no other command needs

    settings = _settings(config)
    tickets.check(issue, settings=settings, secrets=os.environ.get)
    with (
        open_history(db, create=False) as history,
        tempfile.TemporaryDirectory(prefix="netsnap-") as folder,
    ):
        before, after = load_pair(history, t1, t2)
        files = report_files(explained(history, before, after), before, after)
        name = f"netsnap-{before.id[:12]}-{after.id[:12]}.zip"
        heads = [history.resolve(each.id, now=now(), zone=zone()) for each in (before, after)]
        export(history, heads, extra=files, out=Path(folder) / name)
        posted = tickets.attach(
            issue,
            settings=settings,
            secrets=os.environ.get,
            markdown=files["explanation.md"].decode(),
            bundle=Path(folder) / name,
            key=f"{before.id[:12]}..{after.id[:12]}",
        )
    say(posted.sentence)


def _settings(path: Path) -> Mapping[str, Any]:
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    section = body.get("tickets", {})
    return section if isinstance(section, dict) else {}
