"""Calico: its daemons, its peers, its intent."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class CalicoProcess(Record):
    """Which of Calico's daemons run, as ``calicoctl node status`` says."""

    kind: ClassVar[str] = "calico-process"
    name: Identity[str]  # "calico", "bird", "bird6"
    status: State[str]  # "running", "not running", or the error it printed


@dataclass(frozen=True, slots=True)
class CalicoPeer(Record):
    """A row of the BGP table of ``calicoctl node status``."""

    kind: ClassVar[str] = "calico-peer"
    family: Identity[int]
    address: Identity[str]
    peer_type: State[str] = ""
    state: State[str] = ""  # up, start, down, wait …
    connection: State[str] = ""  # first word of INFO: Established, Active, Connect, Idle …
    error: Drift[str] = ""  # the rest of INFO: only the *last* error, overwritten at each retry
    since: Drift[str] = ""  # a clock time or a date in the node's own time


@dataclass(frozen=True, slots=True)
class CalicoSetting(Record):
    """One ``calicoctl config get NAME``."""

    kind: ClassVar[str] = "calico-setting"
    name: Identity[str]
    value: State[str]


@dataclass(frozen=True, slots=True)
class CalicoKind(Record):
    """Whether objects of a kind were listed: one that calicoctl does not know has none here."""

    kind: ClassVar[str] = "calico-kind"
    resource: Identity[str]  # "IPPool"
    answer: State[str]  # "listed", "unknown to this calicoctl", "unknown to the datastore"


@dataclass(frozen=True, slots=True)
class CalicoResource(Record):
    """An object of Calico's datastore: a node, an IP pool, a BGP peer, a policy …

    ``spec`` has a pair for each leaf, in order of the paths: ("bgp.ipv4Address", "10.0.0.1/24"),
    ("ingress[0].action", "Allow"); a list of plain values is one leaf, "[a, b]"; what is null is
    left out. Of a table (``calicoctl get … -o wide``) the pairs are its columns and cells. Objects
    of Calico v1 and v2 have no single name: ``place`` is what else names them (node, orchestrator
    and workload of an endpoint, the scope of a BGP peer). Of the annotations only Calico's own
    are state, and not those in which it keeps metadata.
    """

    kind: ClassVar[str] = "calico-resource"
    resource: Identity[str]  # "IPPool", as v3 spells it; "" where a table does not tell
    namespace: Identity[str]
    name: Identity[str]
    place: Identity[str] = ""
    api: State[str] = ""  # "projectcalico.org/v3", "crd.projectcalico.org/v1", "v1"
    spec: State[tuple[tuple[str, str], ...]] = ()
    labels: State[tuple[tuple[str, str], ...]] = ()
    annotations: State[tuple[tuple[str, str], ...]] = ()
    deleted_at: State[str] = ""  # it is to go, and something holds it still
    uid: Incarnation[str] = ""
    created_at: Incarnation[str] = ""  # RFC 3339 as printed
    container_id: Incarnation[str] = ""  # of a workload endpoint
    resource_version: Drift[str] = ""
    managers: Drift[tuple[str, ...]] = ()  # who wrote it last: "2021-10-18T12:59:25Z kubectl-edit"
    status: Drift[tuple[tuple[str, str], ...]] = ()


@dataclass(frozen=True, slots=True)
class CalicoVersion(Record):
    """A line of ``calicoctl version``."""

    kind: ClassVar[str] = "calico-version"
    name: Identity[str]  # "Client Version", "Cluster Version", "Cluster Type", "Git commit" …
    value: State[str]


@dataclass(frozen=True, slots=True)
class IpamBlock(Record):
    """An IP pool or one of its blocks, and how full it is (``calicoctl ipam show``).

    Numbers are as calicoctl rounds them: to five digits.
    """

    kind: ClassVar[str] = "ipam-block"
    grouping: Identity[str]  # "IP Pool" or "Block"
    cidr: Identity[str]
    total: State[int]
    in_use: Drift[int | None] = None
    free: Drift[int | None] = None
    reserved: Drift[int | None] = None
    cooling: Drift[int | None] = None  # released and not yet to be used again
