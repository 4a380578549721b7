"""Two causes of which each alone is enough: both are told, and that both must be undone."""

from dataclasses import replace

from collector.capture import HOST
from netsnap.explain.explanation import Cause, Explanation
from parsers.records import BirdProtocol, Daemon, FilterRule, Route
from tests.explain.test_explain import drop_port_179, set_nic_down, told, with_bgp
from tests.model.cluster import (
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    find,
    route,
    swap,
)

K1, K2, K3 = ("k8s1", HOST), ("k8s2", HOST), ("k8s3", HOST)
BIRD = Daemon("bird", state="running", args="bird -R", pid=7, start_ticks=100)
ALONE = "only if another cause is undone too: each alone loses them."


def _world() -> World:
    world = with_bgp(cluster())
    for node in NODES:
        world[node, HOST].append(BIRD)
    return world


def _stop_bird(world: World, node: str = "k8s3", state: str = "stopped") -> None:
    swap(world, (node, HOST), BIRD, replace(BIRD, state=state))


def _drop_bgp(world: World) -> None:
    """Drop it whoever called."""
    drop_port_179(world)
    world[K3].append(FilterRule("inet f", "i", "tcp sport 179 drop"))


def _whats(found: Explanation) -> set[str]:
    return {cause.what for cause in found.causes}


def _of(found: Explanation, what: str) -> Cause:
    (cause,) = (each for each in found.causes if each.what == what)
    return cause


def test_a_filter_that_drops_bgp_and_a_bird_that_does_not_run_are_both_told() -> None:
    after = _world()
    _drop_bgp(after)
    _stop_bird(after)
    found = told(_world(), after)
    assert _whats(found) == {"filter rule", "daemon"}
    assert all(f"16 pairs come back {ALONE}" in cause.sentence for cause in found.causes)
    assert all(len(cause.explains) == 16 for cause in found.causes)


def test_each_of_them_alone_is_told_alone() -> None:
    after = _world()
    _drop_bgp(after)
    found = told(_world(), after)
    assert _whats(found) == {"filter rule"}
    assert "only if" not in found.causes[0].sentence


def test_a_bird_that_does_not_run_is_told_beside_an_interface_that_is_down() -> None:
    after = _world()
    set_nic_down(after)
    _stop_bird(after)
    found = told(_world(), after)
    assert _whats(found) == {"interface", "daemon"}
    assert f"pairs come back {ALONE}" in _of(found, "daemon").sentence


def test_a_bird_that_was_restarted_and_runs_is_told_beside_nothing() -> None:
    after = _world()
    _drop_bgp(after)
    swap(after, K3, BIRD, replace(BIRD, pid=9, start_ticks=200))
    assert _whats(told(_world(), after)) == {"filter rule"}


def test_a_filter_by_which_a_session_could_still_come_up_is_told_beside_nothing() -> None:
    after = _world()
    drop_port_179(after)
    _stop_bird(after)
    assert _whats(told(_world(), after)) == {"daemon"}


def test_two_routes_of_which_each_alone_loses_a_pod_are_both_told() -> None:
    after, pod = _world(), address_of("k8s2", 1)
    after[K1].append(route(f"{pod}/32", NIC, "172.16.0.254"))
    swap(after, K2, find(after, K2, Route, 4, "main", f"{pod}/32"))
    found = told(_world(), after)
    assert [(cause.node, cause.what) for cause in found.causes] == [
        ("k8s2", "route"),
        ("k8s1", "route"),
    ]
    assert all(f"4 pairs come back {ALONE}" in cause.sentence for cause in found.causes)


def test_a_session_that_is_down_is_asked_for_by_the_addresses_that_it_had() -> None:
    after = _world()
    _drop_bgp(after)
    for session in [each for each in after[K3] if isinstance(each, BirdProtocol)]:
        swap(after, K3, session)  # BIRD does not run and tells nothing
    for node, place in (("k8s1", K1), ("k8s2", K2)):
        name = f"Mesh_{NODES['k8s3'].replace('.', '_')}"
        session = find(after, place, BirdProtocol, name)
        swap(after, place, session, replace(session, source=""))
        assert session.source == NODES[node]
    _stop_bird(after)
    assert _whats(told(_world(), after)) == {"filter rule", "daemon"}
