"""What is said of each of a node's pods in the same words, and sometimes of one in others.

Most of a cluster's lines are such. Here the classes are what they are for: all but the odd one are
alike, and whoever overlooks where it differs takes it for one of them.
"""

from dataclasses import replace
from random import Random

from collector.capture import HOST
from parsers.records import (
    Address,
    Interface,
    Neighbour,
    NextHop,
    Route,
    Sysctl,
)
from parsers.roles import Record
from tests.model.cluster import (
    NODES,
    World,
    address_of,
    down,
    local,
    pod_of,
    unplugged,
    veth_of,
)
from tests.networks.cast import STRANGERS, mac_of, pods_of, put
from tests.networks.forms import FORMS


def each_alike(world: World, random: Random) -> None:
    """Say something of each pod of a node (or of all nodes), and something else of one."""
    usual, odd, common = random.choice(FORMS)(random)
    said_of = random.sample(list(NODES), random.choice((1, 1, 3)))
    at = random.choice([*said_of, random.choice(list(NODES))])
    for place in said_of:
        records = world[place, HOST]
        records += [each for each in common if not _has(records, each)]
        of = random.choice((place, place, at))
        pods = pods_of(world, of)
        if not pods:
            continue
        chosen = random.choice(pods) if random.random() < 0.6 else 0
        if random.random() < 0.2:
            random.shuffle(pods)
        for pod in pods:
            for each in (odd if pod == chosen else usual)(of, pod):
                put(records, each)


def one_differs(world: World, random: Random) -> None:
    """Change something in one pod, or at its end, that the others have alike."""
    node = random.choice(list(NODES))
    pods = pods_of(world, node)
    if not pods:
        return
    pod = random.choice(pods)
    space, host = world[node, pod_of(node, pod)], world[node, HOST]
    veth, own = veth_of(node, pod), address_of(node, pod)
    chosen = random.randrange(8)
    if chosen == 0:
        _interface(space, "eth0", random)
    elif chosen == 1:
        _interface(host, veth, random)
    elif chosen == 2:
        switches = ("icmp_echo_ignore_all", "conf.eth0.rp_filter", "conf.eth0.arp_ignore")
        put(space, Sysctl(f"net.ipv4.{random.choice(switches)}", random.choice("12")))
    elif chosen == 3:
        extra = random.choice((f"10.1.2.{pod}", *(address_of(node, each) for each in pods)))
        space += [Address("eth0", 4, f"{extra}/32", scope="global"), local(extra, "eth0")]
    elif chosen == 4:
        source = random.choice((own, "10.1.2.3"))
        hop = (NextHop("169.254.1.1", "eth0"),)
        put(space, Route(4, "main", "0.0.0.0/0", next_hops=hop, source=source))
    elif chosen == 5:
        mac = random.choice((*STRANGERS, mac_of(node, pod), mac_of(node, pod % 4 + 1)))
        kept = random.choice(("resolved", "permanent"))
        put(host, Neighbour(4, own, veth, mac, kept))
    elif chosen == 6:
        prefix = f"{address_of(random.choice(list(NODES)), 1)}/{random.choice((26, 30, 31, 32))}"
        put(space, Route(4, "main", prefix, type=random.choice(("blackhole", "throw"))))
    else:
        scope = random.choice(("global", "link", "host"))
        put(space, Address("eth0", 4, f"{own}/{random.choice((24, 32))}", scope=scope))


def _interface(records: list[Record], name: str, random: Random) -> None:
    for at, each in enumerate(records):
        if isinstance(each, Interface) and each.name == name:
            changed = (
                down(each), unplugged(each), replace(each, mac=random.choice(STRANGERS)),
                replace(each, flags=tuple(sorted({*each.flags, "NOARP"}))),
                replace(each, link_kind="macvlan"), replace(each, operstate="LOWERLAYERDOWN"),
                replace(each, peer_index=99),
            )  # fmt: skip
            records[at] = random.choice(changed)


def _has(records: list[Record], new: Record) -> bool:
    return any(type(each) is type(new) and each.identity == new.identity for each in records)
