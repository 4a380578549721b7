"""A node that was rebooted: all on it is new, and what is not as it was is told with it."""

from dataclasses import replace

from collector.capture import HOST
from netsnap.explain.explanation import Proof
from parsers.records import CalicoPeer, Daemon, Interface, NodeIdentity, Route
from tests.explain.test_explain import told
from tests.model.cluster import BLOCKS, NIC, NODES, World, address_of, cluster, find, swap, veth_of

K3 = ("k8s3", HOST)
REBOOTED = "k8s3 was rebooted (new boot id)"


def _booted(boot: str) -> World:
    world = cluster()
    nic = find(world, K3, Interface, NIC)
    swap(world, K3, nic, replace(nic, index=int(boot)))
    world[K3] += [
        NodeIdentity("k8s3", "6.12.0", boot_id=f"boot {boot}"),
        Daemon("dockerd", state="running"),
        Daemon("bird", "", pid=int(boot), start_ticks=int(boot), state="running"),
    ]
    return world


def _without_a_route(node: str) -> World:
    world = _booted("9")
    place = (node, HOST)
    swap(world, place, find(world, place, Route, 4, "main", f"{address_of(node, 1)}/32"))
    return world


def test_what_a_node_came_back_without_is_told_and_proves_the_reboot() -> None:
    found = told(_booted("2"), _without_a_route("k8s3"))
    (cause,) = found.causes
    lost = f"k8s3 lost the route to {address_of('k8s3', 1)}/32 (dev {veth_of('k8s3', 1)})"
    assert cause.sentence == f"{REBOOTED}, and since then: {lost}."
    assert (cause.what, cause.node, cause.proof) == ("node", "k8s3", Proof.COUNTERFACTUAL)
    assert not any("rebooted" in line for line in found.witnesses)


def test_a_daemon_that_did_not_start_again_is_told_and_stays_a_rule() -> None:
    before, after = _booted("2"), _booted("9")
    swap(after, K3, find(after, K3, Daemon, "bird", ""))
    for world, state in ((before, "Established"), (after, "Connect")):
        for node in ("k8s1", "k8s2"):
            peer = CalicoPeer(4, NODES["k8s3"], "node-to-node mesh", "up", state)
            world[node, HOST].append(peer)
    for node in ("k8s1", "k8s2"):
        swap(after, (node, HOST), find(after, (node, HOST), Route, 4, "main", BLOCKS["k8s3"]))
    (cause,) = told(before, after).causes
    assert cause.sentence.startswith(f"{REBOOTED}, and since then: k8s3 lost the process bird")
    assert (cause.proof, len(cause.explains)) == (Proof.RULE, 16)
    assert [effect.what for effect in cause.consequences[:2]] == ["BGP session", "BGP session"]


def test_a_reboot_after_which_all_is_as_it_was_breaks_nothing() -> None:
    found = told(_booted("2"), _booted("9"))
    assert (found.causes, found.witnesses) == ((), (REBOOTED,))
    assert any("facts of k8s3 are new by its reboot" in line for line in found.noise)


def test_what_another_node_lost_is_not_the_reboots() -> None:
    found = told(_booted("2"), _without_a_route("k8s1"))
    assert [(cause.what, cause.node) for cause in found.causes] == [("route", "k8s1")]
    assert REBOOTED in found.witnesses
