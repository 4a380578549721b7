"""Calico's objects: what becomes of each form in which calicoctl and kubectl print them."""

import pytest

from collector.capture import Capture, Outcome, Question
from parsers import catalogue
from parsers.calicoget import read_objects
from parsers.calicoobjects import kind_of
from parsers.read import read, read_text
from parsers.reading import Reading
from parsers.records import CalicoKind, CalicoProcess, CalicoResource, CalicoVersion, IpamBlock
from parsers.roles import Role, fields_of
from parsers.text import Text

POOL = """\
- apiVersion: projectcalico.org/v3
  kind: IPPool
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: '{"spec":{}}'
      projectcalico.org/metadata: '{"managedFields":
        [{"manager":"kubectl-edit","time":"2026-01-02T03:04:05Z"}]}'
      example.projectcalico.org/switch: "on"
    creationTimestamp: "2026-01-01T00:00:00Z"
    labels:
      zone: a
    name: pool
    resourceVersion: "42"
    uid: 8df8d751
  spec:
    allowedUses:
    - Workload
    - Tunnel
    assignmentMode: null
    cidr: 10.0.0.0/16
    nodeSelector: all()
  status: {}
"""
OLD = """\
- apiVersion: v1
  kind: bgpPeer
  metadata:
    node: k8s1
    peerIP: 10.0.0.9
    scope: node
  spec:
    asNumber: 64513
- apiVersion: v1
  kind: workloadEndpoint
  metadata:
    name: eth0
    node: k8s1
    orchestrator: k8s
    workload: default.web-1
  spec: {}
- apiVersion: v1
  kind: ipPool
  metadata:
    cidr: 10.0.0.0/16
  spec:
    ipip:
      enabled: true
"""


def objects(text: str) -> list[CalicoResource]:
    reading = read_objects(Text(text))
    return [each for each in reading.records if isinstance(each, CalicoResource)]


def answer(stdout: str, status: int = 0) -> Reading:
    question = Question("calicoctl-get")
    return read(Capture("k8s1", question, "", Outcome.ANSWERED, status, stdout.encode()))


def test_an_object_is_its_leaves_its_labels_and_who_wrote_it() -> None:
    (pool,) = objects(POOL)
    assert pool == CalicoResource(
        "IPPool", "", "pool", api="projectcalico.org/v3",
        spec=(
            ("allowedUses", "[Workload, Tunnel]"), ("cidr", "10.0.0.0/16"),
            ("nodeSelector", "all()"),
        ),
        labels=(("zone", "a"),),
        annotations=(("example.projectcalico.org/switch", "on"),),
        uid="8df8d751", created_at="2026-01-01T00:00:00Z", resource_version="42",
        managers=("2026-01-02T03:04:05Z kubectl-edit",),
    )  # fmt: skip


def test_a_new_version_of_the_same_object_is_no_change() -> None:
    (was,) = objects(POOL)
    (now,) = objects(POOL.replace('"42"', '"43"').replace("status: {}", "status: {a: b}"))
    assert was != now
    told = (*fields_of(CalicoResource, Role.STATE), *fields_of(CalicoResource, Role.INCARNATION))
    assert all(getattr(was, name) == getattr(now, name) for name in told)


def test_json_says_the_same_as_yaml() -> None:
    text = (
        '{"kind": "NodeList", "items": [{"apiVersion": "projectcalico.org/v3", "kind": "Node",\n'
        '"metadata": {"name": "a"}, "spec": {"bgp": {"asNumber": 5, "routeReflector": null}}}]}\n'
    )
    assert objects(text) == [
        CalicoResource("Node", "", "a", api="projectcalico.org/v3", spec=(("bgp.asNumber", "5"),))
    ]


def test_a_list_within_a_list_is_unfolded_at_the_lines_of_its_objects() -> None:
    inner = "".join(f"  {line}\n" for line in POOL.splitlines())
    reading = read_objects(Text(f"- apiVersion: v\n  items:\n{inner}  kind: IPPoolList\n"))
    assert [each.name for each in reading.records if isinstance(each, CalicoResource)] == ["pool"]
    assert (reading.line_numbers, reading.blind) == ((3,), "")


def test_objects_of_version_1_are_told_apart_by_all_that_names_them() -> None:
    named = [(each.resource, each.name, each.place) for each in objects(OLD)]
    assert named == [
        ("BGPPeer", "10.0.0.9", "node k8s1"),
        ("WorkloadEndpoint", "eth0", "k8s1 k8s default.web-1"),
        ("IPPool", "10.0.0.0/16", ""),
    ]


def test_a_sandbox_made_anew_is_another_object_and_no_change() -> None:
    text = POOL.replace("IPPool", "WorkloadEndpoint").replace("cidr: 10", "containerID: 10")
    (endpoint,) = objects(text)
    assert endpoint.container_id == "10.0.0.0/16"
    assert "containerID" not in dict(endpoint.spec)


def test_what_is_no_object_of_calico_is_refused_whole() -> None:
    reading = read_objects(Text("apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\n"))
    assert (reading.records, len(reading.ledger.unknown)) == ((), 4)
    assert reading.blind == "the object at line 1 is none of Calico's"


def test_a_comment_within_what_is_refused_stays_noise() -> None:
    ledger = read_objects(Text("kind: Secret\n# a comment\n\nmetadata:\n  name: x\n")).ledger
    assert (ledger.parsed, ledger.noise, len(ledger.unknown)) == (0, 2, 3)


def test_a_list_that_lost_its_end_is_blind() -> None:
    text = f"apiVersion: projectcalico.org/v3\nitems:\n{POOL}"
    assert read_objects(Text(text)).blind == "the list breaks off after line 24"
    assert read_objects(Text(f"{text}kind: IPPoolList\n")).blind == ""


GET = "--- # calicoctl get {} -o yaml\n{}# exit {}\n"


def test_a_kind_that_calicoctl_does_not_know_is_an_answer() -> None:
    said = "# said: Failed to execute command: resource type 'bgpfilter' is not supported\n"
    reading = answer(GET.format("ippool", POOL, 0) + GET.format("bgpfilter", said, 1))
    assert [each for each in reading.records if isinstance(each, CalicoKind)] == [
        CalicoKind("IPPool", "listed"),
        CalicoKind("BGPFilter", "unknown to this calicoctl"),
    ]
    assert (reading.blind, reading.ledger.unknown) == ("", ())


def test_a_kind_that_could_not_be_listed_makes_the_answer_blind() -> None:
    said = "# said: Failed to get resources: connection refused\n# said: more\n"
    reading = answer(GET.format("node", said, 1) + GET.format("ippool", POOL, 0))
    assert reading.blind == (
        "calicoctl get node: exit status 1: Failed to get resources: connection refused"
    )
    assert not reading.lacking


def test_an_answer_that_was_cut_between_two_objects_is_blind() -> None:
    reading = answer(f"--- # calicoctl get ippool -o yaml\n{POOL}")
    assert reading.blind == "the answer of calicoctl get ippool breaks off"


@pytest.mark.parametrize(
    "said",
    [
        "Usage: calicoctl <command>",
        "Error: unknown command",
        "Failed to create Calico API client: no configuration has been provided, try setting X",
    ],
)
def test_a_calicoctl_that_nobody_set_up_to_list_objects_lacks_the_question(said: str) -> None:
    for mark in ("# said: ", ""):
        reading = answer(GET.format("node", f"{mark}{said}\n", 1), status=1)
        assert reading.lacking
        assert reading.blind


def test_a_version_that_was_read_in_part_is_kept() -> None:
    out = b"Client Version:    v3.20.0\nGit commit:        38b00edd\n"
    err = b"Unable to retrieve Cluster Version or Type: connection refused\n"
    question = Question("calicoctl-version")
    reading = read(Capture("k8s1", question, "", Outcome.ANSWERED, 1, out, err))
    assert reading.records[0] == CalicoVersion("Client Version", "v3.20.0")
    assert reading.blind.startswith("exit status 1: Unable to retrieve")
    assert not reading.lacking


@pytest.mark.parametrize("error", ["Failed to get resources", "Error"])
def test_an_early_calicoctl_says_on_stdout_why_it_failed(error: str) -> None:
    unknown = f"{error}: Resource type 'bgpfilter' is not supported\n"
    refused = f"{error}: connection refused\n"
    said = GET.format("ippool", POOL, 0) + GET.format("bgpfilter", unknown, 1)
    reading = answer(said)
    assert CalicoKind("BGPFilter", "unknown to this calicoctl") in reading.records
    assert (reading.blind, reading.ledger.unknown) == ("", ())
    reading = answer(said + GET.format("node", refused, 1))
    assert reading.blind == f"calicoctl get node: exit status 1: {refused.strip()}"
    assert reading.ledger.unknown == ()


def test_objects_that_stand_before_a_failure_are_read_and_the_answer_is_blind() -> None:
    reading = answer(GET.format("ippool", f"{POOL}# said: one of them is broken\n", 1))
    assert [each.name for each in reading.records if isinstance(each, CalicoResource)] == ["pool"]
    assert reading.blind == "calicoctl get ippool: exit status 1: one of them is broken"


def test_a_warning_beside_an_answer_is_noise() -> None:
    reading = answer(GET.format("ippool", f"{POOL}# said: WARNING: old\n", 0))
    assert (reading.blind, reading.ledger.unknown) == ("", ())


def test_the_kind_of_a_table_is_as_typed_where_its_columns_do_not_tell() -> None:
    table = b"NAME\ndefault\n"
    (typed,) = read_text("calicoctl get felixconfig", table).records
    (untyped,) = read_text("calicoctl-get", table).records
    assert isinstance(typed, CalicoResource)
    assert isinstance(untyped, CalicoResource)
    assert (typed.resource, untyped.resource) == ("FelixConfiguration", "")


@pytest.mark.parametrize(
    "row",
    [
        "pool-with-a-name 10.0.0.0/16   all()",
        "pool-with-a-long-name   all()",
        "two ws 10.0.0.0/16   all()",
    ],
)
def test_a_row_whose_cells_do_not_stand_under_their_columns_is_refused(row: str) -> None:
    table = f"NAME   CIDR          SELECTOR\n{row}\n".encode()
    reading = read_text("calicoctl get ippools", table)
    assert (reading.records, [each.text for each in reading.ledger.unknown]) == ((), [row])


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("nodes", "Node"), ("wep", "WorkloadEndpoint"), ("GNP", "GlobalNetworkPolicy"),
        ("ippools.crd.projectcalico.org", "IPPool"), ("pods", ""),
    ],
)  # fmt: skip
def test_a_kind_has_many_names(word: str, kind: str) -> None:
    assert kind_of(word) == kind


@pytest.mark.parametrize(
    "command",
    [
        "calicoctl get nodes -o wide",
        "sudo calicoctl get -o yaml ippool default-ipv4-ippool",
        "calicoctl get wep -a -o wide",
        "calicoctl get workloadEndpoint --all-namespaces --output=yaml",
        "calicoctl get bgppeers --allow-version-mismatch",
        "calicoctl get node k8s1 -o yml --export --context=prod",
        "kubectl calico get ippools -oyaml",
        "kubectl get ippools.crd.projectcalico.org -o yaml",
        "kubectl get felixconfigurations.projectcalico.org default -o json",
        "calicoctl bgp peer show",
    ],
)
def test_a_typed_command_finds_its_reader(command: str) -> None:
    assert catalogue.find(command).reader is read_objects


def test_large_pools_have_rounded_numbers() -> None:
    text = (
        b"| GROUPING | CIDR | IPS TOTAL | IPS IN USE | IPS RESERVED | IPS FREE | IPS COOLING |\n"
        b"| IP Pool | 10.0.0.0/8 | 1.6777e+07 | 12 (0%) | 0 (0%) | 1.6777e+07 (100%) | 1 (0%) |\n"
        b"| IP Pool | 10.0.0.1/8 | 1 | 1 (0%) | 0 (0%) | 1 (100%) | 1 (0%) |\n"
    )
    reading = read_text("calicoctl ipam show", text)
    assert reading.records == (IpamBlock("IP Pool", "10.0.0.0/8", 16777000, 12, 16777000, 0, 1),)
    assert [each.line for each in reading.ledger.unknown] == [3]


def test_an_object_that_is_to_go_and_what_stands_beside_its_spec_are_told() -> None:
    text = POOL.replace(
        "    uid: 8df", '    deletionTimestamp: "2026-01-03T00:00:00Z"\n    uid: 8df'
    )
    (pool,) = objects(f"{text}  more:\n    of: it\n")
    assert pool.deleted_at == "2026-01-03T00:00:00Z"
    assert ("more.of", "it") in pool.spec


def test_a_bird_that_did_not_answer_calicoctl_in_time_is_blindness() -> None:
    said = b"Calico process is running.\n\nIPv4 BGP status\nError executing command: i/o timeout\n"
    reading = read_text("calicoctl node status", said)
    assert CalicoProcess("bird", "i/o timeout") in reading.records
    assert reading.blind == "calicoctl could not ask bird: i/o timeout"
    assert reading.ledger.unknown == ()


def test_a_later_calicoctl_says_error_first() -> None:
    reading = read_text("calicoctl node status", b"Error: Calico process is not running.\n")
    assert reading.records == (CalicoProcess("calico", "not running"),)
    assert reading.blind


@pytest.mark.parametrize(
    ("command", "probe"),
    [
        ("calicoctl config get asNumber --node=k8s1", "calicoctl-config-asNumber"),
        ("calicoctl config get --raw=bgp nodetonodemesh", "calicoctl-config-nodeToNodeMesh"),
        ("sudo calicoctl bgp node-mesh", "calicoctl-config-nodeToNodeMesh"),
        ("calicoctl bgp default-node-as", "calicoctl-config-asNumber"),
        ("calicoctl status", "calicoctl-node-status"),
        ("kubectl calico node status", "calicoctl-node-status"),
        ("calicoctl ipam show", "calicoctl-ipam-show"),
        ("/opt/bin/calicoctl version", "calicoctl-version"),
    ],
)
def test_old_and_new_ways_to_ask_find_their_question(command: str, probe: str) -> None:
    assert catalogue.find(command).probe.name == probe
