"""``netsnap demo``: the main job without a cluster, in half a minute."""

import secrets
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from collector import inventory
from collector.playback import Player, Recording, load
from netsnap.cli.collect import ask, keeper, summary
from netsnap.cli.context import console, open_history, say
from netsnap.cli.diff import explained
from netsnap.cli.maskkey import LENGTH
from netsnap.history.heads import SnapshotHead
from netsnap.history.store import History
from netsnap.report import terminal
from parsers.catalogue import entry

MOMENTS = ("before", "after")

NEXT = """
This was a recording of three real nodes; the SSH was real. Now your own cluster:
  netsnap init root@HOST [root@HOST …]    write netsnap.toml, the list of nodes
  netsnap collect --label before          ask every node, save the answers
  netsnap diff before latest              what changed since, and which change did it"""


def demo(
    keep: Annotated[
        Path | None,
        typer.Option("--keep", help="Keep the history in this file, to look around in it."),
    ] = None,
) -> None:
    """Collect twice from three recorded nodes over real SSH on loopback, and explain the diff.

    Needs no root, no network and no cluster.

    Example: netsnap demo --keep demo.db

    Exit status: 0 it was shown, 2 trouble.
    """
    with (
        tempfile.TemporaryDirectory(prefix="netsnap-demo-") as folder,
        open_history(str(keep or Path(folder) / "demo.db")) as history,
    ):
        _run(history, Path(folder))
    if keep:
        say("")
        say(f"Kept: netsnap log --db {keep}; netsnap diff --db {keep} --details")
    for line in NEXT.splitlines():
        say(line)


def _run(history: History, folder: Path) -> None:
    recordings = {moment: recorded(moment) for moment in MOMENTS}
    heads: list[SnapshotHead] = []
    key = secrets.token_bytes(LENGTH)  # its own: the demo touches nothing of the user
    with Player(recordings[MOMENTS[0]]) as player:
        nodes = inventory.load(player.write_inventory(folder)).nodes
        for moment in MOMENTS:
            player.play(recordings[moment])
            say(f"$ netsnap collect --label {moment}    ({recordings[moment][0].about})")
            probes = [entry(name).probe for name in recordings[moment][0].probes]
            saving = history.saving()
            done = ask(nodes, probes, keeper(saving, key))
            head = saving.finish(done, label=_free_label(history, moment))
            summary(done, head, saving)
            heads.append(head)
    say("")
    say(f"$ netsnap diff {heads[0].label} {heads[1].label}")
    before, after = (history.load(head.id) for head in heads)
    terminal.show(explained(history, before, after), before, after, console())


def _free_label(history: History, wanted: str) -> str:
    taken = {head.label for head in history.heads()}
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def recorded(moment: str) -> list[Recording]:
    """Load the recordings of one moment, in the order of the nodes' names."""
    folder = files("samples").joinpath("demo", moment)
    found = sorted(folder.iterdir(), key=lambda each: each.name)
    return [load(each.read_bytes()) for each in found if each.name.endswith(".frames")]
