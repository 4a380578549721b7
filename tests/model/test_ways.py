"""Ways that are put together of sets are those of each pair: one thing out of the ordinary each."""

from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address
from itertools import permutations

import pytest

from collector.capture import HOST
from netsnap.model.network import Network
from netsnap.model.pairs import both_states
from netsnap.model.sure import Sure, unsure
from parsers.records import Address, Interface, Neighbour, NextHop, Route, Sysctl
from parsers.roles import Record
from tests.model.cluster import (
    BLOCKS,
    GATEWAY,
    NIC,
    NODES,
    UP,
    World,
    address_of,
    cluster,
    facts,
    find,
    local,
    route,
    swap,
    veth_of,
)

HOST1, HOST2 = ("k8s1", HOST), ("k8s2", HOST)
Edit = Callable[[World], None]


def lacking(world: World) -> set[tuple[str, str]]:
    """Return the pairs of two nodes that do not surely work; hold all against each pair's ways."""
    network = Network.of(facts(world))
    sure, ends = Sure(network), network.endpoints
    found = unsure(sure, ends, sure, ends)
    assert found is not None
    for one, other in permutations(range(len(ends)), 2):
        told = sure.doubts(ends[one], ends[other])
        assert (told is None) is bool(found[one] >> other & 1), (ends[one], ends[other])
        works = [state.works for state in both_states(network, ends[one], ends[other])]
        assert told is None or works == [True, True]
    return {
        (ends[one].node, ends[other].node)
        for one, other in permutations(range(len(ends)), 2)
        if found[one] >> other & 1
    }


def _added(*records: Record) -> Edit:
    return lambda world: world[HOST1].extend(records)


def _instead(*records: Record) -> Edit:
    """Let a node have other routes to another's block."""

    def edit(world: World) -> None:
        kept = [each for each in world[HOST1] if BLOCKS["k8s2"] not in each.identity]
        world[HOST1] = [*kept, *records]

    return edit


def _in_another_network(world: World) -> None:
    own = find(world, HOST2, Address, NIC)
    swap(world, HOST2, own, replace(own, address=own.address.replace("/24", "/32")))


def _by_another_link(value: str) -> Edit:
    """Let a node answer by another link than it is sent to, whose reverse path is checked so."""

    def edit(world: World) -> None:
        world[HOST1] += [
            Sysctl(f"net.ipv4.conf.{NIC}.rp_filter", value),
            Interface("eth9", 9, UP, 1500, operstate="UP", link_type="ether"),
            Address("eth9", 4, "172.16.0.155/24", scope="global"),
            local("172.16.0.155", "eth9"),
        ]
        _instead(route(BLOCKS["k8s2"], "eth9", NODES["k8s2"]))(world)

    return edit


def _found(mac: str, condition: str = "resolved") -> Neighbour:
    return Neighbour(4, NODES["k8s2"], NIC, mac=mac, condition=condition)


TWO_WAYS = (NextHop(NODES["k8s2"], NIC), NextHop(GATEWAY, NIC))
TUNNELLED = (NextHop(NODES["k8s2"], NIC, encap="mpls 100"),)


@pytest.mark.parametrize(
    ("edit", "cut"),
    [
        (_added(), False),
        (_added(_found("", "failed")), True),
        (_added(_found("", "resolved")), False),
        (_added(_found("0c:00:00:00:00:03")), True),
        (_added(_found("0c:00:00:00:00:02")), False),
        (_instead(route(BLOCKS["k8s2"], NIC, NODES["k8s1"])), True),
        (_instead(route(BLOCKS["k8s2"], NIC, NODES["k8s3"])), False),
        (_instead(Route(4, "main", BLOCKS["k8s2"], next_hops=TWO_WAYS)), True),
        (_instead(Route(4, "main", BLOCKS["k8s2"], next_hops=TUNNELLED)), True),
        (
            _instead(*(route(f"{address_of('k8s2', at)}/32", NIC, NODES["k8s2"]) for at in (1, 2))),
            False,
        ),
        (_instead(route(f"{address_of('k8s2', 1)}/32", NIC, NODES["k8s2"])), True),
        (_in_another_network, True),
        (_added(Sysctl(f"net.ipv4.conf.{NIC}.rp_filter", "1")), False),
        (_by_another_link("0"), False),
        (_by_another_link("2"), False),
        (_by_another_link("1"), True),
    ],
)
def test_what_is_out_of_the_ordinary_for_a_node_cuts_what_it_is_for(edit: Edit, cut: bool) -> None:
    world = cluster()
    _known(world)
    edit(world)
    assert (("k8s1", "k8s2") in lacking(world)) is cut


def _known(world: World) -> None:
    """Let all nodes' interfaces have hardware addresses."""
    for at, node in enumerate(NODES, 1):
        world[node, HOST] = [
            replace(each, mac=f"0c:00:00:00:00:0{at}")
            if isinstance(each, Interface) and each.name == NIC
            else each
            for each in world[node, HOST]
        ]


def test_no_reverse_path_filter_checks_ipv6() -> None:
    world = cluster()
    _by_another_link("1")(world)
    world = {place: [_as_ipv6(each) for each in records] for place, records in world.items()}
    for node in NODES:
        gateways = (Address(veth_of(node, pod), 6, _ipv6("169.254.1.1/32")) for pod in (1, 2))
        world[node, HOST] += [Sysctl("net.ipv6.conf.all.forwarding", "1"), *gateways]
    assert lacking(world) == set()


def _as_ipv6(record: Record) -> Record:
    """Return an address, route or neighbour of IPv4 as the same of IPv6."""
    if isinstance(record, Address):
        return replace(record, family=6, address=_ipv6(record.address))
    if isinstance(record, Neighbour):
        return replace(record, family=6, address=_ipv6(record.address))
    if isinstance(record, Route):
        hops = (replace(hop, gateway=_ipv6(hop.gateway)) for hop in record.next_hops)
        return replace(record, family=6, prefix=_ipv6(record.prefix), next_hops=tuple(hops))
    return record


def _ipv6(text: str) -> str:
    if text in ("", "0.0.0.0/0"):
        return text and "::/0"
    address, _, length = text.partition("/")
    return str(ip_address(f"fd00::{address}")) + (f"/{int(length) + 96}" if length else "")
