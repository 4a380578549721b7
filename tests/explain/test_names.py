"""Nodes that are called otherwise, and two that are called alike."""

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.chain import parents
from netsnap.explain.check import check
from netsnap.explain.checks.peering import peering
from netsnap.explain.events import World as Events
from netsnap.explain.links.happened import Happened
from netsnap.explain.naming import events
from parsers.calicoget import read_objects
from parsers.records import NodeIdentity
from parsers.text import Text
from tests.explain.test_explain import told
from tests.explain.test_intent import OBJECTS, node_object
from tests.model.cluster import NODES, World, cluster, facts

K3 = ("k8s3", HOST)


def _called(name: str, hostname: str = "k8s3", address: str = NODES["k8s3"]) -> World:
    world = cluster()
    world[K3] += [
        NodeIdentity(hostname, "6.12.0", calico_name=name),
        *read_objects(Text(OBJECTS + node_object(address))).records,
    ]
    return world


def test_a_new_name_that_broke_nothing_is_an_event() -> None:
    (line,) = told(_called("k8s3"), _called("worker-3", hostname="worker-3")).witnesses
    assert line == (
        "k8s3 is called otherwise: its hostname was k8s3 and is worker-3, Calico's name for it "
        "was k8s3 and is worker-3."
    )
    assert told(_called("k8s3"), _called("k8s3")).witnesses == ()


def _leads(name: str) -> set[str]:
    t1, t2 = facts(_called("k8s3")), facts(_called(name, address="172.16.0.99"))
    seen = Events(t1, t2, compare(t1, t2))
    ups = parents(Happened(events(seen), seen))
    return {up[0] for id_, found in ups.items() if id_[3] == "Node k8s3" for up in found}


def test_the_node_of_the_name_that_a_node_had_follows_from_its_new_name() -> None:
    assert _leads("k8s2") == {"node"}
    assert _leads("k8s3") == set()


def test_check_tells_two_nodes_of_one_name() -> None:
    world = cluster()
    for node, name in (("k8s1", "k8s1"), ("k8s2", "k8s2"), ("k8s3", "k8s2")):
        world[node, HOST].append(NodeIdentity(node, "6.12.0", calico_name=name))
    found = [e.finding.sentence for e in check(facts(world), lambda _: b"a line", (peering,))]
    assert "k8s2 and k8s3 both call themselves k8s2 to Calico" in found
