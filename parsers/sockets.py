"""Reader of ``ss`` and ``netstat``: TCP sockets."""

import re
from dataclasses import dataclass

from parsers import fsm
from parsers.addresses import address
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import TcpPassing, TcpSocket
from parsers.text import Text

_STABLE = {"LISTEN": "listening", "ESTAB": "established"}
_AS_SS = {"ESTABLISHED": "ESTAB", "FIN-WAIT1": "FIN-WAIT-1", "FIN-WAIT2": "FIN-WAIT-2"}
_USERS = re.compile(r'\("((?>[^"]{1,64}))",(?:pid=)?(\d{1,10}),(?:fd=)?\d{1,10}\)')
_USERS_FIELD = re.compile(r"users:\((?>(?:[^()]|\([^()]*\))*)\)")
_PROGRAM = re.compile(r"(?:(?P<pid>\d{1,10})/(?P<name>\S+)|-)(?=\s|$)")
_SS_TIMER = re.compile(r"timer:\(([^()]*)\)")
_NETSTAT_TIMER = re.compile(r"((?:off|on|keepalive|timewait|probe|unkn-\d) \([\d./]+\))$")
_RETRANSMITS = re.compile(r"retrans:\d{1,10}/(\d{1,10})")
_KEYS = "md5keys:"
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class _Socket:
    """One line as printed, its ends in parts; ``remote_port`` is None where it is "*"."""

    row: Row
    state: str
    local: str
    local_port: int
    remote: str
    remote_port: int | None


def read_sockets(text: Text) -> Reading:
    """Read ``ss -tan`` (with -p, -o, -e, -i) or ``netstat -tan`` (with -p, -o).

    The service's port is the one that something listens on here, else the lower one.
    """
    rows = fsm.run("ss", text.lines)
    gathered = Gathering.of(text.lines, rows)
    sockets: list[_Socket] = []
    for row in rows.rows:
        try:
            sockets.append(_socket(row))
        except ValueError:
            for line in (row.line, *row.item_lines["Info"]):
                gathered.refuse(line)
    services = {each.local_port for each in sockets if each.state == "LISTEN"}
    for each in sockets:
        if each.state in _STABLE:
            gathered.add(each.row.line, _record(each, services))
    if rows.ledger.parsed + rows.ledger.noise - len(gathered.refused) > 0:
        passing = sorted(_passing(each) for each in sockets if each.state not in _STABLE)
        gathered.add(_first_line(gathered), TcpPassing(tuple(passing)))
    return gathered.reading("" if gathered.records else "no table of sockets in the answer")


def _first_line(gathered: Gathering) -> int:
    """Return the first line that is understood."""
    unknown = {each.line for each in gathered.ledger.unknown} | gathered.refused
    numbers = range(1, len(gathered.lines) + 1)
    return next(number for number in numbers if number not in unknown)


def _socket(row: Row) -> _Socket:
    local, local_port = _end(row["Local"])
    remote, remote_port = _end(row["Remote"])
    state = row["State"].replace("_", "-")
    state = _AS_SS.get(state, state)
    if local_port is None or (remote_port is None) != (state == "LISTEN"):
        raise ValueError("a socket without a port")
    return _Socket(row, state, local, local_port, remote, remote_port)


def _end(text: str) -> tuple[str, int | None]:
    """Part "10.0.0.1:179", "[fe80::1%eth0]:179", ":::179", "*:*" into address and port."""
    host, _, port = text.rpartition(":")
    host, percent, device = host.replace("[", "").replace("]", "").partition("%")
    number = None if port == "*" else int(port)
    if number is not None and number > _HIGHEST_PORT:
        raise ValueError(f"{number} is no port")
    return (host if host == "*" else address(host)) + percent + device, number


def _record(socket: _Socket, services: set[int]) -> TcpSocket:
    row = socket.row
    rest = " ".join((row["Rest"], *row["Info"])).strip()
    users = _users(rest)
    side, port, other = _sides(socket, services)
    retransmits = _RETRANSMITS.search(rest)
    return TcpSocket(
        local=socket.local,
        remote="" if socket.state == "LISTEN" else socket.remote,
        port=port,
        state=_STABLE[socket.state],
        processes=tuple(sorted({name for name, _ in users})),
        has_md5_keys=f" {_KEYS}" in f" {rest}",
        side=side,
        other_port=other,
        pids=tuple(sorted({int(pid) for _, pid in users})),
        receive_queue=int(row["ReceiveQueue"]),
        send_queue=int(row["SendQueue"]),
        timer=_timer(rest),
        retransmits=int(retransmits[1]) if retransmits else None,
        details=_details(rest),
    )


def _users(rest: str) -> list[tuple[str, str]]:
    """Return the processes' names and pids; netstat's, of which it tells one, stand in front."""
    program = _PROGRAM.match(rest)
    if program is not None:
        return [(program["name"], program["pid"])] if program["pid"] else []
    return _USERS.findall(rest)


def _sides(socket: _Socket, services: set[int]) -> tuple[str, int, int | None]:
    """Return which side has the service's port, that port, and the other side's."""
    here, there = socket.local_port, socket.remote_port
    if there is None or here in services or here <= there:
        return "local", here, there
    return "remote", there, here


def _timer(rest: str) -> str:
    found = _SS_TIMER.search(rest) or _NETSTAT_TIMER.search(rest)
    return found[1] if found else ""


def _details(rest: str) -> tuple[str, ...]:
    """Return what has no field of its own; the keys of TCP MD5 are secrets and left out."""
    program = _PROGRAM.match(rest)
    rest = rest[program.end() :] if program else rest
    for known in (_USERS_FIELD, _SS_TIMER, _NETSTAT_TIMER):
        rest = known.sub("", rest)
    return tuple(word for word in rest.split() if not word.startswith(_KEYS))


def _passing(socket: _Socket) -> str:
    row = socket.row
    words = " ".join((row["Rest"], *row["Info"])).split()
    told = (word for word in words if not word.startswith(_KEYS))
    queues = f"{row['ReceiveQueue']}/{row['SendQueue']}"
    return " ".join((socket.state, row["Local"], row["Remote"], queues, *told))
