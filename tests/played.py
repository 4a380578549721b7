"""Three recorded nodes behind an SSH server on loopback, and a history of them, for the tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collector.playback import Player, Recording
from netsnap.cli.demo import MOMENTS, recorded
from parsers.catalogue import probes
from parsers.entry import Profile
from tests.tool import Tool

BEFORE, AFTER = MOMENTS


@dataclass(frozen=True)
class Cluster:
    """Nodes that answer as recorded, and a user's folder with inventory and both snapshots."""

    folder: Path
    player: Player

    def play(self, moment: str) -> None:
        """Let the nodes answer as they did then, from the next visit on."""
        self.player.play(_answers(moment))

    def user(self, folder: Path, *, history: bool = True) -> Tool:
        """Give a folder of their own to a user: the inventory, and a copy of the history."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        tool = Tool(folder)
        if not history:
            shutil.rmtree(folder / "home")
        return tool


def _answers(moment: str) -> list[Recording]:
    """Return what was recorded as the answers to what is asked today."""
    names = [probe.name for probe in probes(Profile.DEFAULT)]
    return [each.asked_as(names) for each in recorded(moment)]


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Play the recorded nodes, and collect twice from them with the command itself."""
    with Player(_answers(BEFORE)) as player:
        player.write_inventory(folder)
        played, tool = Cluster(folder, player), Tool(folder)
        for moment in MOMENTS:
            played.play(moment)
            done = tool.run("collect", "--label", moment)
            assert done.returncode == 0, done.stderr
        yield played
