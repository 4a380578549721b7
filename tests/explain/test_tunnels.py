"""Tunnels: what follows from a device that is another one, and devices held against each other."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation
from parsers.records import FdbEntry, Interface, Neighbour
from tests.model.cluster import NODES, World, facts, find, swap
from tests.model.test_tunnels import MAC3, VTEP, tunnelled

HOST1, HOST3 = ("k8s1", HOST), ("k8s3", HOST)
DEVICE = "vxlan.calico"
BROKEN = "66:aa:00:00:00:03"
TEXT = b"""\
1: lo: <UP>
2: enp1s0f0: <UP>
3: cali31: <UP>
4: cali32: <UP>
9: vxlan.calico: <UP> mtu 1450
    link/ether 66:aa:00:00:00:03 brd ff:ff:ff:ff:ff:ff
    vxlan id 4097 local 172.16.0.47 dev enp1s0f0 srcport 0 0 dstport 4789 nolearning
10: eth0: <UP> mtu 1500
"""


def _told(after: World) -> Explanation:
    t1, t2 = facts(tunnelled("vxlan")), facts(after)
    return explain(t1, t2, compare(t1, t2), lambda _: TEXT)


def _sentences(world: World) -> list[str]:
    return [each.finding.sentence for each in check(facts(world), lambda _: TEXT)]


def _renumbered(world: World, node: str = "k8s3") -> None:
    old = find(world, (node, HOST), Interface, DEVICE)
    detail = old.kind_detail.replace("id 4096", "id 4097")
    swap(world, (node, HOST), old, replace(old, kind_detail=detail))


def _readdressed(world: World) -> None:
    """Give the device another hardware address: the kernel forgets its neighbours, all of them."""
    old = find(world, HOST3, Interface, DEVICE)
    swap(world, HOST3, old, replace(old, mac=BROKEN))
    for peer in ("k8s1", "k8s2"):
        entry = find(world, HOST3, Neighbour, 4, VTEP[peer][0])
        swap(world, HOST3, entry, replace(entry, mac="", condition="unresolved"))


def test_neighbours_go_with_the_hardware_address_of_their_interface() -> None:
    world = tunnelled("vxlan")
    _readdressed(world)
    told = _told(world)
    (cause,) = told.causes
    assert (cause.what, cause.node, cause.subject) == ("interface", "k8s3", DEVICE)
    assert len(cause.consequences) == 2
    assert len(told.pairs.lost) == 16


def test_forwarding_entries_go_with_a_device_that_is_made_anew() -> None:
    world = tunnelled("vxlan")
    old = find(world, HOST3, Interface, DEVICE)
    swap(world, HOST3, old, replace(old, index=77))
    world[HOST3].append(FdbEntry("enp1s0f0", "33:33:00:00:00:01"))
    for peer in ("k8s1", "k8s2"):
        swap(world, HOST3, find(world, HOST3, FdbEntry, DEVICE, VTEP[peer][1]))
    (cause,) = _told(world).causes
    assert (cause.what, cause.node, cause.subject) == ("interface", "k8s3", DEVICE)


def test_a_forwarding_entry_that_leads_elsewhere_is_told_with_both_nodes() -> None:
    world = tunnelled("vxlan")
    old = find(world, HOST1, FdbEntry, DEVICE, MAC3)
    swap(world, HOST1, old, replace(old, destination="172.16.0.57"))
    (cause,) = _told(world).causes
    assert cause.what == "forwarding entry"
    assert cause.sentence == (
        f"k8s1: the forwarding entry of {MAC3} on {DEVICE}: "
        "to 172.16.0.47 (k8s3) → to 172.16.0.57 (k8s2)."
    )


def test_the_line_that_changed_is_shown_and_not_the_interfaces_first() -> None:
    world = tunnelled("vxlan")
    _renumbered(world)
    (cause,) = _told(world).causes
    assert cause.sentence.endswith(": options: id 4096 → id 4097.")
    assert cause.evidence[1].text.startswith("vxlan id 4097 local 172.16.0.47")


def test_check_tells_who_has_another_vni_than_most() -> None:
    world = tunnelled("vxlan")
    _renumbered(world)
    said = _sentences(world)
    assert said[0] == (
        f"{DEVICE} of k8s3 has VNI 4097 on port 4789, and VNI 4096 on port 4789 on 2 other nodes"
    )


def test_check_tells_nobody_apart_where_there_is_no_most() -> None:
    world = {place: some for place, some in tunnelled("vxlan").items() if place[0] != "k8s1"}
    _renumbered(world)
    assert not [each for each in _sentences(world) if "has VNI" in each]


def test_check_tells_of_a_hardware_address_that_others_still_send_to() -> None:
    world = tunnelled("vxlan")
    _readdressed(world)
    wrong = f"k8s1, k8s2 send what is for k8s3 to {MAC3} on {DEVICE}, and {DEVICE} of k8s3 has"
    assert _sentences(world)[0] == f"{wrong} {BROKEN}"


@pytest.mark.parametrize("mac", ["", MAC3])
def test_check_says_nothing_where_addresses_fit_or_are_not_told(mac: str) -> None:
    world = tunnelled("vxlan")
    old = find(world, HOST3, Interface, DEVICE)
    swap(world, HOST3, old, replace(old, mac=mac))
    assert not [each for each in _sentences(world) if "what is for k8s3" in each]


def _resized(world: World, place: tuple[str, str], device: str, mtu: int) -> None:
    old = find(world, place, Interface, device)
    swap(world, place, old, replace(old, mtu=mtu))


def test_check_tells_of_workloads_that_outgrow_their_tunnel() -> None:
    (found,) = (each for each in _sentences(tunnelled("vxlan")) if "takes 1450" in each)
    assert found == (
        "workloads of k8s1, k8s2, k8s3 send packets of up to 1500 bytes, and the tunnel "
        "vxlan.calico takes 1450: who does not hear that they are too big loses them"
    )


def test_check_tells_of_a_tunnel_that_outgrows_its_interface() -> None:
    world = tunnelled("vxlan")
    _resized(world, HOST3, "enp1s0f0", 1300)
    (found,) = (each for each in _sentences(world) if "in the tunnel" in each)
    assert found == (
        "vxlan.calico of k8s3 takes packets of 1450 bytes, which are 1500 in the tunnel, "
        "and enp1s0f0 sends no more than 1300"
    )


def test_a_tunnel_over_ipv6_outgrows_its_interface_sooner() -> None:
    world = tunnelled("vxlan")
    own = find(world, HOST3, Interface, "vxlan.calico")
    detail = own.kind_detail.replace(f"local {NODES['k8s3']}", "local fd00::3")
    swap(world, HOST3, own, replace(own, kind_detail=detail))
    assert any("1450 bytes, which are 1520 in the tunnel" in each for each in _sentences(world))


def test_an_interface_that_takes_less_than_it_did_is_told_without_a_ping() -> None:
    world = tunnelled("vxlan")
    _resized(world, HOST3, "enp1s0f0", 1300)
    told = _told(world)
    shrunk = "mtu: 1500 → 1300. No small ping is lost by it; larger packets may be."
    assert any(each.endswith(shrunk) for each in told.witnesses)
    _resized(world, HOST3, "enp1s0f0", 9000)
    assert not any("No small ping" in each for each in _told(world).witnesses)
