"""An address that comes back with another length, or elsewhere, is one happening."""

from dataclasses import replace

from collector.capture import HOST
from parsers.records import Address, Route
from tests.explain.test_explain import session_down, told, with_bgp
from tests.model.cluster import NIC, NODES, World, cluster, find, route, swap

HOST3 = ("k8s3", HOST)
OWN = NODES["k8s3"]


def _with_mask(length: int) -> World:
    """Give k8s3's address another length; the others are on its link no more."""
    world = with_bgp(cluster())
    old = find(world, HOST3, Address, NIC, 4)
    swap(world, HOST3, old, replace(old, address=f"{OWN}/{length}"))
    connected = find(world, HOST3, Route, 4, "main", "172.16.0.0/24")
    swap(world, HOST3, connected, route(f"172.16.0.32/{length}", NIC, protocol="kernel"))
    for node in ("k8s1", "k8s2"):
        session_down(world, node, "k8s3")
        session_down(world, "k8s3", node)
    return world


def test_another_length_is_one_cause() -> None:
    explanation = told(with_bgp(cluster()), _with_mask(28))
    (cause,) = explanation.causes
    assert cause.sentence == f"k8s3's address {OWN}/24 on {NIC} became {OWN}/28."
    assert len(explanation.pairs.lost) == 16
    assert len(cause.evidence) >= 2


def test_an_address_on_another_interface_has_moved() -> None:
    after = with_bgp(cluster())
    old = find(after, HOST3, Address, NIC, 4)
    swap(after, HOST3, old, replace(old, interface="lo"))
    for node in ("k8s1", "k8s2"):
        session_down(after, node, "k8s3")
        session_down(after, "k8s3", node)
    (cause,) = told(with_bgp(cluster()), after).causes
    assert cause.sentence == f"k8s3's address {OWN}/24 moved from {NIC} to lo."
