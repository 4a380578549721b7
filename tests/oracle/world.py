"""Network namespaces to play in, and how the witnesses are asked there."""

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netns import setns

from collector.local import _plain
from parsers.text import decode
from tests.oracle.links import FAR
from tests.oracle.namespaces import NETNS_DIR, namespace

FAMILIES: tuple[int, ...] = (socket.AF_INET, socket.AF_INET6)

ASKED = {
    "ip-addr": ("-d", "addr", "show"),
    "ip-route": ("-4", "route", "show", "table", "all"),
    "ip6-route": ("-6", "route", "show", "table", "all"),
    "ip-rule": ("-4", "rule", "show"),
    "ip6-rule": ("-6", "rule", "show"),
    "ip-neigh": ("neigh", "show"),
}
"""The catalogue's commands, without ``ip``; a test holds them against it."""

CHUNK = 12
GAVE_UP = 255


def _program(command: str) -> tuple[tuple[str, ...], str]:
    """Return who is given a command, and the words at its front that this stands for."""
    first = command.partition(" ")[0]
    if first in ("bridge", "tc"):
        return (first,), first
    return (("ip", first), first) if first.startswith("-") else (("ip",), "")


class Said(dict[str, Any]):
    """A JSON object as ``ip`` prints it: with keys that stand twice, and which mean two things."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.pairs = [(key, visible(value)) for key, value in pairs]
        super().__init__(reversed(self.pairs))  # the first of each key


def visible(value: Any) -> Any:
    """Return a text as netsnap shows it, with escapes for what cannot be seen; else the value."""
    if isinstance(value, list):
        return [visible(each) for each in value]
    if isinstance(value, dict) and not isinstance(value, Said):
        return {key: visible(each) for key, each in value.items()}
    return decode(_bytes(value)) if isinstance(value, str | bytes) else value


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Heard:
    """What pyroute2 says of a namespace: its messages, as it made them."""

    links: tuple[Any, ...]
    addresses: tuple[Any, ...]
    routes: tuple[Any, ...]
    rules: tuple[Any, ...]
    neighbours: tuple[Any, ...]
    texts: dict[str, str]  # probe of ``--local`` → the same messages as lines


OWN = ("ip",)
COMPLAINTS = re.compile(
    # in a root directory of its own
    rb"Couldn't find runtime libbpf version - falling back to compile-time value!\n"
    # another namespace that ended while ip looked for its name; see parsers/asked/iproute.py
    rb"|Error: Peer netns reference is invalid\.\n"
)


@dataclass(frozen=True, slots=True)
class World:
    """A network namespace, another one beside it, and the ``ip`` that is asked.

    ``thread`` lives in the namespace; whatever it starts does too.
    """

    near: str
    far: str
    thread: ThreadPoolExecutor
    program: tuple[str, ...] = OWN
    speaks_json: bool = True

    def do(self, commands: Sequence[str]) -> str:
        """Give commands, take what the kernel takes, return what was refused."""
        said = []
        for (program, rest), group in groupby(commands, _program):
            lines = [line.replace(FAR, self.far).removeprefix(rest) for line in group]
            for start in range(0, len(lines), CHUNK):
                said += [self._batch(program, lines[start : start + CHUNK])]
        return "".join(said)

    def _batch(self, program: tuple[str, ...], lines: list[str]) -> str:
        """Give some lines to one program; it gives up where it dislikes a word of a line."""
        text = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        done = self._run((*program, "-force", "-batch", "-"), text)
        said = done.stderr.decode("utf-8", "replace")
        if done.returncode == GAVE_UP and len(lines) > 1:
            half = len(lines) // 2  # what was taken is refused now, as it is there
            return self._batch(program, lines[:half]) + self._batch(program, lines[half:])
        return said

    def ask(self, *words: str) -> bytes:
        """Return what ``ip`` prints. Raises RuntimeError if it complains."""
        return self.ask_any(*self.program, *words)

    def ask_any(self, *words: str) -> bytes:
        """Return what a program prints. Raises RuntimeError if it complains."""
        done = self._run(words)
        if done.returncode or COMPLAINTS.sub(b"", done.stderr):
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def ask_json(self, *words: str) -> list[Said]:
        """Return what ``ip -j`` prints, its strings as netsnap makes them visible."""
        return self.ask_any_json(*self.program, "-j", *words)

    def ask_any_json(self, *words: str) -> list[Said]:
        """Return what a program prints that was told to print JSON."""
        text = self.ask_any(*words).decode("utf-8", "surrogateescape") or "[]"
        told = json.loads(text, object_pairs_hook=Said, strict=False)
        return [each for each in told if each]

    def elsewhere(self, number: int | None) -> str:
        """Return what ``ip`` prints for another namespace; in another root it knows no names."""
        if number is None:
            return ""
        return self.far if self.program == OWN else str(number)

    def hear(self) -> Heard:
        return self.thread.submit(_hear).result()

    def _run(
        self, words: Sequence[str], given: bytes = b""
    ) -> "subprocess.CompletedProcess[bytes]":
        def run() -> "subprocess.CompletedProcess[bytes]":
            return subprocess.run(words, input=given, capture_output=True, check=False)

        return self.thread.submit(run).result()


@contextmanager
def world(far: str, program: Sequence[str] = OWN, *, speaks_json: bool = True) -> Iterator[World]:
    """Yield a fresh namespace beside ``far``; nothing of it is left afterwards."""
    with namespace() as near, ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(_enter, near).result()
        yield World(near, far, thread, tuple(program), speaks_json)


def _enter(name: str) -> None:
    door = os.open(NETNS_DIR / name, os.O_RDONLY | os.O_CLOEXEC)
    try:
        setns(door)
    finally:
        os.close(door)


def _hear() -> Heard:
    with IPRoute(groups=0) as kernel:
        links = tuple(kernel.get_links())
        addresses = tuple(kernel.get_addr())
        routes = tuple(r for each in FAMILIES for r in kernel.get_routes(family=each))
        rules = tuple(r for each in FAMILIES for r in kernel.get_rules(family=each))
        neighbours = tuple(n for each in FAMILIES for n in kernel.get_neighbours(family=each))
    texts = {
        "netlink-addr": _lines((*links, *addresses)),
        "netlink-route": _lines((*links, *routes)),
        "netlink-rule": _lines(rules),
        "netlink-neigh": _lines((*links, *neighbours)),
    }
    return Heard(links, addresses, routes, rules, neighbours, texts)


def _lines(messages: Iterable[Any]) -> str:
    """Write messages as ``--local`` does."""
    return "".join(f"{json.dumps(_plain(each))}\n" for each in messages)
