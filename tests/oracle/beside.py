"""Bridges and queues: random ones, and what ``bridge -j`` and ``tc -j`` say of them, as records."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from parsers.read import read_text
from parsers.reading import Reading
from parsers.records import BridgePort, FdbEntry, FdbMoving, Qdisc
from parsers.roles import Record
from tests.oracle import words
from tests.oracle.compare import Verdict, differences, settled, unread
from tests.oracle.words import perhaps
from tests.oracle.world import Said, World

ASKED = {
    "bridge-fdb": ("bridge", "fdb", "show"),
    "bridge-link": ("bridge", "-d", "link", "show"),
    "tc-qdisc": ("tc", "-s", "qdisc", "show"),
}

PROLOGUE = (
    "link set lo up",
    "link add name {0} type veth peer name {1}",
    "link add name {2} type bridge",
    "link add name {3} type vxlan id 5 dstport 4789 local 192.0.2.1 nolearning",
    "link add name {4} type vxlan external dstport 4790",
    "link add name {5} numtxqueues 4 type veth peer name {6}",
    "link set {0} master {2}",
    "link set {5} master {2}",
    "link set {0} up",
    "link set {1} up",
    "link set {2} up",
    "link set {5} up",
)

LINKS = 7

_PORT = ("guard", "hairpin", "fastleave", "root_block", "learning", "flood", "mcast_flood")
_PORT_LATER = ("bcast_flood", "mcast_to_unicast", "neigh_suppress", "isolated", "locked")
_QUEUES = (
    *("pfifo", "pfifo limit 7", "bfifo limit 100000", "htb default 10", "htb r2q 5", "blackhole"),
    *("tbf rate 1mbit burst 32kbit latency 400ms", "tbf rate 5gbit burst 4mb limit 10mb mtu 1500"),
    *("pfifo_fast", "mq", "noqueue", "fq_codel limit 500", "prio bands 4", "sfq perturb 10"),
)


def commands(cast: int, seeds: list[int]) -> list[str]:
    """Return commands for ``World.do``; 0 is none."""
    r = Random(cast)  # noqa: S311 -- the same seed has to give the same state
    drawn = dict.fromkeys(words.name(r) for _ in range(40))
    # `bridge link` prints NAME@LOWER, and nothing beside it tells where the name ends
    names = tuple(name for name in drawn if "@" not in name)[:LINKS]
    rest = [_command(dice, names) for dice in map(Random, filter(None, seeds))]
    return [*(line.format(*names) for line in PROLOGUE), *sorted(rest)]


def _command(r: Random, names: tuple[str, ...]) -> str:
    own = names[r.randrange(7)]
    choice = r.random()
    if choice < 0.5:
        return _entry(r, names, names[r.choice((0, 0, 2, 3, 3, 4, 5, 6))])
    if choice < 0.7:
        switch = f"{r.choice((*_PORT, *_PORT_LATER))} {words.on_off(r)}"
        number = f"{r.choice(('cost', 'priority'))} {r.randint(1, 63)}"
        return f"bridge link set dev {own} {r.choice((switch, number, 'state 0', 'state 3'))}"
    if choice < 0.8:
        return f"tc qdisc add dev {own} {r.choice(('clsact', 'ingress'))}"
    handle = f"{r.randint(1, 0xFFFE):x}:"
    return f"tc qdisc replace dev {own} root handle {handle} {r.choice(_QUEUES)}"


def _entry(r: Random, names: tuple[str, ...], own: str) -> str:
    state = r.choice(("", "static", "dynamic", "permanent", "local"))
    flags = perhaps(r, 0.2, r.choice(("sticky", "extern_learn", "router", "use")))
    to = r.choice((words.mac(r), "00:00:00:00:00:00", "01:00:5e:00:00:05"))
    if own in names[3:5]:
        ends = [
            *("dst", words.address(r, r.choice((4, 6)))),
            *perhaps(r, 0.3, "port", r.randint(1, 65535)),
            *perhaps(r, 0.3, "vni", r.randint(1, 2**24 - 1)),
            *perhaps(r, 0.3, "src_vni", r.randint(1, 2**24 - 1)),
            *perhaps(r, 0.2, "via", names[0]),
        ]
        return " ".join([f"bridge fdb append {to} dev {own}", *ends, state, *flags])
    table = r.choice(("master", "self", "master"))
    return " ".join([f"bridge fdb add {to} dev {own} {table}", state, *flags])


def numbered(run: int, number: int, size: int) -> list[str]:
    """Return the commands for state ``number`` of the run with this seed."""
    r = Random(f"{run}:{number}:beside")  # noqa: S311 -- the same seed has to give the same state
    return commands(r.getrandbits(32), [r.getrandbits(48) for _ in range(size)])


def check(world: World) -> Verdict:
    """Hold the records of the texts against what the same programs say in JSON."""
    records = 0

    def look() -> tuple[dict[str, bytes], list[str]]:
        nonlocal records
        texts = {probe: world.ask_any(*asked) for probe, asked in ASKED.items()}
        readings = {probe: read_text(probe, text) for probe, text in texts.items()}
        records = sum(len(reading.records) for reading in readings.values())
        return texts, list(unread(readings)) or list(_differing(world, readings))

    return Verdict(tuple(settled(look)), records)


def _differing(world: World, readings: dict[str, Reading]) -> Iterator[str]:
    tellers = {"bridge-fdb": _entries, "bridge-link": _ports, "tc-qdisc": _queues}
    for probe, (program, *rest) in ASKED.items():
        said = world.ask_any_json(program, "-j", *rest)
        ours = [_in_its_words(each) for each in readings[probe].records]
        told = list(tellers[probe](said))
        yield from differences(f"{probe} and JSON", _in_order(ours), _in_order(told))


def _in_order(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda each: (each.kind, [str(part) for part in each.identity]))


def _in_its_words(record: Record) -> Record:
    """Leave out what JSON tells in other units, and how an entry that moves was printed."""
    match record:
        case FdbMoving():
            each = (entry.split() for entry in record.entries)
            return FdbMoving(record.origin, tuple(sorted(f"{e[0]} {e[2]}" for e in each)))
        case Qdisc():
            named = (word for word in record.options.split() if word[0].isalpha())
            return replace(record, options=" ".join(sorted(named)), statistics=())
    return record


def _entries(said: list[Said]) -> Iterator[Record]:
    moving: dict[str, list[str]] = {"learned": [], "multicast": []}
    for each in said:
        flags = {*each["flags"], each.get("state", "")} - {"", "self", "master"}
        group = int(each["mac"][:2], 16) & 1
        if not flags & {"permanent", "static", "extern_learn", "sticky"}:
            moving["learned"].append(f"{each['mac']} {each['ifname']}")
        elif group and "self" in each["flags"] and "dst" not in each and "permanent" in flags:
            moving["multicast"].append(f"{each['mac']} {each['ifname']}")
        else:
            yield _fdb_entry(each, flags)
    if said:
        yield from (FdbMoving(origin, tuple(sorted(found))) for origin, found in moving.items())


def _fdb_entry(said: Said, flags: set[str]) -> FdbEntry:
    to_many = int(said["mac"][:2], 16) & 1 or said["mac"] == "00:00:00:00:00:00"
    return FdbEntry(
        device=said["ifname"],
        mac=said["mac"],
        vlan=said.get("vlan"),
        source_vni=said.get("src_vni"),
        table="self" if "self" in said["flags"] else "master" if "master" in said else "self",
        remote=said.get("dst", "") if to_many else "",
        destination="" if to_many else said.get("dst", ""),
        port=said.get("port"),
        vni=said.get("vni"),
        via=said.get("viaIf", ""),
        master=said.get("master", ""),
        flags=tuple(sorted(flags)),
        others=tuple(f"nhid {said[key]}" for key in ("nhid",) if key in said),
    )


def _ports(said: list[Said]) -> Iterator[Record]:
    known = {"ifindex", "link", "ifname", "flags", "mtu", "master", "state", "priority", "cost"}
    for each in said:
        options = {key: value for key, value in each.items() if key not in known}
        yield BridgePort(
            device=each["ifname"],
            index=each["ifindex"],
            bridge=each.get("master", ""),
            state=each.get("state", ""),
            priority=each.get("priority"),
            cost=each.get("cost"),
            options=tuple(sorted(f"{key} {_switch(value)}" for key, value in options.items())),
        )


def _switch(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _queues(said: list[Said]) -> Iterator[Record]:
    for each in said:
        parent = "root" if each.get("root") else each.get("parent", "ingress")
        yield Qdisc(
            device=each["dev"],
            parent="ingress" if parent == "ffff:fff1" else parent,
            handle=each["handle"],
            type=each["kind"],
            options=" ".join(sorted(_option_words(each["options"]))),
            references=each.get("refcnt"),
            sent_bytes=each["bytes"],
            sent_packets=each["packets"],
            dropped=each["drops"],
            overlimits=each["overlimits"],
            requeues=each["requeues"],
            backlog=f"{each['backlog']}b {each['qlen']}p",
        )


def _option_words(options: Said) -> Iterator[str]:
    """Yield the options' names; the text has their values in units of its own."""
    for key, value in options.items():
        if key == "direct_packets_stat" or value is False:
            continue
        yield key
        if isinstance(value, str) and value[:1].isalpha():
            yield value
