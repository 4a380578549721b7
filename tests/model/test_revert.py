"""Counterfactual worlds: what undoing a change brings back."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.diff.compare import compare
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from netsnap.model.revert import apply, revert, reverted
from parsers.facts import Facts, Key
from parsers.records import Address, FilterRule, Interface, NextHop, Route
from parsers.roles import Record
from tests.model.cluster import World, address_of, cluster, facts, find, pod_of, swap, veth_of
from tests.model.test_walk import FAULTS, HOST2, POD, Fault, forwarding_off, veth_deleted


def difference(world: World) -> tuple[Facts, Facts, tuple[Change, ...]]:
    before, after = facts(cluster()), facts(world)
    return before, after, compare(before, after).changes


def records(world: Facts) -> dict[Key, Record]:
    return {key: fact.record for key, fact in world.by_key.items()}


def working(network: Network) -> dict[tuple[str, str], bool | None]:
    return {(state.src, state.dst): state.works for state in pairs(network)}


@pytest.mark.parametrize(("name", "fault"), [each[:2] for each in FAULTS])
def test_undoing_every_change_undoes_the_loss(name: str, fault: Fault) -> None:
    world = cluster()
    fault(world)
    before, after, changes = difference(world)
    undone = revert(after, changes)
    assert records(undone) == records(before), name
    assert all(working(Network.of(undone)).values())


@pytest.mark.parametrize(("name", "fault"), [each[:2] for each in FAULTS])
def test_a_network_that_shares_namespaces_says_the_same_as_a_new_one(
    name: str, fault: Fault
) -> None:
    world = cluster()
    fault(world)
    before, after, changes = difference(world)
    shared = Network.of(after, assumed=before)
    assert working(shared)  # what is remembered of these walks must not leak into the next ones
    for change in changes:
        new = Network.of(revert(after, [change]), assumed=before)
        assert working(reverted(shared, [change])) == working(new), (name, change.key)


@pytest.mark.parametrize(("name", "fault"), [each[:2] for each in FAULTS])
def test_applying_every_change_to_t1_brings_the_loss(name: str, fault: Fault) -> None:
    world = cluster()
    fault(world)
    before, after, changes = difference(world)
    made = apply(before, changes)
    assert records(made) == records(after), name
    assert working(Network.of(made)) == working(Network.of(after))


def test_one_write_to_ip_forward_is_undone_as_one() -> None:
    """The kernel repeats it into each interface's own switch."""
    world = cluster()
    forwarding_off(world)
    _, after, changes = difference(world)
    assert len(changes) == 4
    (write,) = (each for each in changes if "net.ipv4.ip_forward" in each.key.identity)
    assert all(working(Network.of(revert(after, [write]))).values())
    (own,) = (each for each in changes if "cali21" in str(each.key.identity))
    assert not all(working(Network.of(revert(after, [own]))).values())


def test_an_undone_interface_keeps_the_index_it_has_now() -> None:
    """With its former index it would no longer be joined to its pod."""
    world = cluster()
    veth = find(world, HOST2, Interface, veth_of("k8s2", 1))
    eth0 = find(world, POD, Interface, "eth0")
    swap(world, HOST2, veth, replace(veth, index=50, flags=("BROADCAST",)))
    swap(world, POD, eth0, replace(eth0, peer_index=50))
    _, after, changes = difference(world)
    (down,) = (each for each in changes if each.alteration is Alteration.CHANGED)
    assert not all(working(Network.of(after)).values())
    assert all(working(Network.of(revert(after, [down]))).values())


def test_a_namespace_that_went_comes_back_with_its_facts() -> None:
    world = cluster()
    del world[POD]
    swap(world, HOST2, find(world, HOST2, Route, 4, "main", f"{address_of('k8s2', 1)}/32"))
    before, after, changes = difference(world)
    assert len(Network.of(after).endpoints) == 5
    undone = Network.of(revert(after, changes))
    assert len(undone.endpoints) == 6
    assert working(undone) == working(Network.of(before))
    assert working(reverted(Network.of(after), changes)) == working(undone)


def test_only_what_belongs_to_the_loss_brings_it_back() -> None:
    world = cluster()
    veth_deleted(world)
    swap(world, ("k8s1", HOST), find(world, ("k8s1", HOST), Route, 4, "main", "0.0.0.0/0"))
    world["k8s1", HOST].append(Route(4, "main", "0.0.0.0/0", metric=9, type="prohibit"))
    before, after, changes = difference(world)
    network = Network.of(after, assumed=before)
    pod = pod_of("k8s2", 1)
    there = network.walk(("k8s3", pod_of("k8s3", 1)), address_of("k8s2", 1))
    assert there.disposition is Disposition.BLACKHOLE
    elsewhere = [each for each in changes if each.key.node == "k8s1"]
    lost = {pair for pair, works in working(reverted(network, elsewhere)).items() if not works}
    assert {pair for pair in lost if pod not in pair} == set()
    assert len(lost) == 10


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_fact_comes_back_beside_others_of_its_identity(gone: int) -> None:
    """Their order moved up when it went."""
    links = [Route(6, "main", "fe80::/64", next_hops=(NextHop("", name),)) for name in "abc"]
    was, now = cluster(), cluster()
    was[HOST2] += links
    now[HOST2] += [each for at, each in enumerate(links) if at != gone]
    before, after = facts(was), facts(now)
    changes = compare(before, after).changes
    assert [change.alteration for change in changes] == [Alteration.REMOVED]

    def found(world: Facts) -> set[Record]:
        return {each.record for each in world.by_key.values() if each.record in links}

    assert found(revert(after, changes)) == set(links)
    assert found(apply(before, changes)) == found(after)


def _filtered(*rules: str) -> World:
    """Return the cluster with these rules on k8s2 for what is forwarded."""
    world = cluster()
    base = "type filter hook forward priority filter; policy accept"
    world[HOST2] += [FilterRule("ip filter", "forward", rule) for rule in (base, *rules)]
    return world


LET_THROUGH = 'oifname "cali21" accept'
DROPPED = 'oifname "cali2*" drop'


@pytest.mark.parametrize(
    ("was", "now", "works"),
    [
        (("tcp dport 1 drop", "tcp dport 2 drop", LET_THROUGH, DROPPED), (DROPPED,), True),
        ((LET_THROUGH, "tcp dport 1 drop", DROPPED), ("tcp dport 1 drop", DROPPED), True),
        ((LET_THROUGH, DROPPED, "tcp dport 1 drop"), (DROPPED, "tcp dport 1 drop"), True),
        (("tcp dport 1 drop", LET_THROUGH), ("tcp dport 1 drop", DROPPED), True),
        ((DROPPED, "tcp dport 1 drop", LET_THROUGH), (DROPPED,), False),
    ],
)
def test_a_rule_comes_back_in_its_place(
    was: tuple[str, ...], now: tuple[str, ...], works: bool
) -> None:
    before, after = facts(_filtered(*was)), facts(_filtered(*now))
    changes = compare(before, after).changes
    assert working(Network.of(revert(after, changes))) == working(Network.of(before))
    gone = [each for each in changes if each.before and LET_THROUGH in str(each.before.record)]
    undone = working(Network.of(revert(after, gone)))
    assert undone["default/web-11", pod_of("k8s2", 1)] is works


SECOND = "10.1.2.3"


def _speaking_with_a_second(*more: Record) -> tuple[Facts, Change]:
    """Return a world whose pod speaks with an address that came, and the address's change."""
    world = cluster()
    default = find(world, POD, Route, 4, "main", "0.0.0.0/0")
    swap(world, POD, default, replace(default, source=SECOND))
    world[POD] += [Address("eth0", 4, f"{SECOND}/32", scope="global"), *more]
    _, after, changes = difference(world)
    (change,) = (
        each
        for each in changes
        if each.after is not None
        and isinstance(each.after.record, Address)
        and each.after.record.interface == "eth0"
    )
    return after, change


def _defaults(world: Facts) -> list[Route]:
    found = (fact.record for key, fact in world.by_key.items() if key[:2] == POD)
    return [each for each in found if isinstance(each, Route) and each.prefix == "0.0.0.0/0"]


def test_with_an_address_go_the_routes_that_speak_with_it() -> None:
    after, change = _speaking_with_a_second()
    assert [each.source for each in _defaults(after)] == [SECOND]
    assert _defaults(revert(after, [change])) == []


def test_where_another_interface_has_the_address_its_routes_stay() -> None:
    after, change = _speaking_with_a_second(Address("lo", 4, f"{SECOND}/32", scope="global"))
    assert _defaults(revert(after, [change])) == _defaults(after)


def test_a_route_that_is_undone_with_the_address_is_as_it_was() -> None:
    after, change = _speaking_with_a_second()
    before = facts(cluster())
    changes = compare(before, after).changes
    assert change in changes
    assert [each.source for each in _defaults(revert(after, changes))] == [""]
