"""An address of a node that somebody else answers for: told once, by whom, and who is cut off."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.explain.check import check
from netsnap.explain.checks.finding import Severity
from netsnap.explain.checks.takeovers import takeovers
from netsnap.explain.explanation import Explanation, Proof
from parsers.records import Address, CalicoPeer, Interface, Neighbour, Route
from tests.explain.test_explain import told
from tests.model.cluster import BLOCKS, GATEWAY, NIC, NODES, World, cluster, facts, find, swap

MACS = {"k8s1": "0c:00:00:00:00:01", "k8s2": "0c:00:00:00:00:02", "k8s3": "0c:00:00:00:00:03"}
STRANGER = "0c:00:00:00:00:99"
OWN = NODES["k8s3"]


def _wired(caches: Mapping[str, Mapping[str, str]] = {}) -> World:
    """Return the cluster with hardware addresses; ``caches`` has others by node and address."""
    world = cluster()
    for node in NODES:
        place, seen = (node, HOST), caches.get(node, {})
        nic = find(world, place, Interface, NIC)
        swap(world, place, nic, replace(nic, mac=MACS[node]))
        for other, address in NODES.items():
            if other != node:
                old = find(world, place, Neighbour, 4, address, NIC)
                swap(world, place, old, replace(old, mac=seen.get(address, MACS[other])))
        if GATEWAY in seen:
            cached = Neighbour(4, GATEWAY, NIC, condition="resolved", mac=seen[GATEWAY])
            world[place].append(cached)
    return world


def _without_sessions(world: World) -> World:
    for node in NODES:
        state = "Connect" if node == "k8s3" else "Established"
        for other, address in NODES.items():
            if other != node:
                ends = {node, other}
                state = "Connect" if "k8s3" in ends else "Established"
                world[node, HOST].append(CalicoPeer(4, address, "node-to-node mesh", "up", state))
                if "k8s3" in ends:
                    gone = find(world, (node, HOST), Route, 4, "main", BLOCKS[other])
                    swap(world, (node, HOST), gone)
    return world


def _with_sessions(world: World) -> World:
    for node in NODES:
        for other, address in NODES.items():
            if other != node:
                peer = CalicoPeer(4, address, "node-to-node mesh", "up", "Established")
                world[node, HOST].append(peer)
    return world


TAKEN = {node: {OWN: STRANGER} for node in ("k8s1", "k8s2")}


def test_what_goes_to_a_stranger_is_lost_before_a_session_falls() -> None:
    (cause,) = told(_with_sessions(_wired()), _with_sessions(_wired(TAKEN))).causes
    assert (cause.what, cause.proof) == ("duplicate address", Proof.COUNTERFACTUAL)
    assert len(cause.explains) == 16


def test_a_stranger_that_went_is_what_brought_the_pairs_back() -> None:
    found = told(_with_sessions(_wired(TAKEN)), _with_sessions(_wired()))
    assert len(found.pairs.restored) == 16


def _told(caches: Mapping[str, Mapping[str, str]], *more: Address) -> Explanation:
    after = _without_sessions(_wired(caches))
    after["k8s2", HOST] += more
    return told(_with_sessions(_wired()), after)


def test_sessions_that_fell_when_another_answered_for_their_end_have_one_cause() -> None:
    (cause,) = _told(TAKEN).causes
    assert (cause.what, cause.node, cause.subject) == ("duplicate address", "k8s3", OWN)
    assert cause.sentence == (
        f"k8s3's address {OWN} is answered for by {STRANGER}, which no node has (seen by k8s1, "
        "k8s2)."
    )
    assert (cause.before, cause.after) == (MACS["k8s3"], STRANGER)
    assert (cause.proof, len(cause.explains)) == (Proof.RULE, 16)


@pytest.mark.parametrize(
    "caches",
    [
        {"k8s1": {OWN: STRANGER, GATEWAY: STRANGER}, "k8s2": {OWN: STRANGER, GATEWAY: STRANGER}},
        {"k8s1": {OWN: STRANGER, NODES["k8s2"]: STRANGER}},
        {},
    ],
    ids=["a router's", "one for all", "nobody"],
)
def test_who_answers_for_several_takes_no_address(caches: Mapping[str, Mapping[str, str]]) -> None:
    assert "duplicate address" not in {each.what for each in _told(caches).causes}


def test_the_node_that_got_the_address_is_the_cause_and_told_with_whose_it_is() -> None:
    caches = {"k8s1": {OWN: MACS["k8s2"]}}
    cause, *_ = _told(caches, Address(NIC, 4, f"{OWN}/32", scope="global")).causes
    assert (cause.what, cause.node) == ("address", "k8s2")
    assert f"and {OWN} belongs to k8s3, too." in cause.sentence


def test_an_address_that_moved_to_another_node_was_not_taken() -> None:
    shared = Address(NIC, 4, "172.16.0.99/24", scope="global")
    before, after = _wired(), _wired()
    before["k8s3", HOST].append(shared)
    after["k8s2", HOST].append(shared)
    for world, mac in ((before, MACS["k8s3"]), (after, MACS["k8s2"])):
        cached = Neighbour(4, "172.16.0.99", NIC, condition="resolved", mac=mac)
        world["k8s1", HOST].append(cached)
    assert not any("answered for" in line for line in told(before, after).witnesses)


def _checked(world: World, hidden: Iterable[tuple[str, str, str]] = ()) -> list[tuple[str, str]]:
    found = check(facts(world, hidden=hidden), lambda _: b"a line", (takeovers,))
    return [(each.finding.severity, each.finding.sentence) for each in found]


def test_check_holds_the_caches_against_the_interfaces() -> None:
    sentence = f"k8s1 and k8s2 send what is for k8s3's {OWN} to {STRANGER}, which no node has"
    assert _checked(_without_sessions(_wired(TAKEN))) == [(Severity.ERROR, sentence)]
    assert _checked(_without_sessions(_wired())) == []


def test_check_is_not_sure_while_the_sessions_stand() -> None:
    assert [severity for severity, _ in _checked(_with_sessions(_wired(TAKEN)))] == ["warning"]


def test_check_says_nothing_of_a_node_whose_interfaces_were_not_read() -> None:
    assert _checked(_wired(TAKEN), hidden=[("k8s3", HOST, "interface")]) == []
