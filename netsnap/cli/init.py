"""``netsnap init``: write an inventory."""

from pathlib import Path
from typing import Annotated

import typer

from collector import inventory
from netsnap.cli.context import INVENTORY, UsageError, say


def init(
    hosts: Annotated[
        list[str] | None, typer.Argument(help="user@host:port, or a Host of ~/.ssh/config.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path(
        INVENTORY
    ),
) -> None:
    """Write an inventory of nodes, to be read and changed with an editor.

    Example: netsnap init root@172.16.0.55 root@172.16.0.57 root@172.16.0.47

    Exit status: 0 it was written, 2 trouble (a file that is there is never overwritten).
    """
    text = inventory.template(hosts or [])
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{output} exists already; it was left as it is") from None
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error
    first = "" if hosts else "name each node in it as [nodes.NAME], then "
    say(f"wrote {output}; next: {first}netsnap collect")
