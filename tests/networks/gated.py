"""What beside filters stops a packet where routes would let it through, or leads it astray."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from collector.capture import HOST
from parsers.records import (
    Address,
    FilterRule,
    Interface,
    Neighbour,
    NextHop,
    Route,
)
from tests.model.cluster import (
    BLOCKS,
    GATEWAY,
    NIC,
    NODES,
    World,
    address_of,
    local,
    veth_of,
)
from tests.networks.cast import MACS, NEAR, SECOND, addresses_of, put, put_switch


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
    put_switch(checks, f"net.ipv4.conf.{checked}.rp_filter", random.choice("1112"))


def _spread(world: World, random: Random) -> None:
    """Share what is for another node's pods out among next hops, of which some lead elsewhere."""
    here, there = random.sample(list(NODES), 2)
    records = world[here, HOST]
    ways = [NextHop(address, NIC) for node, address in NODES.items() if node != here]
    ways += [NextHop(GATEWAY, NIC), NextHop("172.16.0.99", NIC)]
    ways += [NextHop(address_of(here, pod), veth_of(here, pod)) for pod in (1, 2)]
    names = [each.name for each in records if isinstance(each, Interface)]
    ways += [NextHop(NEAR[there], SECOND)] * (SECOND in names)
    hops = dict.fromkeys((NextHop(NODES[there], NIC), *random.choices(ways, k=2)))
    put(records, Route(4, "main", BLOCKS[there], next_hops=tuple(hops), protocol="static"))


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
    put_switch(world[node, HOST], f"net.ipv4.conf.{device}.{name}", value)


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
            put_switch(records, "net.bridge.bridge-nf-call-iptables", "1")
            hook = "type filter hook forward priority filter; policy drop;"
            records.append(FilterRule("ip shown", "forward", hook))
            continue
        for port in ports:
            said = replace(port, slave_detail="state forwarding isolated on")
            records[records.index(port)] = said


def _twice(world: World, random: Random) -> None:
    """Give a pod's or a node's address to somebody else, too."""
    text = random.choice((*addresses_of(world), *NODES.values()))
    block = text.rpartition(".")[0]
    near = [(node, HOST) for node, own in BLOCKS.items() if own.startswith(f"{block}.")]
    place = random.choice(near if near and random.random() < 0.5 else list(world))
    device = random.choice(("lo", "eth0" if place[1] != HOST else NIC))
    world[place] += [Address(device, 4, f"{text}/32", scope="global"), local(text, device)]


def _speaker(world: World, random: Random) -> None:
    """Let a pod speak with another address than the one that it is known by."""
    records = world[random.choice([place for place in world if place[1] != HOST])]
    other = random.choice(("10.1.2.3", *addresses_of(world)))
    records += [Address("eth0", 4, f"{other}/32", scope="global"), local(other, "eth0")]
    for at, each in enumerate(records):
        if isinstance(each, Route) and each.prefix == "0.0.0.0/0":
            records[at] = replace(each, source=other)


GATED: tuple[Callable[[World, Random], None], ...] = (
    *(
        _asymmetric,
        _asymmetric,
        _spread,
        _gate,
        _gate,
        _gate,
        _stranger,
        _mute,
        _bridged,
        _twice,
        _speaker,
    ),
)
