"""Things that stop a packet where routes and links would let it through, or lead it astray."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from collector.capture import HOST
from parsers.records import (
    Address,
    FilterRule,
    Interface,
    IpSet,
    IpSetMember,
    IptablesRule,
    Neighbour,
    NextHop,
    Route,
    Sysctl,
    XfrmPolicy,
)
from parsers.roles import Record
from parsers.verdicts import of_iptables
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    UP,
    World,
    address_of,
    local,
    pod_of,
    route,
    veth_of,
)

SECOND = "eth1"
"""The interface of a second network, on which some clusters' nodes are too."""
NEAR = {node: f"10.9.0.{at}" for at, node in enumerate(NODES, 1)}
MACS = {node: f"0a:00:00:00:00:0{at}" for at, node in enumerate(NODES, 1)}


def join_again(world: World, random: Random) -> None:
    """Put all nodes on a second network, so that a way back may be another than the way there."""
    for at, node in enumerate(NODES, 1):
        world[node, HOST] += [
            Interface(SECOND, 7, UP, 1500, operstate="UP", link_type="ether", mac=f"0a:09::0{at}"),
            Address(SECOND, 4, f"{NEAR[node]}/24", scope="global"),
            local(NEAR[node], SECOND),
            route("10.9.0.0/24", SECOND, protocol="kernel"),
            Sysctl(f"net.ipv4.conf.{SECOND}.forwarding", "1"),
            Sysctl(f"net.ipv4.conf.{SECOND}.rp_filter", random.choice("0012")),
        ]


def wire_twice(world: World, random: Random) -> None:
    """Give a pod a second veth pair, by which its node may send what the first one answers."""
    node = random.choice(list(NODES))
    pod, veth = pod_of(node, 1), f"{veth_of(node, 1)}b"
    records, own = world[node, HOST], f"{address_of(node, 1)}/32"
    ends = (veth, 31, 5, "0"), ("net1", 5, 31, "0")
    for at, (name, index, peer, netns) in zip((records, world[node, pod]), ends, strict=True):
        at.append(
            Interface(
                name, index, UP, 1500, operstate="UP", link_type="ether", peer_index=peer,
                peer_netns=netns, link_kind="veth",
            )
        )  # fmt: skip
    _set(records, f"net.ipv4.conf.{veth}.forwarding", "1")
    if random.random() < 0.7:
        records[:] = [each for each in records if each.identity != route(own, veth).identity]
        records.append(route(own, veth))


def name_hardware(world: World) -> None:
    """Give the nodes' interfaces hardware addresses, at which they know each other."""
    for node in NODES:
        records = world[node, HOST]
        macs = {address: MACS[other] for other, address in NODES.items()}
        for at, each in enumerate(records):
            if isinstance(each, Interface) and each.name == NIC:
                records[at] = replace(each, mac=MACS[node])
            elif isinstance(each, Neighbour) and each.device == NIC and each.address in macs:
                records[at] = replace(each, mac=macs[each.address])


def _asymmetric(world: World, random: Random) -> None:
    """Send what is for another node's pods by another interface, and check the reverse path."""
    here, there = random.sample(list(NODES), 2)
    records = world[here, HOST]
    names = [each.name for each in records if isinstance(each, Interface)]
    ways = [NextHop(NODES[there], NIC)]
    ways += [NextHop(NEAR[there], SECOND)] * (SECOND in names) * 3
    ways += [NextHop(NODES[there], "tunl0", flags=("onlink",))] * ("tunl0" in names)
    hops = tuple(dict.fromkeys(random.choice(ways) for _ in range(random.choice((1, 1, 3)))))
    block = Route(4, "main", BLOCKS[there], next_hops=hops, protocol="static")
    records[:] = [each for each in records if each.identity != block.identity]
    records.append(block)
    checked = random.choice((NIC, NIC, SECOND, "all", "tunl0", "vxlan.calico"))
    checks = world[random.choice((here, here, there)), HOST]
    _set(checks, f"net.ipv4.conf.{checked}.rp_filter", random.choice("1112"))


def _gate(world: World, random: Random) -> None:
    """Switch off on an interface of a node what a packet needs that comes in by it."""
    node = random.choice(list(NODES))
    device = random.choice((*(veth_of(node, pod) for pod in (1, 2)), NIC, SECOND, "all"))
    name, value = random.choice(
        (
            *(("forwarding", "0"),) * 3,
            *(("rp_filter", "1"), ("rp_filter", "2"), ("proxy_arp", "0")),
            *(("arp_ignore", value) for value in "128"),
        )
    )
    _set(world[node, HOST], f"net.ipv4.conf.{device}.{name}", value)


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
    addresses = _addresses(world)
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
    addresses = _addresses(world)
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


def _stranger(world: World, random: Random) -> None:
    """Let a node know another, or a pod its gateway, by somebody's hardware address."""
    macs = (*MACS.values(), "66:00:00:00:00:09", "ee:ee:ee:ee:ee:ee")
    place = random.choice(list(world))
    known = [(*NODES.values(), *NEAR.values()), ("169.254.1.1",)][place[1] != HOST]
    records, address = world[place], random.choice(known)
    device = "eth0" if place[1] != HOST else SECOND if address.startswith("10.9") else NIC
    entry = Neighbour(4, address, device, random.choice(macs), "resolved")
    records[:] = [each for each in records if each.identity != entry.identity]
    records.append(entry)


def _mute(world: World, random: Random) -> None:
    """Switch ARP off on an interface, or bar a bridge's port."""
    records = world[random.choice(list(world))]
    at = [at for at, each in enumerate(records) if isinstance(each, Interface)]
    if not at:
        return
    chosen = random.choice(at)
    old = records[chosen]
    assert isinstance(old, Interface)
    if old.master:
        said = random.choice(("state blocking isolated off", "state forwarding isolated on"))
        records[chosen] = replace(old, slave_detail=said)
    else:
        records[chosen] = replace(old, flags=tuple(sorted({*old.flags, "NOARP"})))


def _bridged(world: World, random: Random) -> None:
    """Isolate a bridge's ports from each other, or show its frames to the filters."""
    for records in world.values():
        ports = [each for each in records if isinstance(each, Interface) and each.master]
        if not ports:
            continue
        if random.random() < 0.5:
            _set(records, "net.bridge.bridge-nf-call-iptables", "1")
            hook = "type filter hook forward priority filter; policy drop;"
            records.append(FilterRule("ip shown", "forward", hook))
            continue
        for port in ports:
            said = replace(port, slave_detail="state forwarding isolated on")
            records[records.index(port)] = said


def _twice(world: World, random: Random) -> None:
    """Give a pod's or a node's address to somebody else, too."""
    text = random.choice((*_addresses(world), *NODES.values()))
    block = text.rpartition(".")[0]
    near = [(node, HOST) for node, own in BLOCKS.items() if own.startswith(f"{block}.")]
    place = random.choice(near if near and random.random() < 0.5 else list(world))
    device = random.choice(("lo", "eth0" if place[1] != HOST else NIC))
    world[place] += [Address(device, 4, f"{text}/32", scope="global"), local(text, device)]


def _speaker(world: World, random: Random) -> None:
    """Let a pod speak with another address than the one that it is known by."""
    records = world[random.choice([place for place in world if place[1] != HOST])]
    other = random.choice(("10.1.2.3", *_addresses(world)))
    records += [Address("eth0", 4, f"{other}/32", scope="global"), local(other, "eth0")]
    for at, each in enumerate(records):
        if isinstance(each, Route) and each.prefix == "0.0.0.0/0":
            records[at] = replace(each, source=other)


def _addresses(world: World) -> list[str]:
    """List the addresses of the pods."""
    return [
        each.address.partition("/")[0]
        for place, records in world.items()
        if place[1] != HOST
        for each in records
        if isinstance(each, Address) and each.family == 4 and each.interface == "eth0"
    ] or ["192.168.86.2", "192.168.86.3"]


def _set(records: list[Record], name: str, value: str) -> None:
    records[:] = [each for each in records if not (isinstance(each, Sysctl) and each.name == name)]
    records.append(Sysctl(name, value))


GATED: tuple[Callable[[World, Random], None], ...] = (
    *(_asymmetric, _asymmetric, _gate, _gate, _gate, _by_interface, _by_interface, _legacy),
    *(_ipsec, _stranger, _mute, _bridged, _twice, _speaker),
)
