"""What somebody told Calico is found as the cause: once for the cluster, with its writer."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.chain import parents
from netsnap.explain.events import World as Events
from netsnap.explain.evidence import Witness
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, Proof, Verdict
from netsnap.explain.links.happened import Happened
from netsnap.explain.naming import events
from parsers.calicoget import read_objects
from parsers.facts import Facts
from parsers.records import (
    Address,
    BirdProtocol,
    CalicoPeer,
    CalicoResource,
    CalicoSetting,
    FilterRule,
    Interface,
    Route,
)
from parsers.text import Text
from tests.explain.test_explain import with_bgp
from tests.model.cluster import BLOCKS, NIC, NODES, UP, World, cluster, facts, find, swap

OBJECTS = """\
--- # calicoctl get ippool -o yaml
apiVersion: projectcalico.org/v3
items:
- apiVersion: projectcalico.org/v3
  kind: IPPool
  metadata:
    name: default-ipv4-ippool
    resourceVersion: "7"
    uid: 8df8d751-7449-4b19-a4f9-e33a3d6ccbc0
  spec:
    cidr: 192.168.0.0/16
    ipipMode: Always
kind: IPPoolList
# exit 0
--- # calicoctl get bgpconfiguration -o yaml
apiVersion: projectcalico.org/v3
items:
- apiVersion: projectcalico.org/v3
  kind: BGPConfiguration
  metadata:
    managedFields:
    - manager: calicoctl
      time: "2026-01-01T10:00:00Z"
    name: default
  spec:
    asNumber: 64512
    logSeverityScreen: Info
    nodeToNodeMeshEnabled: true
kind: BGPConfigurationList
# exit 0
"""
MESH_OFF = OBJECTS.replace("MeshEnabled: true", "MeshEnabled: false").replace(
    'manager: calicoctl\n      time: "2026-01-01T10:00:00Z"',
    'manager: kubectl-edit\n      time: "2026-01-02T11:59:00Z"',
)


OTHERS = (
    BirdProtocol("device1", "Device", state="up"),
    CalicoPeer(6, "fd00::9", "global", "start", "Idle"),
)
"""What is there whatever happens, so that each kind is seen to have been asked."""


def told(before: World, after: World, texts: tuple[str, str] = (OBJECTS, OBJECTS)) -> Explanation:
    """Explain two worlds in which every node lists these objects at t1 and at t2."""
    for world, text in zip((before, after), texts, strict=True):
        for node in NODES:
            world[node, HOST] += [*read_objects(Text(text)).records, *OTHERS]
    t1, t2 = facts(before), facts(after)
    return explain(t1, t2, compare(t1, t2), lambda _: b"raw line\n" * 99)


def lose_the_mesh(world: World) -> None:
    """Do what confd and BIRD make of a mesh that is off."""
    for node in NODES:
        for each in list(world[node, HOST]):
            by_bird = isinstance(each, Route) and each.protocol == "bird" and each.next_hops
            if by_bird or isinstance(each, BirdProtocol | CalicoPeer):
                swap(world, (node, HOST), each)


def test_a_mesh_that_was_turned_off_is_the_one_cause_of_all_lost_sessions() -> None:
    after = with_bgp(cluster())
    lose_the_mesh(after)
    explanation = told(with_bgp(cluster()), after, (OBJECTS, MESH_OFF))
    assert explanation.verdict is Verdict.BROKEN
    (cause,) = explanation.causes
    assert cause.sentence == (
        "Calico's BGPConfiguration default changed: spec nodeToNodeMeshEnabled: true → false"
        " (by kubectl-edit at 2026-01-02T11:59:00Z)."
    )
    assert (cause.node, cause.proof) == ("", Proof.RULE)
    assert (cause.before, cause.after) == (
        "spec nodeToNodeMeshEnabled=true",
        "spec nodeToNodeMeshEnabled=false",
    )
    assert len(cause.explains) == len(explanation.pairs.lost) == 24
    assert {"BGP session", "route"} <= {effect.what for effect in cause.consequences}
    assert {line.command for line in cause.evidence} == {"ask-calico-resource"}


def test_a_mesh_that_was_turned_off_in_version_1_is_the_one_cause_too() -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    lose_the_mesh(after)
    for world, value in ((before, "on"), (after, "off")):
        for node in NODES:
            world[node, HOST].append(CalicoSetting("nodeToNodeMesh", value))
    (cause,) = told(before, after).causes
    assert cause.sentence == "Calico's setting nodeToNodeMesh changed: on → off."
    assert (cause.before, cause.after) == ("on", "off")


@pytest.mark.parametrize(
    ("text", "is_cause"),
    [
        (OBJECTS.replace("asNumber: 64512", "asNumber: 64513"), True),
        (OBJECTS.replace("Screen: Info", "Screen: Debug"), False),
        (OBJECTS.replace("ipipMode: Always", "ipipMode: Never"), True),
        (OBJECTS.replace("cidr: 192.168.0.0/16", "cidr: 10.0.0.0/8"), True),
    ],
)
def test_only_what_reaches_so_far_is_a_cause(text: str, *, is_cause: bool) -> None:
    after = with_bgp(cluster())
    lose_the_mesh(after)
    explanation = told(with_bgp(cluster()), after, (OBJECTS, text))
    assert any(cause.what == "Calico object" for cause in explanation.causes) == is_cause


def peers(*specs: str) -> str:
    return "".join(
        f"- apiVersion: projectcalico.org/v3\n  kind: BGPPeer\n  metadata:\n    name: p{number}\n"
        f"  spec:\n    {spec}\n"
        for number, spec in enumerate(specs)
    )


@pytest.mark.parametrize(
    ("spec", "is_cause"),
    [
        (f"peerIP: {NODES['k8s3']}", True),
        (f"peerIP: {NODES['k8s3']}:1790", True),
        ("peerIP: 172.16.0.99", False),
        ("peerSelector: has(reflector)", True),
    ],
)
def test_a_peer_that_was_deleted_is_the_cause_of_its_own_session(
    spec: str, *, is_cause: bool
) -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    at, address = ("k8s2", HOST), NODES["k8s3"]
    for world in (before, after):
        swap(world, at, find(world, at, BirdProtocol, f"Mesh_{address.replace('.', '_')}"))
        swap(world, at, find(world, at, CalicoPeer, 4, address))
        for node in NODES:
            for each in list(world[node, HOST]):
                if isinstance(each, BirdProtocol | CalicoPeer):
                    swap(world, (node, HOST), each)
    before[at].append(CalicoPeer(4, address, "global", "up", "Established"))
    swap(after, at, find(after, at, Route, 4, "main", BLOCKS["k8s3"]))
    explanation = told(before, after, (OBJECTS + peers(spec), OBJECTS))
    whats = [cause.what for cause in explanation.causes]
    assert whats == (["Calico object"] if is_cause else ["BGP session"])


def test_a_node_that_was_deleted_takes_its_sessions_with_it() -> None:
    node = "- apiVersion: projectcalico.org/v3\n  kind: Node\n  metadata:\n    name: {}\n  spec:\n"
    node += "    bgp:\n      ipv4Address: {}/24\n"
    both = [node.format(name, address) for name, address in NODES.items()]
    after = with_bgp(cluster())
    for other in ("k8s1", "k8s2"):
        at, address = (other, HOST), NODES["k8s3"]
        swap(after, at, find(after, at, BirdProtocol, f"Mesh_{address.replace('.', '_')}"))
        swap(after, at, find(after, at, CalicoPeer, 4, address))
        swap(after, at, find(after, at, Route, 4, "main", BLOCKS["k8s3"]))
    (cause,) = told(with_bgp(cluster()), after, ("".join(both), "".join(both[:2]))).causes
    assert cause.sentence == "Calico's Node k8s3 was deleted (bgp.ipv4Address=172.16.0.47/24)."


def test_a_policy_is_the_cause_of_what_felix_made_of_it() -> None:
    policy = (
        "- apiVersion: projectcalico.org/v3\n  kind: GlobalNetworkPolicy\n"
        "  metadata:\n    name: deny\n  spec:\n    types:\n    - Ingress\n"
    )
    after = with_bgp(cluster())
    after["k8s2", HOST] += [
        FilterRule("ip filter", "cali-FORWARD", "type filter hook forward priority 0;"),
        FilterRule("ip filter", "cali-FORWARD", "drop"),
    ]
    (cause,) = told(with_bgp(cluster()), after, (OBJECTS, OBJECTS + policy)).causes
    assert cause.sentence == "Calico's GlobalNetworkPolicy deny is new (types=[Ingress])."


@pytest.mark.parametrize(
    ("line", "is_cause"), [("    natOutgoing: true\n", True), ("    vxlanMode: Never\n", False)]
)
def test_a_pool_is_the_cause_of_a_filter_only_by_what_filters_are_made_of(
    line: str, *, is_cause: bool
) -> None:
    after = with_bgp(cluster())
    after["k8s2", HOST] += [
        FilterRule("ip filter", "cali-FORWARD", "type filter hook forward priority 0;"),
        FilterRule("ip filter", "cali-FORWARD", "drop"),
    ]
    pool = OBJECTS.replace("    ipipMode: Always\n", f"    ipipMode: Always\n{line}")
    assert pool != OBJECTS
    whats = [each.what for each in told(with_bgp(cluster()), after, (OBJECTS, pool)).causes]
    assert whats == (["Calico object"] if is_cause else ["filter rule"])


@pytest.mark.parametrize(("protocol", "is_cause"), [("bird", True), ("static", False)])
def test_a_filter_of_bgp_is_the_cause_of_birds_routes_alone(
    protocol: str, *, is_cause: bool
) -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    at = ("k8s2", HOST)
    for world in (before, after):
        route = find(world, at, Route, 4, "main", BLOCKS["k8s3"])
        swap(world, at, route, replace(route, protocol=protocol))
    swap(after, at, find(after, at, Route, 4, "main", BLOCKS["k8s3"]))
    bgp_filter = (
        "- apiVersion: projectcalico.org/v3\n  kind: BGPFilter\n"
        "  metadata:\n    name: none\n  spec:\n    importV4:\n    - action: Reject\n"
    )
    causes = told(before, after, (OBJECTS, OBJECTS + bgp_filter)).causes
    assert [each.what for each in causes] == (["Calico object"] if is_cause else ["route"])


def first_configuration(spec: str) -> str:
    return (
        "- apiVersion: projectcalico.org/v3\n  kind: BGPConfiguration\n"
        f"  metadata:\n    name: first\n  spec:\n    {spec}\n"
    )


@pytest.mark.parametrize(
    ("spec", "is_cause"),
    [
        ("nodeToNodeMeshEnabled: false", True),
        ("nodeToNodeMeshEnabled: true", False),
        ("asNumber: 64512", False),
        ("asNumber: 65000", True),
    ],
)
def test_an_object_that_says_what_holds_without_it_is_no_cause(
    spec: str, *, is_cause: bool
) -> None:
    after = with_bgp(cluster())
    lose_the_mesh(after)
    texts = (OBJECTS, OBJECTS + first_configuration(spec))
    causes = told(with_bgp(cluster()), after, texts).causes
    assert [each.what == "Calico object" for each in causes[:1]] == [is_cause]


def node_object(address: str) -> str:
    return (
        "- apiVersion: projectcalico.org/v3\n  kind: Node\n  metadata:\n    name: k8s3\n"
        f"  spec:\n    bgp:\n      ipv4Address: {address}/24\n"
    )


def test_a_node_that_took_its_new_address_follows_from_the_address() -> None:
    before, after = cluster(), cluster()
    at, old = ("k8s3", HOST), f"{NODES['k8s3']}/24"
    swap(after, at, find(after, at, Address, NIC, 4, old), Address(NIC, 4, "172.16.0.48/24"))
    for world, address in ((before, NODES["k8s3"]), (after, "172.16.0.48")):
        world[at] += read_objects(Text(OBJECTS + node_object(address))).records
    t1, t2 = facts(before), facts(after)
    seen = Events(t1, t2, compare(t1, t2))
    ups = parents(Happened(events(seen), seen))
    own = [up for id_, found in ups.items() if id_[3].startswith("Node k8s3") for up in found]
    assert {(what, node) for what, node, *_ in own} == {("address", "k8s3")}


def tunnel_gone(world: World) -> None:
    for node in NODES:
        swap(world, (node, HOST), find(world, (node, HOST), Interface, "tunl0"))


@pytest.mark.parametrize(
    ("change", "is_told"),
    [(lambda text: text.replace("Always", "Never"), True), (lambda text: text, False)],
)
def test_what_broke_nothing_is_told_in_one_line_for_the_cluster(
    change: Callable[[str], str], *, is_told: bool
) -> None:
    before, after = cluster(), cluster()
    for world in (before, after):
        for node in NODES:
            world[node, HOST].append(Interface("tunl0", 9, UP, 1480, link_kind="ipip"))
    tunnel_gone(after)
    explanation = told(before, after, (OBJECTS, change(OBJECTS)))
    sentence = "Calico's IPPool default-ipv4-ippool changed: spec ipipMode: Always → Never."
    assert [line for line in explanation.witnesses if "IPPool" in line] == [sentence] * is_told


@pytest.mark.parametrize(
    ("spec", "is_cause"),
    [("    ipipMode: Never\n", True), ("    ipipMode: Always\n    natOutgoing: true\n", False)],
)
def test_a_tunnel_that_went_follows_from_the_encapsulation_of_a_pool(
    spec: str, *, is_cause: bool
) -> None:
    before, after = cluster(), cluster()
    objects = (OBJECTS, OBJECTS.replace("    ipipMode: Always\n", spec))
    for world, text in zip((before, after), objects, strict=True):
        for node in NODES:
            world[node, HOST].append(Interface("tunl0", 9, UP, 1480, link_kind="ipip"))
            world[node, HOST] += read_objects(Text(text)).records
    tunnel_gone(after)
    t1, t2 = facts(before), facts(after)
    seen = Events(t1, t2, compare(t1, t2))
    ups = parents(Happened(events(seen), seen))
    own = [up[0] for id_, found in ups.items() if id_[3] == "tunl0" for up in found]
    assert ("Calico object" in own) == is_cause


@pytest.mark.parametrize(
    ("kind", "is_told"), [("WorkloadEndpoint", False), ("BlockAffinity", False), ("IPPool", True)]
)
def test_what_comes_and_goes_with_pods_is_no_event(kind: str, *, is_told: bool) -> None:
    text = (
        f"{OBJECTS}- apiVersion: projectcalico.org/v3\n  kind: {kind}\n  metadata:\n    name: x\n"
    )
    explanation = told(cluster(), cluster(), (OBJECTS, text))
    assert [line for line in explanation.witnesses if kind in line] == (
        [f"Calico's {kind} x is new (present)."] if is_told else []
    )


ADDRESSES = """\
- apiVersion: projectcalico.org/v3
  kind: Node
  metadata:
    name: one
  spec:
    addresses:
    - address: 10.0.0.1
    - address: 10.0.0.2
- apiVersion: projectcalico.org/v3
  kind: Node
  metadata:
    name: two
  spec:
    bgp:
      asNumber: 64512
"""


def listed(text: str) -> tuple[Facts, str]:
    """Return facts at the lines of a text, and the digest that their answers have."""
    reading = read_objects(Text(text))
    found = facts({("k8s2", HOST): list(reading.records)})
    lines = dict(zip(reading.records, reading.line_numbers, strict=True))
    placed = {key: replace(f, line=lines[f.record]) for key, f in found.by_key.items()}
    (digest,) = {f.answer.digest for f in placed.values() if isinstance(f.record, CalicoResource)}
    return replace(found, by_key=placed), digest


@pytest.mark.parametrize(
    ("was", "now", "shown"),
    [
        (OBJECTS, MESH_OFF, ["nodeToNodeMeshEnabled: true", "nodeToNodeMeshEnabled: false"]),
        (
            ADDRESSES,
            ADDRESSES.replace("10.0.0.2", "10.0.0.3"),
            ["- address: 10.0.0.2", "- address: 10.0.0.3"],
        ),
        (ADDRESSES, ADDRESSES.replace("64512", "5"), ["asNumber: 64512", "asNumber: 5"]),
        (ADDRESSES, ADDRESSES.replace("name: two", "name: 2"), ["(no such line)", "name: 2"]),
        (
            ADDRESSES,
            ADDRESSES.replace("    - address: 10.0.0.2\n", ""),
            ["- address: 10.0.0.2", "- address: 10.0.0.1"],
        ),
    ],
)
def test_the_evidence_is_the_line_that_changed(was: str, now: str, shown: list[str]) -> None:
    (t1, first), (t2, second) = listed(was), listed(now)
    texts = {first: was.encode(), second: now.encode()}
    change = compare(t1, t2).changes[0]
    lines = Witness(t1, t2, texts.__getitem__, {}).of_change(change)
    assert [line.text for line in lines] == shown
