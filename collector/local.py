"""The machine netsnap runs on, without SSH: the same script by the local sh, and pyroute2.

Links, addresses, routes, rules and neighbours come from the kernel itself: the probes of
``REPLACED`` are left out and these captures stand for them, in every network namespace:

================== ===================================================================
``netlink-addr``    RTM_GETLINK, then RTM_GETADDR
``netlink-route``   RTM_GETLINK (routes name interfaces by number), then RTM_GETROUTE of IPv4 and
                    of IPv6, all tables (cached clones included: they carry the flag 0x200)
``netlink-rule``    RTM_GETRULE of IPv4, then of IPv6
``netlink-neigh``   RTM_GETLINK, then RTM_GETNEIGH of IPv4 and of IPv6
================== ===================================================================

Their stdout has one message a line, as a JSON object: the fields of the kernel's header structure
as pyroute2 names them (``family``, ``index``, ``flags``, ``dst_len`` …), ``event``
("RTM_NEWROUTE"), and ``attrs``: a list of ``[name, value]`` in the kernel's order, where a value
may again be an object with ``attrs``. Bytes are hex text, but a name's that are no UTF-8 lone
surrogates (U+DC80 …), as Python has them. An attribute that pyroute2 has no name
for is "UNKNOWN", with its ``type`` (a number) and ``data``. Left out are netlink's own header and
the counters (IFLA_STATS, IFLA_STATS64, IFLA_AF_SPEC), which differ from one look to the next.
This is the one door to pyroute2.
"""

import errno
import json
import os
import re
import secrets
import selectors
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netns import setns

from collector.capture import HOST, Capture, Outcome, Question, Reach, Visit
from collector.frames import BrokenStreamError, Frames
from collector.probe import Probe
from collector.script import bootstrap, script
from collector.visit import GRACE, Clock, SweepOptions

REPLACED = frozenset({"ip-addr", "ip-route", "ip6-route", "ip-rule", "ip6-rule", "ip-neigh"})
COUNTERS = frozenset({"IFLA_STATS", "IFLA_STATS64", "IFLA_AF_SPEC"})
TEXTS = frozenset(
    {
        *("IFLA_IFNAME", "IFLA_IFALIAS", "IFLA_ALT_IFNAME", "IFLA_QDISC", "IFA_LABEL"),
        *("FRA_IIFNAME", "FRA_OIFNAME"),
    }
)
FAMILIES = (socket.AF_INET, socket.AF_INET6)

_HEADER = 4  # bytes of an attribute's length and type
_NESTED = 0xC000  # bits of the type that are not its number

Message = dict[str, object]
Dump = Callable[[IPRoute], Iterable[Message]]

DUMPS: tuple[tuple[str, str, Dump], ...] = (
    ("netlink-addr", "ip addr", lambda ip: [*ip.get_links(), *ip.get_addr()]),
    (
        "netlink-route",
        "ip route show table all",
        lambda ip: [
            *ip.get_links(),
            *(route for family in FAMILIES for route in ip.get_routes(family=family)),
        ],
    ),
    (
        "netlink-rule",
        "ip rule",
        lambda ip: [rule for family in FAMILIES for rule in ip.get_rules(family=family)],
    ),
    (
        "netlink-neigh",
        "ip neigh",
        lambda ip: [
            *ip.get_links(),
            *(entry for family in FAMILIES for entry in ip.get_neighbours(family=family)),
        ],
    ),
)
"""Probe, the command that shows the same to a person, and how pyroute2 is asked for it."""


def collect_local(
    probes: Sequence[Probe],
    *,
    options: SweepOptions | None = None,
    clock: Clock,
    name: str = "",
) -> Visit:
    """Ask this machine everything. ``name`` is the node's name, else the host name."""
    options = options or SweepOptions()
    name = name or os.uname().nodename
    started = clock()
    rest = tuple(probe for probe in probes if probe.name not in REPLACED)
    marker = secrets.token_hex(16)
    frames = Frames(name, rest, marker, options.answer_limit, options.node_bytes)
    budget = max(1.0, options.node_limit - min(GRACE, options.node_limit / 4))
    program = script(rest, marker=marker, budget=budget, output_limit=options.answer_limit)
    reach, detail = Reach.REACHED, ""
    try:
        for data in _run(program, time.monotonic() + options.node_limit):
            frames.feed(data)
        if not frames.complete:
            broken = frames.greeting is not None
            reach = Reach.CUT_OFF if broken else Reach.NO_SHELL
            detail = "the probe script ended early" if broken else "sh did not start"
    except TimeoutError:
        reach, detail = Reach.TIMED_OUT, "its time was used up"
    except (BrokenStreamError, OSError) as error:
        reach, detail = Reach.CUT_OFF, str(error)
    frames.finish(detail)
    asked_netlink = any(probe.name in REPLACED for probe in probes)
    netlink = _netlink(name, frames.scopes, clock) if asked_netlink else ()
    captures = (*frames.captures, *netlink)
    return Visit(name, "local", reach, started, clock(), detail, 0.0, captures)


def _run(program: bytes, deadline: float) -> Iterator[bytes]:
    """Run the script and yield what it writes. Raises TimeoutError at the deadline."""
    command = ["/bin/sh", "-c", bootstrap(program)]
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process,
        selectors.DefaultSelector() as selector,
    ):
        if process.stdin is None or process.stdout is None:
            raise OSError("sh has no pipes")
        try:
            process.stdin.write(program)
            process.stdin.flush()
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    return
                yield data
        finally:
            process.stdin.close()  # the script takes it for "nobody listens" and ends itself
            process.stdout.close()


def _netlink(node: str, scopes: Iterable[str], clock: Clock) -> Iterator[Capture]:
    """Dump every namespace, each in a thread that enters it; the others never leave their own."""
    ways = _ways()
    host = str(Path("/proc/self/ns/net").readlink())
    # The script's list, and what lies there now: neither alone need have all.
    all_scopes = dict.fromkeys((*scopes, *(scope for scope in ways if scope != host)))

    def dump(scope: str) -> list[Capture]:
        _enter(scope, ways)
        with closing(IPRoute(groups=0)) as ip:
            return [
                _dumped(node, Question(probe, scope), command, partial(ask, ip), clock)
                for probe, command, ask in DUMPS
            ]

    for scope in all_scopes:
        with ThreadPoolExecutor(max_workers=1) as own_thread:
            try:
                yield from own_thread.submit(dump, scope).result()
            except OSError as error:
                why = f"{scope} could not be entered: {error.strerror or error}"
                for probe, command, _ in DUMPS:
                    question = Question(probe, scope)
                    yield Capture(node, question, command, Outcome.NOT_ASKED, detail=why)


def _dumped(
    node: str,
    question: Question,
    command: str,
    dump: Callable[[], Iterable[Message]],
    clock: Clock,
) -> Capture:
    started = clock()
    try:
        lines = [json.dumps(_plain(message)) for message in dump()]
        status, said = 0, b""
    except NetlinkError as error:  # the kernel has no such family, or refuses
        lines, status, said = [], 2, str(error).encode()
    return Capture(
        node=node,
        question=question,
        command=command,
        outcome=Outcome.ANSWERED,
        exit_status=status,
        stdout="".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"),
        stderr=said,
        started=started,
        duration=round((clock() - started).total_seconds(), 6),
    )


def _plain(value: object) -> object:
    """Turn pyroute2's message into JSON's types; see the head of this file."""
    if isinstance(value, dict):
        return {
            key: [
                [name, _unnamed(told) if name == "UNKNOWN" else _plain(_named(name, told))]
                for name, told in each
                if name not in COUNTERS
            ]
            if key == "attrs"
            else _plain(each)
            for key, each in value.items()
            if key != "header"
        }
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)


def _named(name: str, value: Any) -> Any:
    """Return a name as text, though it may be no UTF-8: then its odd bytes are lone surrogates."""
    if name in TEXTS and isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value


def _unnamed(attribute: Any) -> Message:
    """Keep an attribute that pyroute2 has no name for: its number and its bytes."""
    length, number = attribute["header"]["length"], attribute["header"]["type"]
    begin, end = attribute.offset + _HEADER, attribute.offset + length
    return {"type": number & ~_NESTED, "data": bytes(attribute.data[begin:end]).hex()}


def _enter(scope: str, ways: dict[str, list[str]]) -> None:
    """Take this thread into a network namespace. Raises OSError."""
    if scope == HOST:
        return
    last: OSError = FileNotFoundError(errno.ENOENT, "it went away")
    for way in ways.get(scope, ()):
        try:
            door = os.open(way, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            last = error
            continue
        try:
            # A process id may have been taken over by a process of another namespace.
            if f"net:[{os.fstat(door).st_ino}]" == scope:
                setns(door)
                return
        except OSError as error:
            last = error
        finally:
            os.close(door)
    raise last


def _ways() -> dict[str, list[str]]:
    """Map each network namespace to the paths that lead into it, bind mounts first."""
    ways: dict[str, list[str]] = {}
    mounts = Path("/proc/self/mountinfo").read_bytes().decode("utf-8", "surrogateescape")
    for line in mounts.removesuffix("\n").split("\n"):  # a path may hold what else ends a line
        fields = line.split(" ")
        if fields[3].startswith("net:["):
            path = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
            ways.setdefault(fields[3], []).append(path)
    for process in Path("/proc").glob("[0-9]*/ns/net"):
        try:
            ways.setdefault(str(process.readlink()), []).append(str(process))
        except OSError:  # it ended, or is another user's: the scope says so when it is entered
            continue
    return ways
