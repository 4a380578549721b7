"""VXLAN and IPIP: a packet comes out where the tables send it, and nowhere else."""

from dataclasses import replace
from typing import Any

import pytest

from collector.capture import HOST
from netsnap.model.alike import classes
from netsnap.model.disposition import Disposition, PairState
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from parsers.records import (
    Address,
    FdbEntry,
    FdbMoving,
    FilterRule,
    Interface,
    Neighbour,
    NextHop,
    Route,
)
from parsers.roles import Record
from tests.model.cluster import (
    BLOCKS,
    NODES,
    UP,
    World,
    cluster,
    down,
    facts,
    find,
    local,
    pod_of,
    swap,
)

K2, K3 = ("k8s2", HOST), ("k8s3", HOST)
LOST = 8  # the pairs between the pods of two nodes, both ways
VTEP = {
    node: (address, mac)
    for node, address, mac in (
        ("k8s1", "192.168.86.1", "66:00:00:00:00:01"),
        ("k8s2", "192.168.167.65", "66:00:00:00:00:02"),
        ("k8s3", "192.168.23.193", "66:00:00:00:00:03"),
    )
}


def _device(kind: str, node: str) -> Interface:
    if kind == "ipip":
        detail = "any remote any local any ttl inherit nopmtudisc"
        return Interface(
            "tunl0", 9, ("NOARP", "UP"), 1480, link_type="ipip", link_kind=kind, kind_detail=detail
        )
    detail = f"id 4096 local {NODES[node]} dev enp1s0f0 srcport 0 0 dstport 4789 nolearning"
    return Interface(
        "vxlan.calico", 9, UP, 1450, operstate="UNKNOWN", link_type="ether", mac=VTEP[node][1],
        link_kind=kind, kind_detail=detail,
    )  # fmt: skip


def tunnelled(kind: str, pods: int = 2) -> World:
    """Return the cluster with its blocks behind tunnels, as Calico sets them up."""
    world = cluster(pods)
    for node in NODES:
        place, device = (node, HOST), _device(kind, node)
        own = VTEP[node][0]
        world[place] += [device, Address(device.name, 4, f"{own}/32", scope="global")]
        world[place].append(local(own, device.name))
        for other in NODES.keys() - {node}:
            old = find(world, place, Route, 4, "main", BLOCKS[other])
            to = VTEP[other][0] if kind == "vxlan" else NODES[other]
            hop = NextHop(to, device.name, flags=("onlink",))
            swap(world, place, old, replace(old, next_hops=(hop,)))
            if kind == "vxlan":
                world[place] += [
                    Neighbour(4, to, device.name, VTEP[other][1], "permanent"),
                    FdbEntry(device.name, VTEP[other][1], destination=NODES[other]),
                ]
    return world


def _failing(world: World) -> set[Disposition]:
    found = [pair for pair in pairs(Network.of(facts(world))) if pair.works is not True]
    assert len(found) in (0, LOST)
    return {pair.disposition for pair in found}


@pytest.mark.parametrize("kind", ["vxlan", "ipip"])
def test_pods_reach_each_other_through_a_tunnel(kind: str) -> None:
    assert _failing(tunnelled(kind)) == set()


@pytest.mark.parametrize("kind", ["vxlan", "ipip"])
def test_pods_are_alike_behind_tunnels_too(kind: str) -> None:
    of = classes(Network.of(facts(tunnelled(kind))))
    assert len(set(of.values())) == len(NODES)


def test_the_way_names_the_tunnel_and_the_line_that_led_there() -> None:
    network = Network.of(facts(tunnelled("vxlan")))
    path = network.walk(("k8s2", pod_of("k8s2", 1)), "192.168.23.194")
    (note,) = [hop for hop in path.hops if hop.note]
    assert note.note == "vxlan to 172.16.0.47"
    assert note.decided_by is not None
    assert note.decided_by.kind == FdbEntry.kind
    assert next(hop.ingress for hop in path.hops if hop.node == "k8s3") == "vxlan.calico"


def _broken(kind: str, record: type[Record], *identity: object, **fields: object) -> World:
    world = tunnelled(kind)
    old: Any = find(world, K2, record, *identity)
    swap(world, K2, old, replace(old, **fields) if fields else None)
    return world


MAC3 = VTEP["k8s3"][1]


@pytest.mark.parametrize(
    ("world", "end"),
    [
        (_broken("vxlan", FdbEntry, "vxlan.calico", MAC3), Disposition.NEIGHBOUR_FAILED),
        (_broken("vxlan", Neighbour, 4, VTEP["k8s3"][0]), Disposition.NEIGHBOUR_FAILED),
        (
            _broken("vxlan", FdbEntry, "vxlan.calico", MAC3, destination="172.16.0.99"),
            Disposition.LEFT_CLUSTER,
        ),
    ],
)
def test_a_wrong_or_missing_entry_ends_the_packet(world: World, end: Disposition) -> None:
    lost = [p for p in pairs(Network.of(facts(world))) if p.works is not True]
    assert len(lost) == LOST
    assert {pair.disposition for pair in lost} == {end}


def test_a_frame_for_another_hardware_address_is_not_taken_in() -> None:
    world = _broken("vxlan", Neighbour, 4, VTEP["k8s3"][0], mac="66:00:00:00:00:99")
    world[K2].append(FdbEntry("vxlan.calico", "66:00:00:00:00:99", destination=NODES["k8s3"]))
    path = Network.of(facts(world)).walk(K2, "192.168.23.194")
    assert path.disposition is Disposition.NEIGHBOUR_FAILED
    assert path.reason.endswith(f"vxlan.calico of k8s3 has {MAC3}")


@pytest.mark.parametrize("kind", ["vxlan", "ipip"])
def test_a_tunnel_that_is_down_at_the_other_end_takes_nothing_in(kind: str) -> None:
    world = tunnelled(kind)
    old = next(r for r in world[K3] if isinstance(r, Interface) and r.link_kind == kind)
    swap(world, K3, old, down(old))
    lost = [pair for pair in pairs(Network.of(facts(world))) if pair.works is not True]
    assert len(lost) == 2 * LOST
    assert {pair.disposition for pair in lost} == {Disposition.LINK_DOWN}


def test_another_network_identifier_takes_nothing_in() -> None:
    world = tunnelled("vxlan")
    old = find(world, K3, Interface, "vxlan.calico")
    detail = old.kind_detail.replace("4096", "4097")
    swap(world, K3, old, replace(old, kind_detail=detail))
    lost = [pair for pair in pairs(Network.of(facts(world))) if pair.works is not True]
    assert {pair.disposition for pair in lost} == {Disposition.LINK_DOWN}
    assert "no vxlan with VNI 4096" in lost[0].there.reason + lost[0].back.reason


def test_what_was_learned_is_an_entry_and_a_flood_finds_its_way() -> None:
    for entry in (
        FdbMoving("learned", (f"{MAC3} dev vxlan.calico dst {NODES['k8s3']} self",)),
        FdbEntry("vxlan.calico", "00:00:00:00:00:00", remote=NODES["k8s3"]),
    ):
        world = _broken("vxlan", FdbEntry, "vxlan.calico", MAC3)
        world[K2].append(entry)
        assert _failing(world) == set()


def test_entries_that_were_not_read_are_no_missing_entries() -> None:
    world = _broken("vxlan", FdbEntry, "vxlan.calico", MAC3)
    network = Network.of(facts(world, hidden=[("k8s2", HOST, FdbEntry.kind)]))
    states = [pair for pair in pairs(network) if pair.works is not True]
    assert {pair.works for pair in states} == {None}
    assert (
        "forwarding entries of k8s2 were not read" in states[0].there.reason + states[0].back.reason
    )


def test_a_tunnel_whose_own_packets_go_into_it_is_a_loop() -> None:
    world = tunnelled("ipip")
    world[K2].append(Route(4, "main", f"{NODES['k8s3']}/32", next_hops=(NextHop("", "tunl0"),)))
    path = Network.of(facts(world)).walk(K2, "192.168.23.194")
    assert path.disposition is Disposition.LOOP


def test_a_device_that_takes_its_ends_from_the_route_is_not_followed() -> None:
    world = tunnelled("vxlan")
    old = find(world, K2, Interface, "vxlan.calico")
    swap(world, K2, old, replace(old, kind_detail=f"{old.kind_detail} external"))
    path = Network.of(facts(world)).walk(K2, "192.168.23.194")
    assert path.disposition is Disposition.UNKNOWN
    assert "does not follow a vxlan" in path.reason


def test_a_next_hop_that_can_be_asked_for_is_not_taken_for_silent() -> None:
    world = _broken("vxlan", Neighbour, 4, VTEP["k8s3"][0])
    world[K2].append(FdbEntry("vxlan.calico", "00:00:00:00:00:00", remote=NODES["k8s3"]))
    path = Network.of(facts(world)).walk(K2, "192.168.23.194")
    assert path.disposition is Disposition.UNKNOWN
    assert "has not asked for" in path.reason


def test_an_ipip_end_takes_in_only_whom_it_names() -> None:
    for remote, end in (
        (NODES["k8s2"], Disposition.DELIVERED),
        ("10.1.1.1", Disposition.LINK_DOWN),
    ):
        world = tunnelled("ipip")
        old = find(world, K3, Interface, "tunl0")
        detail = old.kind_detail.replace("remote any", f"remote {remote}")
        swap(world, K3, old, replace(old, kind_detail=detail))
        assert Network.of(facts(world)).walk(K2, "192.168.23.194").disposition is end


@pytest.mark.parametrize("text", ["", "somewhere", "300.1.1.1", "1.2.3.4\x00"])
def test_what_is_no_address_ends_no_command(text: str) -> None:
    world = _broken("vxlan", FdbEntry, "vxlan.calico", MAC3, destination=text)
    path = Network.of(facts(world)).walk(K2, "192.168.23.194")
    assert path.disposition is Disposition.NEIGHBOUR_FAILED
    world = tunnelled("ipip")
    old = find(world, K2, Interface, "tunl0")
    swap(
        world, K2, old, replace(old, kind_detail=f"any remote {text or 'x'} local any ttl inherit")
    )
    assert Network.of(facts(world)).walk(K2, "192.168.23.194").disposition is Disposition.UNKNOWN


INPUT = "type filter hook input priority filter; policy accept"


@pytest.mark.parametrize(
    ("rule", "lost"),
    [
        ("udp dport 4789 drop", LOST * 2),
        ("udp sport 4789 accept", 0),
        ("udp dport 8472 drop", 0),
        ("ip saddr 172.16.0.57 udp dport 4789 drop", LOST),
        ("ct state new udp dport 4789 drop", LOST * 2),
        ("icmp type echo-request drop", 0),
    ],
)
def test_a_filter_judges_the_tunnels_own_packet_and_not_what_is_in_it(rule: str, lost: int) -> None:
    world = tunnelled("vxlan")
    world[K3] += [FilterRule("ip f", "INPUT", each) for each in (INPUT, rule)]
    found = [pair for pair in pairs(Network.of(facts(world))) if pair.works is not True]
    assert len(found) == lost
    assert {pair.disposition for pair in found} <= {Disposition.FILTERED}
    assert all("the tunnel's own packet: k8s3 drops it" in _said(pair) for pair in found)


def _said(pair: PairState) -> str:
    return pair.there.reason or pair.back.reason
