"""One way hop by hop: what decided at each, and where two snapshots part."""

from collector.capture import HOST
from netsnap.explain.evidence import Witness
from netsnap.explain.trace import Trace, trace
from netsnap.model.disposition import Disposition
from netsnap.model.ends import find_end
from netsnap.model.network import Network
from netsnap.report.pathlines import as_json, difference_lines, path_lines
from parsers.records import Route
from tests.model.cluster import (
    BLOCKS,
    NIC,
    World,
    address_of,
    cluster,
    facts,
    find,
    pod_of,
    swap,
    veth_of,
)

ONE, TWO = pod_of("k8s2", 1), pod_of("k8s3", 1)
FAR = (4, "main", BLOCKS["k8s3"])


def _traced(world: World, source: str = ONE, target: str = TWO) -> Trace:
    known = facts(world)
    network = Network.of(known)
    witness = Witness(known, known, lambda digest: f"a line of {digest}".encode(), {})
    return trace(network, find_end(network, source), find_end(network, target), witness, "t1")


def _without_route() -> World:
    world = cluster()
    swap(world, ("k8s2", HOST), find(world, ("k8s2", HOST), Route, *FAR))
    return world


def test_a_way_names_every_namespace_and_interface_it_passes() -> None:
    way = _traced(cluster()).there
    assert [(step.netns, step.ingress, step.device) for step in way.steps] == [
        (ONE, "", "eth0"),
        (HOST, veth_of("k8s2", 1), NIC),
        (HOST, NIC, veth_of("k8s3", 1)),
        (TWO, "eth0", ""),
    ]
    assert way.disposition is Disposition.DELIVERED


def test_every_hop_of_a_way_that_works_has_the_line_that_decided() -> None:
    found = _traced(cluster())
    assert found.works
    assert found.back is not None
    for step in (*found.there.steps, *found.back.steps):
        assert step.evidence is not None
        assert step.evidence.node == step.node
        assert step.evidence.line


def test_two_snapshots_part_at_the_first_hop_that_differs() -> None:
    before, after = _traced(cluster()), _traced(_without_route())
    assert before.there.parts_from(after.there) == 1
    assert after.there.disposition is Disposition.LEFT_CLUSTER
    assert before.there.parts_from(before.there) is None


def test_the_same_way_with_another_end_parts_where_it_ends() -> None:
    whole = _traced(cluster()).there
    world = cluster()
    world["k8s3", TWO] = [r for r in world["k8s3", TWO] if not isinstance(r, Route)]
    cut = _traced(world).there
    assert whole.parts_from(cut) == len(whole.steps) - 1


def test_an_address_outside_has_no_way_back() -> None:
    found = _traced(cluster(), target="203.0.113.9")
    assert (found.works, found.back) == (True, None)
    lines = "\n".join(path_lines(found))
    assert "it leaves the cluster" in lines
    assert "back " not in lines


def test_a_node_can_be_an_end() -> None:
    found = _traced(cluster(), source="k8s1", target=TWO)
    assert found.works
    assert [step.node for step in found.there.steps] == ["k8s1", "k8s3", "k8s3"]


def test_the_lines_tell_hop_line_and_end() -> None:
    lines = list(path_lines(_traced(cluster())))
    assert lines[0] == f"there  {ONE} → {TWO}"
    assert f"       {ONE} on k8s2, out by eth0" in lines
    assert f"       k8s2, in by {veth_of('k8s2', 1)}, out by {NIC}" in lines
    assert "       delivered" in lines


def test_the_difference_tells_both_sides_of_the_first_hop_that_differs() -> None:
    there, t1, line, t2, *_ = difference_lines(_traced(cluster()), _traced(_without_route()))
    assert there == "there  the same for 1 hop, then"
    assert line.strip().startswith("t1 12:00:00Z k8s2 `ask-route`")
    assert t1.startswith("  t1   k8s2, in by")
    assert t2.startswith("  t2   k8s2, in by")


def test_json_has_every_hop() -> None:
    body = as_json(_traced(cluster(), target=address_of("k8s3", 2)))
    assert body["works"] is True
    assert [hop["node"] for hop in body["there"]["hops"]] == ["k8s2", "k8s2", "k8s3", "k8s3"]
    assert body["there"]["hops"][0]["decided_by"]["line"] > 0
