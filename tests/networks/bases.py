"""Small clusters in which all is well, of several makes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from collector.capture import HOST
from parsers.records import (
    Address,
    FdbMoving,
    FilterRule,
    Interface,
    IptablesRule,
    Neighbour,
    NextHop,
    Route,
    Rule,
    Sysctl,
    TcFilter,
)
from parsers.roles import Record
from parsers.verdicts import of_iptables
from tests.model.cluster import (
    NIC,
    NODES,
    UP,
    World,
    address_of,
    cluster,
    local,
    pod_of,
    pod_space,
    route,
    veth_of,
)
from tests.model.test_tunnels import tunnelled
from tests.networks.cast import ENDS, MACS, NEAR, SECOND, mac_of, pods_of, put_switch


def base(random: Random) -> World:
    """Draw a cluster."""
    pods = random.choice((2, 2, 3, 3, 4))
    kind = random.choice(("plain", "plain", "plain", "vxlan", "ipip"))
    world = cluster(pods) if kind == "plain" else tunnelled(kind, pods)
    if random.random() < 0.3:
        _speak_ipv6(world, random, without_ipv4=random.choice((0.0, 0.0, 0.5, 1.0)))
    if random.random() < 0.25:
        for node in random.sample(list(NODES), random.choice((1, 1, 2))):
            _bridge(world, node, random)
    if random.random() < 0.4:
        felix = random.choice((_felix, _felix, _felix_of_iptables))
        for node in NODES:
            world[node, HOST] += felix(random)
    for share, dress in DRESSES:
        if random.random() < share:
            dress(world, random)
    return world


def _speak_ipv6(world: World, random: Random, *, without_ipv4: float) -> None:
    """Give the pods an IPv6 address each, and some of them no other."""
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
        for pod in pods_of(world, node):
            own, veth = f"fd00:{at}::{pod}", veth_of(node, pod)
            host += [
                Route(6, "main", f"{own}/128", next_hops=(NextHop("", veth),)),
                Address(veth, 6, f"{gateway}/64", scope="link"),
            ]
            space = world[node, pod_of(node, pod)]
            if random.random() < without_ipv4:
                space[:] = [each for each in space if not isinstance(each, Address)]
            space += [
                Address("eth0", 6, f"{own}/128", scope="global"),
                Route(6, "local", f"{own}/128", type="local", next_hops=(NextHop("", "eth0"),)),
                Route(6, "main", "::/0", next_hops=(NextHop(gateway, "eth0"),)),
            ]


def _bridge(world: World, node: str, random: Random) -> None:
    """Put docker's bridge on a node, with two containers or three."""
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
    said = random.choice(("", "state forwarding priority 32 isolated off"))
    for at in range(2, random.choice((4, 4, 5))):
        world[node, HOST].append(
            Interface(
                f"veth{at}", 50 + at, UP, 1500, operstate="UP", link_type="ether", peer_index=4,
                peer_netns=str(20 + at), link_kind="veth", master="docker0", slave_detail=said,
            )
        )  # fmt: skip
        world[node, f"mount:box{at}"] = [
            *(each for each in pod_space("k8s1", 1) if type(each) is Rule),
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
    hook = "type filter hook forward priority filter; policy accept;"
    yield FilterRule("ip filter", "forward", hook)
    forms = random.sample(
        ('iifname "{0}" goto own-{0}', 'oifname "{0}" jump own-{0}', "ip saddr {1} accept",
         "ip daddr {1} accept", 'iifname "{0}" counter accept'), 2,
    )  # fmt: skip
    ends = [(veth_of(*end), address_of(*end)) for end in ENDS]
    random.shuffle(ends)
    for form in forms:
        for veth, address in ends:
            yield FilterRule("ip filter", "forward", form.format(veth, address))
    for veth, address in ends:
        yield FilterRule("ip filter", f"own-{veth}", "ct state established,related accept")
        yield FilterRule("ip filter", f"own-{veth}", f"ip saddr {address} accept")
        yield FilterRule("ip filter", f"own-{veth}", "accept")


def _felix_of_iptables(random: Random) -> Iterator[Record]:
    """Yield the same for iptables, behind a line with a wildcard."""
    backend = random.choice(("legacy", "nf_tables"))

    def line(chain: str, text: str, verdict: str = "") -> Record:
        said = verdict or of_iptables(text.partition("-j ")[2])
        return IptablesRule("ip", backend, "filter", chain, text, verdict=said)

    yield line("FORWARD", "policy", random.choice(("accept", "accept", "drop")))
    yield line("FORWARD", f"{random.choice(('-i', '-o'))} cali+ -j cali-forward")
    yield line("FORWARD", f"{random.choice(('-i', '-o'))} {NIC} -j ACCEPT")
    ends = random.sample(ENDS, len(ENDS))
    side = random.choice(("-i", "-o"))
    for end in ends:
        yield line("cali-forward", f"{side} {veth_of(*end)} -j own-{veth_of(*end)}")
    yield line("cali-forward", f"-j {random.choice(('ACCEPT', 'RETURN', 'DROP'))}")
    for end in ends:
        chain = f"own-{veth_of(*end)}"
        yield line(chain, "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")
        yield line(chain, f"{'-s' if side == '-i' else '-d'} {address_of(*end)}/32 -j ACCEPT")


def _join_again(world: World, random: Random) -> None:
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


def _wire_twice(world: World, random: Random) -> None:
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
    put_switch(records, f"net.ipv4.conf.{veth}.forwarding", "1")
    if random.random() < 0.7:
        records[:] = [each for each in records if each.identity != route(own, veth).identity]
        records.append(route(own, veth))


def _name_hardware(world: World, _: Random) -> None:
    """Give the nodes' interfaces hardware addresses, at which they know each other."""
    for node in NODES:
        records = world[node, HOST]
        macs = {address: MACS[other] for other, address in NODES.items()}
        for at, each in enumerate(records):
            if isinstance(each, Interface) and each.name == NIC:
                records[at] = replace(each, mac=MACS[node])
            elif isinstance(each, Neighbour) and each.device == NIC and each.address in macs:
                records[at] = replace(each, mac=macs[each.address])


def _name_pods_hardware(world: World, _: Random) -> None:
    """Give the pods hardware addresses, at which their nodes know them."""
    for node in NODES:
        for pod in pods_of(world, node):
            mac, space = mac_of(node, pod), world[node, pod_of(node, pod)]
            for at, each in enumerate(space):
                if isinstance(each, Interface) and each.name == "eth0":
                    space[at] = replace(each, mac=mac)
            known = (address_of(node, pod), veth_of(node, pod), mac, "resolved")
            world[node, HOST].append(Neighbour(4, *known))
            space.append(Neighbour(4, "169.254.1.1", "eth0", "ee:ee:ee:ee:ee:ee", "resolved"))


def _shape_traffic(world: World, random: Random) -> None:
    """Put filters of traffic control on interfaces, and forwarding entries that were learned."""
    for node in NODES:
        for pod in pods_of(world, node):
            kind = random.choice(("u32", "u32", "u32", "bpf"))
            held = TcFilter(veth_of(node, pod), "ingress", 1, "ip", kind)
            world[node, HOST].append(held)
        said = "66:00:00:00:00:02 dev vxlan.calico dst 172.16.0.57 self"
        world[node, HOST].append(FdbMoving("learned", (said,)))


DRESSES: tuple[tuple[float, Callable[[World, Random], None]], ...] = (
    (0.4, _join_again),
    (0.4, _name_hardware),
    (0.4, _name_pods_hardware),
    (0.15, _wire_twice),
    (0.2, _shape_traffic),
)
"""What some clusters have besides, and how many."""
