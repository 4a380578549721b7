"""Packet filters drawn at random: nftables, iptables, their sets, and IPsec."""

from collections.abc import Callable
from random import Random

from collector.capture import HOST
from parsers.records import (
    FilterRule,
    IpSet,
    IpSetMember,
    IptablesRule,
    XfrmPolicy,
)
from parsers.roles import Record
from parsers.verdicts import of_iptables
from tests.model.cluster import BLOCKS, NIC, NODES, World, veth_of
from tests.networks.cast import ADDRESSES, DEVICES, PREFIXES, SECOND, addresses_of, place_of

HOOKS = ["forward", "input", "output", "prerouting", "postrouting"]
ENDS = ["drop", "accept", "counter drop", "jump spare", "goto spare", "reject", "return"]


def _hook(name: str, policy: str = "accept") -> str:
    return f"type filter hook {name} priority filter; policy {policy};"


def _line(random: Random) -> str:
    match = random.choice(
        (
            f"ip {random.choice(('saddr', 'daddr'))} {random.choice((*ADDRESSES, *PREFIXES))}",
            f"ip saddr {random.choice(ADDRESSES)}-{random.choice(ADDRESSES)}",
            f'{random.choice(("iifname", "oifname"))} "{random.choice(DEVICES)}"',
            f'iifname != "{random.choice(DEVICES)}"',
            f'iifname "{random.choice(("cali", "cali1", "cali23", "veth"))}*"',
            f"meta mark {random.choice(('0x1', '0x2'))}",
            "ip saddr @some",
            "icmp type echo-request",
            "ct state new",
            "ct state established",
        )
    )
    return f"{match} {random.choice((*ENDS, 'meta mark set 0x1'))}"


def _filter(world: World, random: Random) -> None:
    records = place_of(world, random)
    chain = random.choice(HOOKS)
    policy = random.choice(("accept", "accept", "drop"))
    said = list(dict.fromkeys(_line(random) for _ in range(random.randint(1, 4))))
    spare = list(dict.fromkeys(_line(random).replace("jump spare", "drop") for _ in range(2)))
    spare = [each.replace("goto spare", "accept") for each in spare]
    records += [
        FilterRule("ip odd", chain, _hook(chain, policy)),
        *(FilterRule("ip odd", chain, line) for line in said),
        *(FilterRule("ip odd", "spare", line) for line in dict.fromkeys(spare)),
    ]
    if any("@some" in line for line in (*said, *spare)):
        elements = tuple(random.sample(ADDRESSES, random.randint(0, 2)))
        flags = random.choice(("type ipv4_addr", "flags dynamic"))
        records.append(FilterRule("ip odd", "set some", "type ipv4_addr", elements=elements))
        records.append(FilterRule("ip odd", "set some", flags))


def _by_interface(world: World, random: Random) -> None:
    """Filter by the interface that a packet comes in or leaves by."""
    node = random.choice(list(NODES))
    hook = random.choice(("forward", "forward", "input", "prerouting", "postrouting"))
    device = random.choice((*(veth_of(node, pod) for pod in (1, 2)), NIC, SECOND, "docker0"))
    side = random.choice(("iifname", "oifname"))
    more = random.choice(("", "ct state new ", f"ip saddr {random.choice(list(BLOCKS.values()))} "))
    line = f'{side} "{device}" {more}{random.choice(("drop", "counter drop", "accept"))}'
    kept = f"type filter hook {hook} priority filter; policy accept;"
    world[node, HOST] += [
        FilterRule("ip gates", hook, kept),
        FilterRule("ip gates", hook, line),
    ]


def _legacy(world: World, random: Random) -> None:
    """Filter with iptables-legacy, by addresses, interfaces and sets."""
    node = random.choice(list(NODES))
    addresses = addresses_of(world)
    chain = random.choice(("FORWARD", "FORWARD", "INPUT", "OUTPUT"))
    device = random.choice((*(veth_of(node, pod) for pod in (1, 2)), NIC))
    matches = [
        f"-s {random.choice(addresses)}/32",
        f"-d {random.choice(list(BLOCKS.values()))}",
        f"-i {device}",
        f"! -i {device}",
        f"-o {device}",
        "-o cali+",
        f"-m set --match-set {random.choice(('some', 'all'))} {random.choice(('src', 'dst'))}",
        "-p icmp -m icmp --icmp-type 8",
        "-m statistic --mode random --probability 0.5",
    ]
    ends = ("ACCEPT", "DROP", "DROP", "RETURN", "spare")
    lines = [
        f"{random.choice(matches)} -j {random.choice(ends)}" for _ in range(random.randint(1, 3))
    ]
    policy = random.choice(("accept", "accept", "drop"))
    spare = f"{random.choice(matches)} -j DROP"
    world[node, HOST] += [
        _rule("policy", chain, policy),
        *(_rule(line, chain) for line in dict.fromkeys(lines)),
        _rule(spare, "spare"),
        IpSet("some", "hash:net", expiring=random.choice(((), (), (addresses[0],)))),
        *(IpSetMember("some", each) for each in addresses[-2:]),
        IpSet("all", "list:set"),
        IpSetMember("all", "some"),
    ]


def _rule(line: str, chain: str, verdict: str = "") -> Record:
    said = verdict or of_iptables(line.partition("-j ")[2])
    return IptablesRule("ip", "legacy", "filter", chain, line, verdict=said)


def _ipsec(world: World, random: Random) -> None:
    """Add a policy of IPsec."""
    place = random.choice([place for place in world if place[1] == HOST])
    addresses = addresses_of(world)
    ends = [f"{random.choice(addresses)}/32", random.choice(list(BLOCKS.values())), "0.0.0.0/0"]
    block = random.random() < 0.7
    world[place].append(
        XfrmPolicy(
            random.choice(ends), random.choice(ends), random.choice(("", "", f"dev {NIC}")),
            random.choice(("in", "out", "fwd")),
            action="block" if block else "allow",
            priority=random.choice((1, 2)),
            templates=() if block else random.choice(((), ("proto esp",))),
        )
    )  # fmt: skip


FILTERED: tuple[Callable[[World, Random], None], ...] = (
    *(_filter, _filter, _filter, _by_interface, _by_interface, _legacy, _ipsec),
)
