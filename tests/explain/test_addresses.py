"""Node addresses that go, with others that the kernel takes along, or that Calico changes."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.chain import parents
from netsnap.explain.check import check
from netsnap.explain.checks.sessions import sessions
from netsnap.explain.events import World as Events
from netsnap.explain.links.happened import Happened
from netsnap.explain.naming import events
from parsers.calicoget import read_objects
from parsers.records import Address, CalicoPeer, Interface, Route, Sysctl
from parsers.text import Text
from tests.explain.test_explain import told, with_bgp
from tests.explain.test_intent import OBJECTS, node_object
from tests.model.cluster import NIC, NODES, UP, World, cluster, facts, find, pod_of, swap

K3 = ("k8s3", HOST)
OWN = f"{NODES['k8s3']}/24"
FIRST, BRIDGE = "172.16.0.33/24", "br-7f698d49f83c"


def _with_a_secondary(*more: Sysctl) -> World:
    world = with_bgp(cluster())
    secondary = Address(NIC, 4, OWN, scope="global", flags=("secondary",))
    swap(world, K3, find(world, K3, Address, NIC, 4, OWN), secondary)
    world[K3] += [Address(NIC, 4, FIRST, scope="global"), *more]
    return world


def _bare(*more: Sysctl) -> World:
    world = _with_a_secondary(*more)
    for address in (FIRST, OWN):
        swap(world, K3, find(world, K3, Address, NIC, 4, address))
    return world


def _bare_of(address: str) -> str:
    return address.partition("/")[0]


def _roots(before: World, after: World) -> set[str]:
    t1, t2 = facts(before), facts(after)
    seen = Events(t1, t2, compare(t1, t2))
    return {id_[3] for id_, ups in parents(Happened(events(seen), seen)).items() if not ups}


def test_a_secondary_address_goes_with_the_first_one_of_its_network() -> None:
    assert _roots(_with_a_secondary(), _bare()) == {_bare_of(FIRST)}
    first = told(_with_a_secondary(), _bare()).causes[0]
    assert f"{FIRST} on {NIC}" in first.sentence
    assert f"and with it its secondary {OWN} on {NIC}." in first.sentence


@pytest.mark.parametrize("name", ["all", NIC])
def test_where_secondaries_are_promoted_each_went_by_itself(name: str) -> None:
    switch = Sysctl(f"net.ipv4.conf.{name}.promote_secondaries", "1")
    both = {_bare_of(FIRST), _bare_of(OWN)}
    assert _roots(_with_a_secondary(switch), _bare(switch)) == both


def _chosen(address: str, *, old_is_gone: bool) -> set[str]:
    """Return what a Node's address follows from, where a bridge with another one was made."""
    before, after = cluster(), cluster()
    after[K3] += [
        Interface(BRIDGE, 9, UP, 1500, link_kind="bridge"),
        Address(BRIDGE, 4, f"{address}/24", scope="global"),
    ]
    if old_is_gone:
        swap(after, K3, find(after, K3, Address, NIC, 4, OWN))
    for world, own in ((before, NODES["k8s3"]), (after, address)):
        world[K3] += read_objects(Text(OBJECTS + node_object(own))).records
    t1, t2 = facts(before), facts(after)
    seen = Events(t1, t2, compare(t1, t2))
    ups = parents(Happened(events(seen), seen))
    return {up[3] for id_, found in ups.items() if id_[3].startswith("Node k8s3") for up in found}


def test_that_calico_takes_one_of_two_addresses_follows_from_no_address() -> None:
    assert _chosen("172.18.0.1", old_is_gone=False) == set()
    assert _chosen("172.18.0.1", old_is_gone=True) == {_bare_of(OWN)}


def test_a_session_with_an_address_of_a_new_bridge_does_not_follow_from_its_switches() -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    peer = CalicoPeer(4, "172.18.0.1", "node-to-node mesh", "start", "Connect")
    after["k8s1", HOST].append(peer)
    after[K3] += [
        Interface(BRIDGE, 9, UP, 1500, link_kind="bridge"),
        Address(BRIDGE, 4, "172.18.0.1/24", scope="global"),
        Sysctl(f"net.ipv4.conf.{BRIDGE}.arp_ignore", "0"),
    ]
    t1, t2 = facts(before), facts(after)
    seen = Events(t1, t2, compare(t1, t2))
    ups = parents(Happened(events(seen), seen))
    sessions = [found for id_, found in ups.items() if id_[3] == "k8s1–k8s3"]
    assert not any(up[0] == "sysctl" for found in sessions for up in found)
    assert sessions


def test_a_node_that_took_a_new_bridges_address_is_told_with_the_bridge() -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    after[K3] += [
        Interface(BRIDGE, 9, UP, 1500, link_kind="bridge"),
        Address(BRIDGE, 4, "172.18.0.1/24", scope="global"),
    ]
    texts = OBJECTS + node_object(NODES["k8s3"]), OBJECTS + node_object("172.18.0.1")
    for world, text in zip((before, after), texts, strict=True):
        world[K3] += read_objects(Text(text)).records
    line = next(line for line in told(before, after).witnesses if "Node k8s3" in line)
    assert f"172.18.0.1/24, which {BRIDGE} on k8s3 has (made since t1)." in line


def test_a_session_whose_end_lost_its_address_is_told_once() -> None:
    world = cluster()
    swap(world, K3, find(world, K3, Address, NIC, 4, OWN))
    world[K3] += read_objects(Text(OBJECTS + node_object(NODES["k8s3"]))).records
    for node, peer in (("k8s1", NODES["k8s3"]), ("k8s3", NODES["k8s1"])):
        world[node, HOST].append(CalicoPeer(4, peer, "node-to-node mesh", "start", "Connect"))
    found = check(facts(world), lambda _: b"a line", (sessions,))
    assert [each.finding.sentence for each in found] == [
        "the BGP session k8s1–k8s3 is not established: Connect"
    ]


SECOND, PLACE = "10.1.2.3", ("k8s2", pod_of("k8s2", 1))


def test_who_speaks_with_an_address_that_came_is_the_cause_and_not_the_address() -> None:
    after = cluster()
    default = find(after, PLACE, Route, 4, "main", "0.0.0.0/0")
    swap(after, PLACE, default, replace(default, source=SECOND))
    after[PLACE].append(Address("eth0", 4, f"{SECOND}/32", scope="global"))
    found = told(cluster(), after)
    assert [cause.what for cause in found.causes] == ["default route"]
    assert SECOND in found.causes[0].sentence
    assert len(found.pairs.lost) > 0
