"""Calico: its daemons, its peers, its intent."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Record, State


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
