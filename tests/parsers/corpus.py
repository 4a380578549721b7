"""The folder of outputs that others wrote, named by NETSNAP_CORPUS: what it is to hold us to.

``INDEX.jsonl`` has a line for each text with ``expected``: facts read off it by eye, never all of
them. Without NETSNAP_CORPUS there are no cases, and the tests over them say so.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parsers.read import read_text
from parsers.reading import Reading


@dataclass(frozen=True)
class Case:
    """One text of the corpus."""

    file: str
    command: str
    expected: dict[str, Any]

    @property
    def folder(self) -> str:
        """The command's folder: ip-addr, docker-ps …"""
        return self.file.split("/")[0]

    def data(self) -> bytes:
        """Return the text's bytes."""
        return (Path(os.environ["NETSNAP_CORPUS"]) / self.file).read_bytes()

    def reading(self, probe: str) -> Reading:
        """Read the text as a probe's answer."""
        return read_text(probe, self.data())


def cases() -> list[Case]:
    """Return the corpus in the order of its index."""
    if "NETSNAP_CORPUS" not in os.environ:
        return []
    index = (Path(os.environ["NETSNAP_CORPUS"]) / "INDEX.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in index.splitlines()]
    return [Case(row["file"], row["command"], row["expected"]) for row in rows]


EXCEPTIONS = {
    "ip-addr/014-calico-docs-wrapped-by-hand.txt": (
        "lines were cut by a word processor: a cut address line is unknown, not guessed at"
    ),
    "ip-route/053-calico-docs-vpp-shell-variables.txt": (
        "${SERVICE_CIDR} is no prefix: the two lines are unknown"
    ),
    "ip-s-link/006-insights-s-d-link-odd-attribute.txt": (
        "an interface line with an attribute that no ip prints is unknown, and what follows it"
    ),
}
"""Texts whose `expected` is not what we want to read, and why."""
