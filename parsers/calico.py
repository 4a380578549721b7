"""Readers of ``calicoctl node status`` and ``calicoctl config get``."""

import re
from dataclasses import replace

from parsers import fsm
from parsers.addresses import address
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import CalicoPeer, CalicoProcess, CalicoSetting
from parsers.text import Text

_DAEMON = {"4": "bird", "6": "bird6"}
NO_SUCH_COMMAND = re.compile(
    r"(?:error: )?(?:unknown command|invalid option|usage)\b.*", re.IGNORECASE
)
"""A whole line by which calicoctl says that this version has no such command."""


def read_node_status(text: Text) -> Reading:
    """Read ``calicoctl node status``: which daemons run, and the BGP peers of either family.

    Calico not running, or a BIRD that could not be asked, is a record *and* blindness: the peers
    were not looked at. calicoctl prints a family's title only if that family's daemon runs.
    """
    rows = fsm.run("calicoctl-node-status", text.lines)
    status = _NodeStatus(Gathering.of(text.lines, rows))
    for row in rows.rows:
        status.take(row)
    return status.reading()


class _NodeStatus:
    """Puts the rows together: a peer's family is in the title above it, its INFO may wrap."""

    def __init__(self, gathered: Gathering) -> None:
        self._gathered = gathered
        self._family = ""
        self._processes: dict[str, tuple[int, str]] = {}
        self._peers: list[tuple[int, CalicoPeer]] = []
        self._blind = ""

    def take(self, row: fsm.Row) -> None:
        if row["Calico"]:
            self._process(row.line, "calico", row["Calico"])
        elif row["Backend"]:
            for daemon in _DAEMON.values():
                self._process(row.line, daemon, "not running")
        elif row["Daemon"]:
            self._process(row.line, row["Daemon"], "not running")
        elif row["Failure"]:
            self._process(row.line, _DAEMON.get(self._family, "bird"), row["Failure"])
        elif row["Family"] or row["NoPeers"]:
            self._family = row["Family"] or row["NoPeers"]
            self._process(row.line, _DAEMON[self._family], "running")
        else:
            self._row(row.line, [cell.strip() for cell in row["Row"].split("|")[:5]])

    def _process(self, line: int, name: str, status: str) -> None:
        first = self._processes.get(name, (line, ""))[0]
        self._processes[name] = (first, status)
        if status not in ("running", "not running"):
            self._blind = f"calicoctl could not ask {name}: {status}"
        elif name == "calico" and status == "not running":
            self._blind = "Calico is not running, so calicoctl did not look at BGP"

    def _row(self, line: int, cells: list[str]) -> None:
        if not self._family:
            self._gathered.refuse(line)
        elif cells[0]:
            self._peer(line, cells)
        elif self._peers:
            last_line, last = self._peers[-1]
            self._peers[-1] = (last_line, _continued(last, cells))
        else:
            self._gathered.refuse(line)

    def _peer(self, line: int, cells: list[str]) -> None:
        where, peer_type, state, since, info = cells
        try:
            canonical = address(where)
        except ValueError:
            self._gathered.refuse(line)
            return
        connection, _, error = info.partition(" ")
        peer = CalicoPeer(
            int(self._family), canonical, peer_type, state, connection, error.strip(), since
        )
        self._peers.append((line, peer))

    def reading(self) -> Reading:
        for name, (line, status) in self._processes.items():
            self._gathered.add(line, CalicoProcess(name, status))
        for line, peer in self._peers:
            self._gathered.add(line, peer)
        return self._gathered.reading(self._blind)


def _continued(peer: CalicoPeer, cells: list[str]) -> CalicoPeer:
    """Add the cells of a row that goes on with the row above."""
    _, peer_type, state, since, info = cells
    connection, _, error = " ".join(filter(None, (peer.connection, peer.error, info))).partition(
        " "
    )
    return replace(
        peer,
        peer_type=" ".join(filter(None, (peer.peer_type, peer_type))),
        state=peer.state + state,
        since=" ".join(filter(None, (peer.since, since))),
        connection=connection,
        error=error,
    )


def read_setting(text: Text) -> Reading:
    """Read ``calicoctl config get NAME`` of Calico v1 and v2: one line with the value.

    The probe's name ends in the setting's. calicoctl v3 has no such command and says so: blind.
    """
    rows = fsm.run("calicoctl-config", text.lines)
    gathered = Gathering.of(text.lines, rows)
    name = text.probe.removeprefix("calicoctl-config-")
    is_value = len(rows.rows) == 1 and not rows.ledger.unknown
    for row in rows.rows:
        if is_value:
            gathered.add(row.line, CalicoSetting(name, row["Setting"]))
        else:
            gathered.refuse(row.line)
    if any(NO_SUCH_COMMAND.fullmatch(line) for line in text.lines):
        return gathered.reading("this calicoctl has no `config get`")
    return gathered.reading("" if is_value or not text.content.strip() else "not one value")
