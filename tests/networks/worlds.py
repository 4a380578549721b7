"""A small cluster with odd things in it, drawn at random; and what it became a little later."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import NamedTuple

from collector.capture import HOST
from parsers.facts import Facts
from parsers.records import (
    Address,
    FdbEntry,
    Interface,
    Neighbour,
    NextHop,
    Route,
    Rule,
)
from tests.model.cluster import NIC, NODES, Readings, World, down, facts, unplugged
from tests.networks.bases import base
from tests.networks.cast import (
    ADDRESSES,
    DEVICES,
    PREFIXES,
    PREFIXES6,
    STRANGERS,
    VETHS,
    device_of,
    place_of,
    put_switch,
)
from tests.networks.filtered import FILTERED
from tests.networks.gated import GATED
from tests.networks.kin import each_alike, one_differs
from tests.networks.moves import came, ended, handed_over, like_a_node, renamed, swapped

KINDS = [
    *("route", "rule", "neighbour", "address", "interface", "sysctl", "filter-rule", "container"),
    *("iptables-rule", "ipset", "ipset-member", "xfrm-policy", "tc-filter", "fdb-entry"),
]


class Drawn(NamedTuple):
    """A world, and what of it was not seen."""

    world: World
    hidden: tuple[tuple[str, str, str], ...] = ()
    unreached: tuple[str, ...] = ()

    def facts(self, readings: Readings | None) -> Facts:
        """Read it; equal ``readings`` are one object in all that is read with the same of them."""
        return facts(self.world, hidden=self.hidden, unreached=self.unreached, readings=readings)


def two(random: Random) -> tuple[Facts, Facts]:
    """Draw a cluster, and the same after some things happened to it.

    What both have in common is one object in both, as the history hands it out, or is not; or is
    in some namespaces.
    """
    first = _drawn(base(random), random, random.choice((0, 0, 0, 0, 1, 3)))
    world = {place: list(records) for place, records in first.world.items()}
    second = _drawn(world, random, random.choice((1, 1, 1, 1, 2, 4)))
    copied = random.choice((0.0, 0.0, 0.3, 1.0))
    for place, records in second.world.items():
        if random.random() < copied:
            second.world[place] = [replace(each) for each in records]
    readings: Readings | None = {} if copied < 1 and random.random() < 0.6 else None
    drawn = (second, first) if random.random() < 0.15 else (first, second)
    return drawn[0].facts(readings), drawn[1].facts(readings)


def _drawn(world: World, random: Random, number: int) -> Drawn:
    for _ in range(number):
        random.choice(random.choice(HAPPENINGS))(world, random)
    hidden = [
        (place[0], place[1], random.choice(KINDS)) for place in world if random.random() < 0.01
    ]
    unreached = [node for node in NODES if random.random() < 0.02]
    return Drawn(world, tuple(hidden), tuple(unreached))


def _a_route(world: World, random: Random) -> None:
    records = place_of(world, random)
    kind = random.choice(("unicast",) * 4 + ("blackhole", "throw", "unreachable", "prohibit"))
    family = random.choice((4, 4, 4, 6))
    gateways = ["", "", *(NODES.values() if family == 4 else ("fd00::1", "fd00::2"))]
    hops = tuple(
        NextHop(
            random.choice(gateways), device_of(records, random),
            flags=random.choice(((), (), (), ("linkdown",), ("dead",), ("onlink",))),
        )
        for _ in range(random.choice((1, 1, 2)))
    )  # fmt: skip
    records.append(
        Route(
            family,
            random.choice(("main", "main", "100", "local")),
            random.choice(PREFIXES if family == 4 else PREFIXES6),
            metric=random.choice((None, 5)),
            type=kind,
            next_hops=hops if kind == "unicast" else (),
        )
    )


def _a_rule(world: World, random: Random) -> None:
    selector = random.choice(
        (
            "from all",
            f"from {random.choice((*ADDRESSES, *PREFIXES[:-2]))}",
            f"from all to {random.choice((*ADDRESSES, *PREFIXES[:-2]))}",
            f"from all iif {random.choice(DEVICES)}",
            "from all fwmark 0x1",
            f"not from {random.choice(ADDRESSES)}",
        )
    )
    action = random.choice(("lookup 100", "lookup main", "blackhole", "lookup local", "nop"))
    place_of(world, random).append(Rule(4, random.choice((90, 100, 40000)), selector, action))


def _a_neighbour(world: World, random: Random) -> None:
    address = random.choice((*ADDRESSES, *NODES.values(), "169.254.1.1", "192.168.86.1"))
    condition = random.choice(("resolved", "failed", "permanent", "unresolved"))
    records = place_of(world, random)
    device = device_of(records, random)
    records.append(Neighbour(4, address, device, random.choice(STRANGERS), condition))


def _a_switch(world: World, random: Random) -> None:
    records = place_of(world, random)
    device = random.choice((*(device_of(records, random) for _ in range(3)), "all"))
    names = ("forwarding", "rp_filter", "proxy_arp", "arp_ignore", "arp_filter")
    name = f"net.ipv4.conf.{device}.{random.choice(names)}"
    of_all = ("ipv4.ip_forward", "ipv4.icmp_echo_ignore_all", "ipv6.conf.all.forwarding")
    name = random.choice((*(name,) * 6, *(f"net.{each}" for each in of_all)))
    put_switch(records, name, random.choice("0012"))


def _an_address(world: World, random: Random) -> None:
    text = random.choice((*ADDRESSES, *NODES.values(), "10.1.2.3"))
    length = random.choice((24, 32, 32))
    device = random.choice(("eth0", NIC, "lo", random.choice(VETHS)))
    place_of(world, random).append(Address(device, 4, f"{text}/{length}", scope="global"))


def _less(world: World, random: Random) -> None:
    """Take a record away."""
    records = place_of(world, random)
    if records:
        del records[random.randrange(len(records))]


def _another(world: World, random: Random) -> None:
    """Change an interface."""
    records = place_of(world, random)
    at = [at for at, record in enumerate(records) if isinstance(record, Interface)]
    if at:
        chosen = random.choice(at)
        old = records[chosen]
        assert isinstance(old, Interface)
        changed = (down(old), unplugged(old), replace(old, mac=random.choice(STRANGERS)))
        records[chosen] = random.choice((*changed, replace(old, index=old.index + 30)))


def _moved(world: World, random: Random) -> None:
    """Shuffle a place's lines: what is told in another order may count in another order."""
    records = place_of(world, random)
    first, second = (random.randrange(len(records)) for _ in range(2)) if records else (0, 0)
    if records:
        records[first], records[second] = records[second], records[first]


def _gone(world: World, random: Random) -> None:
    """Take a workload away, or a forwarding entry."""
    place = random.choice(list(world))
    if place[1] != HOST and random.random() < 0.5:
        del world[place]
    else:
        world[place][:] = [each for each in world[place] if not isinstance(each, FdbEntry)]


HAPPENINGS: tuple[tuple[Callable[[World, Random], None], ...], ...] = (
    (_a_route, _a_route, _a_rule, _a_neighbour, _a_switch, _a_switch, _an_address),
    (_less, _less, _less, _another, _another, _moved, _gone),
    FILTERED,
    GATED,
    (each_alike,),
    (each_alike, each_alike, one_differs),
    (renamed, swapped, swapped, handed_over, like_a_node, came, ended),
)
"""By what they are about; each of these comes as often as another."""
