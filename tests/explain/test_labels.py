"""Calico's selectors choose as Calico says, and one that is not understood is not judged."""

import pytest

from collector.capture import HOST
from netsnap.explain.check import check
from netsnap.explain.checks.labels import chooses
from parsers.calicoget import read_objects
from parsers.text import Text
from tests.explain.test_intent import OBJECTS
from tests.model.cluster import NODES, cluster, facts

LABELS = {"role": "edge", "kubernetes.io/hostname": "k8s1"}


@pytest.mark.parametrize(
    ("selector", "is_chosen"),
    [
        ("", True),
        ("all()", True),
        ("has(role)", True),
        ("!has(role)", False),
        ("has(route-reflector)", False),
        ("role == 'edge'", True),
        ('role == "core"', False),
        ("role != 'core'", True),
        ("zone != 'a'", True),
        ("role in {'core', 'edge'}", True),
        ("role not in { 'core', 'edge' }", False),
        ("kubernetes.io/hostname starts with 'k8s'", True),
        ("role contains 'dg' && !has(zone)", True),
        ("has(zone) || (has(role) && role ends with 'x')", False),
        ("has(zone) && has(x) || has(role)", True),
        ("role ~ 'e.*'", None),
        ("role ==", None),
        ("has(role", None),
        ("has(role) has(role)", None),
    ],
)
def test_a_selector_chooses_by_labels(selector: str, *, is_chosen: bool | None) -> None:
    assert chooses(selector, LABELS) is is_chosen


PEER = """\
- apiVersion: projectcalico.org/v3
  kind: BGPPeer
  metadata:
    name: reflectors
  spec:
    nodeSelector: all()
    peerSelector: {}
"""
NODE = """\
- apiVersion: projectcalico.org/v3
  kind: Node
  metadata:
    labels:
      reflects: "true"
    name: k8s2
"""


@pytest.mark.parametrize(
    ("selector", "mesh", "told"),
    [
        ("reflects == 'true'", "false", []),
        ("rr == 'true'", "false", ["error"]),
        ("rr == 'true'", "true", ["warning"]),
        ("rr ~ 'true'", "false", []),
    ],
)
def test_a_peer_that_chooses_nobody_is_an_error_where_there_is_no_mesh(
    selector: str, mesh: str, told: list[str]
) -> None:
    world = cluster()
    text = OBJECTS.replace("MeshEnabled: true", f"MeshEnabled: {mesh}")
    listed = f"{text}--- # calicoctl get node -o yaml\nitems:\n{NODE}{PEER.format(selector)}"
    for node in NODES:
        world[node, HOST] += read_objects(Text(f"{listed}kind: NodeList\n# exit 0\n")).records
    found = check(facts(world), lambda _: b"raw line\n" * 99)
    peers = [each for each in found if "BGPPeer reflectors" in each.finding.sentence]
    assert [str(each.finding.severity) for each in peers] == told


@pytest.mark.parametrize("mark", ["!", "("])
def test_a_selector_nested_without_end_is_not_understood(mark: str) -> None:
    assert chooses(mark * 100_000 + "all()", LABELS) is None
