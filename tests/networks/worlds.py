"""A small cluster with odd things in it, drawn at random; and what it became a little later."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import NamedTuple

from collector.capture import HOST
from parsers.facts import Facts
from parsers.records import (
    Address,
    FdbEntry,
    FilterRule,
    Interface,
    Neighbour,
    NextHop,
    Route,
    Rule,
    Sysctl,
)
from parsers.roles import Record
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    UP,
    World,
    address_of,
    cluster,
    down,
    facts,
    local,
    pod_of,
    route,
    unplugged,
    veth_of,
)
from tests.model.test_tunnels import tunnelled
from tests.networks.gated import GATED, join_again, name_hardware, wire_twice

PODS = 2
ADDRESSES = [address_of(node, pod) for node in NODES for pod in range(1, PODS + 1)]
VETHS = [veth_of(node, pod) for node in NODES for pod in range(1, PODS + 1)]
PREFIXES = [
    *BLOCKS.values(),
    *(f"{address}/32" for address in ADDRESSES),
    *("192.168.167.64/30", "192.168.0.0/16", "0.0.0.0/0", "172.16.0.0/24", "172.17.0.0/16"),
]
PREFIXES6 = ["::/0", "fd00:1::/64", "fd00:2::/64", "fd00:3::/64", "fd00:2::1/128", "fd00::/16"]
DEVICES = [*VETHS, NIC, "eth0", "docker0", "vxlan.calico", "tunl0"]
MACS = ["0a:00:00:00:00:01", "0a:00:00:00:00:02", "66:00:00:00:00:01"]
KINDS = [
    *("route", "rule", "neighbour", "address", "interface", "sysctl", "filter-rule"),
    *("iptables-rule", "ipset", "ipset-member", "xfrm-policy", "tc-filter"),
]
HOOKS = ["forward", "input", "output", "prerouting", "postrouting"]
ENDS = ["drop", "accept", "counter drop", "jump spare", "goto spare", "reject", "return"]


class Drawn(NamedTuple):
    """A world, and what of it was not seen."""

    world: World
    hidden: tuple[tuple[str, str, str], ...] = ()
    unreached: tuple[str, ...] = ()

    def facts(self) -> Facts:
        """Read it."""
        return facts(self.world, hidden=self.hidden, unreached=self.unreached)


def two(random: Random) -> tuple[Drawn, Drawn]:
    """Draw a cluster, and the same after some things happened to it."""
    first = _drawn(_base(random), random, random.choice((0, 0, 1, 2, 4)))
    world = {place: list(records) for place, records in first.world.items()}
    second = _drawn(world, random, random.choice((1, 1, 2, 3, 5)))
    if random.random() < 0.1:
        return second, first
    return first, second


def _drawn(world: World, random: Random, number: int) -> Drawn:
    for _ in range(number):
        random.choice(HAPPENINGS)(world, random)
    hidden = [
        (place[0], place[1], random.choice(KINDS)) for place in world if random.random() < 0.01
    ]
    unreached = [node for node in NODES if random.random() < 0.02]
    return Drawn(world, tuple(hidden), tuple(unreached))


def _base(random: Random) -> World:
    kind = random.choice(("plain", "plain", "plain", "vxlan", "ipip"))
    world = cluster(pods=PODS) if kind == "plain" else tunnelled(kind)
    if random.random() < 0.3:
        _speak_ipv6(world, without_ipv4=random.random() < 0.3)
    if random.random() < 0.25:
        _bridge(world, random.choice(list(NODES)), random)
    if random.random() < 0.4:
        for node in NODES:
            world[node, HOST] += _felix(random)
    if random.random() < 0.4:
        join_again(world, random)
    if random.random() < 0.4:
        name_hardware(world)
    if random.random() < 0.2:
        wire_twice(world, random)
    return world


def _speak_ipv6(world: World, *, without_ipv4: bool) -> None:
    gateway = "fe80::ecee:eeff:feee:eeee"
    for at, node in enumerate(NODES, 1):
        host = world[node, HOST]
        host += [
            Address(NIC, 6, f"fd00::{at}/64", scope="global"),
            Route(6, "local", f"fd00::{at}/128", type="local", next_hops=(NextHop("", NIC),)),
            Route(6, "main", "fd00::/64", next_hops=(NextHop("", NIC),)),
            Route(6, "main", f"fd00:{at}::/64", type="blackhole"),
            Sysctl("net.ipv6.conf.all.forwarding", "1"),
        ]
        for other in range(1, len(NODES) + 1):
            if other != at:
                hop = NextHop(f"fd00::{other}", NIC)
                host.append(Route(6, "main", f"fd00:{other}::/64", next_hops=(hop,)))
        for pod in range(1, PODS + 1):
            own, veth = f"fd00:{at}::{pod}", veth_of(node, pod)
            host += [
                Route(6, "main", f"{own}/128", next_hops=(NextHop("", veth),)),
                Address(veth, 6, f"{gateway}/64", scope="link"),
            ]
            space = world[node, pod_of(node, pod)]
            if without_ipv4:
                space[:] = [each for each in space if not isinstance(each, Address)]
            space += [
                Address("eth0", 6, f"{own}/128", scope="global"),
                Route(6, "local", f"{own}/128", type="local", next_hops=(NextHop("", "eth0"),)),
                Route(6, "main", "::/0", next_hops=(NextHop(gateway, "eth0"),)),
            ]


def _bridge(world: World, node: str, random: Random) -> None:
    """Put docker's bridge on a node, with two containers."""
    world[node, HOST] += [
        Interface("docker0", 50, UP, 1500, operstate="UP", link_type="ether", link_kind="bridge"),
        Address("docker0", 4, "172.17.0.1/16", scope="global"),
        local("172.17.0.1", "docker0"),
        route("172.17.0.0/16", "docker0", protocol="kernel"),
    ]
    if random.random() < 0.5:
        hook = "type nat hook postrouting priority srcnat; policy accept"
        rule = 'ip saddr 172.17.0.0/16 oifname != "docker0" masquerade'
        world[node, HOST] += [FilterRule("ip nat", "p", hook), FilterRule("ip nat", "p", rule)]
    for at in (2, 3):
        world[node, HOST].append(
            Interface(
                f"veth{at}",
                50 + at,
                UP,
                1500,
                operstate="UP",
                link_type="ether",
                peer_index=4,
                peer_netns=str(20 + at),
                link_kind="veth",
                master="docker0",
            )
        )
        world[node, f"mount:box{at}"] = [
            *(each for each in cluster(pods=1)["k8s1", pod_of("k8s1", 1)] if type(each) is Rule),
            Interface(
                "eth0", 4, UP, 1500, operstate="UP", link_type="ether", peer_index=50 + at,
                peer_netns="0", link_kind="veth",
            ),
            Address("eth0", 4, f"172.17.0.{at}/16", scope="global"),
            local(f"172.17.0.{at}", "eth0"),
            route("172.17.0.0/16", "eth0", protocol="kernel"),
            route("0.0.0.0/0", "eth0", "172.17.0.1"),
        ]  # fmt: skip


def _felix(random: Random) -> Iterator[Record]:
    """Yield chains with a line for each workload, as Felix writes them."""
    yield FilterRule("ip filter", "forward", _hook("forward"))
    forms = random.sample(
        ('iifname "{0}" goto own-{0}', 'oifname "{0}" jump own-{0}', "ip saddr {1} accept",
         "ip daddr {1} accept", 'iifname "{0}" counter accept'), 2,
    )  # fmt: skip
    ends = list(zip(VETHS, ADDRESSES, strict=True))
    random.shuffle(ends)
    for form in forms:
        for veth, address in ends:
            yield FilterRule("ip filter", "forward", form.format(veth, address))
    for veth, address in ends:
        yield FilterRule("ip filter", f"own-{veth}", "ct state established,related accept")
        yield FilterRule("ip filter", f"own-{veth}", f"ip saddr {address} accept")
        yield FilterRule("ip filter", f"own-{veth}", "accept")


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


def _place(world: World, random: Random) -> list[Record]:
    """Choose a namespace, a node's own as often as a workload's."""
    hosts = [place for place in world if place[1] == HOST]
    return world[random.choice(hosts if random.random() < 0.6 else list(world))]


def _device(records: list[Record], random: Random) -> str:
    """Choose an interface, most often one that is there."""
    there = [each.name for each in records if isinstance(each, Interface)]
    return random.choice(there if there and random.random() < 0.8 else DEVICES)


def _a_route(world: World, random: Random) -> None:
    records = _place(world, random)
    kind = random.choice(("unicast",) * 4 + ("blackhole", "throw", "unreachable", "prohibit"))
    family = random.choice((4, 4, 4, 6))
    gateways = ["", "", *(NODES.values() if family == 4 else ("fd00::1", "fd00::2"))]
    hops = tuple(
        NextHop(
            random.choice(gateways), _device(records, random),
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
    _place(world, random).append(Rule(4, random.choice((90, 100, 40000)), selector, action))


def _a_neighbour(world: World, random: Random) -> None:
    address = random.choice((*ADDRESSES, *NODES.values(), "169.254.1.1", "192.168.86.1"))
    condition = random.choice(("resolved", "failed", "permanent", "unresolved"))
    records = _place(world, random)
    device = _device(records, random)
    records.append(Neighbour(4, address, device, random.choice(MACS), condition))


def _a_switch(world: World, random: Random) -> None:
    records = _place(world, random)
    device = random.choice((*(_device(records, random) for _ in range(3)), "all"))
    names = ("forwarding", "rp_filter", "proxy_arp", "arp_ignore", "arp_filter")
    name = f"net.ipv4.conf.{device}.{random.choice(names)}"
    name = random.choice((name,) * 6 + ("net.ipv4.ip_forward", "net.ipv4.icmp_echo_ignore_all"))
    records[:] = [r for r in records if not (isinstance(r, Sysctl) and r.name == name)]
    records.append(Sysctl(name, random.choice("0012")))


def _an_address(world: World, random: Random) -> None:
    text = random.choice((*ADDRESSES, *NODES.values(), "10.1.2.3"))
    length = random.choice((24, 32, 32))
    device = random.choice(("eth0", NIC, "lo", random.choice(VETHS)))
    _place(world, random).append(Address(device, 4, f"{text}/{length}", scope="global"))


def _filter(world: World, random: Random) -> None:
    records = _place(world, random)
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


def _less(world: World, random: Random) -> None:
    """Take a record away."""
    records = _place(world, random)
    if records:
        del records[random.randrange(len(records))]


def _another(world: World, random: Random) -> None:
    """Change an interface."""
    records = _place(world, random)
    at = [at for at, record in enumerate(records) if isinstance(record, Interface)]
    if at:
        chosen = random.choice(at)
        old = records[chosen]
        assert isinstance(old, Interface)
        changed = (down(old), unplugged(old), replace(old, mac=random.choice(MACS)))
        records[chosen] = random.choice((*changed, replace(old, index=old.index + 30)))


def _moved(world: World, random: Random) -> None:
    """Shuffle a place's lines: what is told in another order may count in another order."""
    records = _place(world, random)
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


HAPPENINGS: tuple[Callable[[World, Random], None], ...] = (
    *(_a_route, _a_route, _a_rule, _a_neighbour, _a_switch, _a_switch, _an_address, _filter),
    *(_filter, _less, _less, _less, _another, _another, _moved, _gone),
    *GATED,
)
