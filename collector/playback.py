"""Nodes that are not there: an SSH server on loopback that answers as recorded nodes did.

A recording is what the probe script of a real node wrote, byte for byte, behind one line of JSON:
``{"node": …, "probes": [names], "marker": …, "recorded": ISO time, "about": …}``. The player takes
the script in, finds the marker of this run and sends the recording with it. What the collector
does to reach a node (host key, login, channel, frames) is the same as with real ones.
"""

import json
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

LOOPBACK = "127.0.0.1"
_MARKER = re.compile(rb"^M=([0-9a-f]{32})$", re.MULTILINE)
_LENGTH = re.compile(rb"head -c (\d+)")
_PATIENCE = 10.0  # seconds for each step of a login, and for the end of a session


@dataclass(frozen=True, slots=True)
class Recording:
    """One node at one moment. ``probes`` are the names of what was asked, in that order."""

    node: str
    probes: tuple[str, ...]
    marker: str
    about: str
    stream: bytes

    def answer(self, marker: bytes) -> bytes:
        """Return the recorded stream as this run's script would have written it."""
        return self.stream.replace(self.marker.encode(), marker)

    def asked_as(self, probes: Sequence[str]) -> "Recording":
        """Return the recording as an answer to these questions; others stay unanswered.

        Raises ValueError if one of the recorded questions is not among them.
        """
        numbers = [probes.index(name) + 1 for name in self.probes]
        mark = re.compile(rf"(?<=\n{self.marker} [BX] )\d+(?= )".encode())
        stream = mark.sub(lambda found: b"%d" % numbers[int(found[0]) - 1], self.stream)
        return replace(self, probes=tuple(probes), stream=stream)

    def to_bytes(self) -> bytes:
        """Return the recording as a file's content; ``load`` reads it."""
        head = {
            "node": self.node,
            "probes": self.probes,
            "marker": self.marker,
            "about": self.about,
        }
        return json.dumps(head, ensure_ascii=False).encode() + b"\n" + self.stream


def load(content: bytes) -> Recording:
    """Read a recording. Raises ValueError if it is none."""
    first, _, stream = content.partition(b"\n")
    try:
        head = json.loads(first)
        return Recording(
            node=head["node"],
            probes=tuple(head["probes"]),
            marker=head["marker"],
            about=head["about"],
            stream=stream,
        )
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"not a recording: {error}") from error


class Player:
    """Serves recordings, each on a port of its own, to one key. A context manager.

    ``play`` changes what the nodes answer from the next visit on, as time does.
    """

    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._now = {recording.node: recording for recording in recordings}
        self._client_key = paramiko.ECDSAKey.generate()
        self._host_key = paramiko.ECDSAKey.generate()
        self._listeners: dict[str, socket.socket] = {}
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        for node in self._now:
            listener = socket.create_server((LOOPBACK, 0))
            self._listeners[node] = listener
            self._start(self._accept, node, listener)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for listener in self._listeners.values():
            # close() alone leaves a thread in accept(); shutdown() wakes it.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for thread in self._threads:
            thread.join(_PATIENCE)

    def play(self, recordings: Sequence[Recording]) -> None:
        """Answer as these recordings from now on; a node without one keeps its own."""
        self._now.update({recording.node: recording for recording in recordings})

    def write_inventory(self, folder: Path) -> Path:
        """Write netsnap.toml, the key and known_hosts into a folder; return the inventory."""
        key, known = folder / "demo_key", folder / "demo_known_hosts"
        self._client_key.write_private_key_file(str(key))
        lines, nodes = [], []
        for node, listener in self._listeners.items():
            port = listener.getsockname()[1]
            blob = self._host_key.get_base64()
            lines.append(f"[{LOOPBACK}]:{port} {self._host_key.get_name()} {blob}\n")
            nodes.append(f'[nodes.{node}]\naddress = "{LOOPBACK}"\nport = {port}\n')
        known.write_text("".join(lines), encoding="ascii")
        inventory = folder / "netsnap.toml"
        defaults = f'[defaults]\nuser = "demo"\nkey = "{key}"\nknown_hosts = "{known}"\n'
        inventory.write_text("\n".join((defaults, *nodes)), encoding="utf-8")
        return inventory

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type] # one of the two methods below
        self._threads.append(thread)
        thread.start()

    def _accept(self, node: str, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # the listener was closed
                return
            self._start(self._serve, node, connection)

    def _serve(self, node: str, connection: socket.socket) -> None:
        with connection, _transport(connection, self._host_key) as transport:
            server = _Server(self._client_key)
            try:
                transport.start_server(server=server)
            except (paramiko.SSHException, EOFError):  # the visitor left
                return
            channel = transport.accept(_PATIENCE)
            if channel is None or not server.asked.wait(_PATIENCE):
                return
            channel.settimeout(_PATIENCE)
            try:
                program = _read(channel, int(_LENGTH.findall(server.command)[0]))
                channel.sendall(self._now[node].answer(_MARKER.findall(program)[0]))
                channel.send_exit_status(0)
                channel.shutdown_write()
                channel.recv(1)  # the visitor closes first: nothing of the answer is cut off
            except (OSError, IndexError):  # it left, or it is no netsnap
                return


@contextmanager
def _transport(connection: socket.socket, host_key: paramiko.PKey) -> Iterator[paramiko.Transport]:
    transport = paramiko.Transport(connection)
    transport.add_server_key(host_key)
    try:
        yield transport
    finally:
        transport.close()


def _read(channel: paramiko.Channel, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = channel.recv(length - len(found))
        if not part:
            raise EOFError("the script ended early")
        found += part
    return found


class _Server(paramiko.ServerInterface):
    """Lets in one key, for one command."""

    def __init__(self, key: paramiko.PKey) -> None:
        self._key = key
        self.command = b""
        self.asked = threading.Event()

    def get_allowed_auths(self, username: str) -> str:
        del username
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        del username
        same = key.asbytes() == self._key.asbytes()
        return AUTH_SUCCESSFUL if same else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del chanid
        if kind == "session":
            return OPEN_SUCCEEDED
        return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        del channel
        self.command = command
        self.asked.set()
        return True
