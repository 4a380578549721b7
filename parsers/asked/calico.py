"""Calico."""

import re

from collector.probe import Probe, Where
from parsers.calico import NO_SUCH_COMMAND, read_node_status, read_setting
from parsers.entry import SUDO, Entry, Profile
from parsers.records import CalicoPeer, CalicoProcess, CalicoSetting


def _setting(name: str) -> Entry:
    """Ask for one setting of Calico v1 and v2."""
    command = f"calicoctl config get {name}"
    return Entry(
        Probe(f"calicoctl-config-{name}", command, Where.NODE, needs="calicoctl"),
        read_setting,
        (CalicoSetting,),
        re.compile(SUDO + command, re.IGNORECASE),
        Profile.QUICK,
        lacking=NO_SUCH_COMMAND,
    )


ENTRIES: tuple[Entry, ...] = (
    Entry(
        # Where Calico does not run, calicoctl says so on stderr; that sentence is an answer.
        Probe(
            "calicoctl-node-status",
            "calicoctl node status 2>&1",
            Where.NODE,
            needs="calicoctl",
            shown="calicoctl node status",
        ),
        read_node_status,
        (CalicoProcess, CalicoPeer),
        re.compile(SUDO + r"calicoctl node status"),
        Profile.QUICK,
        lacking=NO_SUCH_COMMAND,
    ),
    _setting("asNumber"),
    _setting("nodeToNodeMesh"),
    _setting("logLevel"),
    _setting("ipip"),
)
