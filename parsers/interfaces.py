"""Reader of ``ip addr`` and ``ip link``: interfaces, their addresses and counters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from parsers import fsm, linknames
from parsers.addresses import address, mac, with_length
from parsers.counters import Block, blocks, interface_counters
from parsers.fsm import Row
from parsers.functions import virtual_function
from parsers.gather import Gathering
from parsers.linknames import Head, Named
from parsers.oneline import read_lines
from parsers.reading import Reading
from parsers.records import Address, Interface, InterfaceCounters
from parsers.swift import remembered, swift
from parsers.text import Text
from parsers.words import pairs

_new_interface, _new_address = swift(Interface), swift(Address)

_VOLATILE = re.compile(r"\s*\b(\w+_timer\s+[\d.]+|link_failure_count\s+\d+|fdb_n_learned\s+\d+)")
_LINK_FLAGS = frozenset({"netns-immutable"})
_ADDRESS_KEYS = frozenset({"brd", "any", "scope", "metric", "proto", "flags", "peer"})
_ADDRESS_FLAGS = frozenset(
    {
        *("secondary", "temporary", "dynamic", "deprecated", "tentative", "dadfailed", "home"),
        *("noprefixroute", "mngtmpaddr", "nodad", "optimistic", "autojoin", "stable-privacy"),
    }
)
_LINK_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+")


def read_interfaces(text: Text) -> Reading:
    """Read ``ip [-d] [-s] [-o] addr show`` or ``link show`` of one netns.

    Of ``ip-counters`` only the counters are told: ``ip-addr`` is asked for the rest.
    """
    reading = read_lines(text.lines, _read)
    return _counters(reading) if text.probe == "ip-counters" else reading


def _counters(reading: Reading) -> Reading:
    counted = [
        (record, line)
        for record, line in zip(reading.records, reading.line_numbers, strict=True)
        if isinstance(record, InterfaceCounters)
    ]
    return replace(
        reading,
        records=tuple(record for record, _ in counted),
        line_numbers=tuple(line for _, line in counted),
    )


def _read(lines: Sequence[str]) -> Reading:
    rows = fsm.run("ip-addr", lines)
    gathered = Gathering.of(lines, rows)
    parted = linknames.part([_head(row) for row in rows.rows])
    for row, named in zip(rows.rows, parted, strict=True):
        name = named.name or row["Owner"]
        if named.name:
            gathered.add(row.line, _interface(row, named))
        for line, item, lifetime in _addresses(row):
            try:
                gathered.add(line, _address(item, name, lifetime))
            except (ValueError, StopIteration):
                gathered.refuse(line)
        if row["Columns"] or row["Numbers"] or row["Functions"]:
            _add_counted(row, named.name, gathered)
    return gathered.reading()


def _add_counted(row: Row, name: str, gathered: Gathering) -> None:
    """Add an interface's counters, and its virtual functions with theirs."""
    counted = blocks(row, gathered)
    own = counted.pop(0, None)
    if own and name:
        gathered.add(own.line, interface_counters(name, int(row["Index"]), own))
    for line, item in zip(row.item_lines["Functions"], row["Functions"], strict=True):
        block = counted.get(line, Block())
        try:
            gathered.add(line, virtual_function(name, item, block))
        except ValueError:
            gathered.refuse(line)


def _head(row: Row) -> Head:
    """Return what tells where an interface's name ends."""
    said = row.values
    labels = (item.rsplit(maxsplit=1)[-1] for item in said["Addresses"] if item.startswith("inet "))
    label = next(labels, "").partition(":")[0]
    return Head(said["Name"], said["Kind"], label, is_elsewhere=" link-netns" in said["Link"])


def _interface(row: Row, named: Named) -> Interface:
    said = row.values
    device = _device(said["Attributes"])
    link_type, own, link = _link(said["Link"])
    kind_detail, kind_moves = _detail(" ".join([said["KindDetail"], *said["KindMore"]]))
    slave_detail, slave_moves = _detail(f"{said['SlaveDetail']} {said['SlaveRest']}")
    return _new_interface(
        name=named.name,
        index=int(said["Index"]),
        flags=_flags(said["Flags"]),
        mtu=device.mtu,
        qdisc=device.qdisc,
        operstate=device.state,
        master=device.master,
        link_type=link_type,
        mac=mac(own),
        broadcast=mac(link.get("brd", link.get("peer", ""))),
        lower=named.lower,
        peer_index=named.peer_index,
        peer_netns=link.get("link-netnsid", link.get("link-netns", "")),
        link_kind=said["Kind"],
        kind_detail=kind_detail,
        group=device.group,
        queue_length=device.queue_length,
        alt_names=tuple(sorted(said["AltNames"])),
        promiscuity=_number(link, "promiscuity"),
        slave_kind=said["SlaveKind"],
        slave_detail=slave_detail,
        alias=said["Alias"],
        xdp=device.xdp,
        volatile=kind_moves + slave_moves,
    )


class _Device(NamedTuple):
    """What stands behind an interface's flags, as behind those of most others."""

    mtu: int | None
    qdisc: str
    state: str
    master: str
    group: str
    queue_length: int | None
    xdp: str


@remembered
def _device(attributes: str) -> _Device:
    said = dict(pairs(attributes, frozenset(re.findall(r"xdp\S*", attributes))))
    return _Device(
        mtu=_number(said, "mtu"),
        qdisc=said.get("qdisc", ""),
        state=said.get("state", ""),
        master=said.get("master", ""),
        group=said.get("group", ""),
        queue_length=_number(said, "qlen"),
        xdp=next((key.split("/")[0] for key in said if key.startswith("xdp")), ""),
    )


@remembered
def _flags(words: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, words.split(","))))


def _link(text: str) -> tuple[str, str, dict[str, str]]:
    """Part the line of a link into its type, its address and all that has a name."""
    link_type, rest, *_ = (*text.split(maxsplit=1), "", "")
    own, named, *_ = (*rest.split(maxsplit=1), "", "")
    if not _LINK_ADDRESS.fullmatch(own):
        own, named = "", rest
    return link_type, own, dict(pairs(named, _LINK_FLAGS))


@remembered
def _detail(text: str) -> tuple[str, tuple[str, ...]]:
    """Part a detail line's text and the numbers in it that move by themselves, with their names."""
    moving = tuple(" ".join(found.split()) for found in _VOLATILE.findall(text))
    return " ".join(_VOLATILE.sub("", text).split()), moving


def _number(values: dict[str, str], key: str) -> int | None:
    return int(values[key]) if key in values else None


def _addresses(row: Row) -> Iterator[tuple[int, str, str]]:
    """Yield each address with its line and the lifetimes that stand below it, if any."""
    lifetimes = dict(zip(row.item_lines["Lifetimes"], row["Lifetimes"], strict=True))
    lines = row.item_lines["Addresses"]
    ends = (*lines[1:], max(lifetimes, default=0) + 1)
    for line, end, item in zip(lines, ends, row["Addresses"], strict=False):
        told = lifetimes.get(line + 1)  # where it stands unless a line that nobody knows does
        below = (lifetimes[n] for n in range(line + 2, end) if n in lifetimes)
        yield line, item, told or next(below, "")


@remembered
def _address(item: str, interface: str, lifetime: str) -> Address:
    """Read "inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0" and the line of its lifetimes."""
    inet, local, *rest = item.split()
    label = rest.pop() if inet == "inet" and _is_label(rest[-1:], interface) else ""
    values: dict[str, str] = {}
    flags: list[str] = []
    words = iter(rest)
    for word in words:
        if word in _ADDRESS_KEYS:
            values[word] = next(words)  # a line that was cut ends here
        elif word in _ADDRESS_FLAGS:
            flags.append(word)
        else:
            label = word
    peer = values.get("peer", "")
    if "/" not in local and "/" in peer:
        local += peer[peer.index("/") :]
    valid, preferred = _lifetimes(lifetime)
    return _new_address(
        interface=interface,
        family=6 if inet == "inet6" else 4,
        address=with_length(local),
        peer=address(peer.split("/")[0]) if peer else "",
        broadcast=address(values["brd"]) if "brd" in values else "",
        scope=values.get("scope", ""),
        flags=tuple(sorted(flags)),
        label=label,
        metric=_number(values, "metric"),
        valid_lifetime=valid,
        preferred_lifetime=preferred,
    )


def _is_label(last: list[str], interface: str) -> bool:
    """Say whether the last word is a label, though the interface may be named like a flag."""
    return any(word == interface or word.startswith(f"{interface}:") for word in last)


def _lifetimes(text: str) -> tuple[int | None, int | None]:
    """Read "valid_lft 896sec preferred_lft forever" as seconds; None is forever, or not told."""
    valid, preferred = (text.split() or ["", "forever", "", "forever"])[1::2]
    return _seconds(valid), _seconds(preferred)


def _seconds(text: str) -> int | None:
    return None if text == "forever" else int(text.removesuffix("sec"))
