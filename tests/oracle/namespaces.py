"""Network namespaces of our own, which are always removed, and what this kernel can put in one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

from tests.oracle.links import KINDS

PREFIX = "nsporacle"
NETNS_DIR = Path("/run/netns")

_numbers = count()


@contextmanager
def namespace() -> Iterator[str]:
    """Yield the name of a network namespace of its own."""
    name = f"{PREFIX}{os.getpid()}x{next(_numbers)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def remove_leftovers() -> None:
    """Remove the namespaces of runs that were killed: their names tell whose they were."""
    for door in NETNS_DIR.glob(f"{PREFIX}*x*"):
        process = door.name.removeprefix(PREFIX).partition("x")[0]
        if not Path(f"/proc/{process}").exists():
            subprocess.run(["ip", "netns", "del", door.name], capture_output=True, check=False)


@cache
def kinds_here() -> tuple[str, ...]:
    """Return the kinds of link that this kernel has."""
    found = []
    with namespace() as name:
        for kind in KINDS:
            done = subprocess.run(
                ["ip", "-n", name, "link", "add", "name", "probe0", "type", kind],
                capture_output=True,
                check=False,
            )
            if b"Unknown device type" not in done.stderr:
                found.append(kind)
            subprocess.run(
                ["ip", "-n", name, "link", "del", "probe0"], capture_output=True, check=False
            )
    return tuple(found)
