"""All connections of one sweep.

What decides the cost of a sweep and is done here: known_hosts and keys are read once for all
nodes, the key exchange is curve25519, and the socket does not wait to fill its packets.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import paramiko

from collector.capture import Reach
from collector.login import Login, SshOptions, VisitFailedError
from collector.ssh.failures import FOREIGN, failure
from collector.ssh.hostkeys import HostKeys
from collector.ssh.keys import Agent, Keys
from collector.ssh.session import POLL, Session
from collector.ssh.userconfig import UserConfig


class Ssh:
    """All connections of one sweep, and what they share. Safe for use by many threads.

    ``close`` ends every connection at once; who waits for one gets a VisitFailedError.
    """

    def __init__(self, options: SshOptions) -> None:
        """Read ~/.ssh/config. Raises SshConfigError."""
        self.config = UserConfig(options)
        self._options = options
        self._lock = threading.Lock()
        self._jumping = threading.RLock()  # a jump host may be reached over another
        self._host_keys = HostKeys(options)
        self._keys = Keys(options.passphrase)
        self._jumps: dict[Login, paramiko.Transport] = {}
        self._open: list[paramiko.Transport | socket.socket] = []
        self.stopped = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every connection."""
        self.stopped.set()
        with self._lock:
            still_open, self._open = self._open, []
        for each in still_open:
            each.close()

    @contextlib.contextmanager
    def session(self, login: Login, deadline: float) -> "Iterator[Session]":
        """Connect, check the host key, log in and open one channel.

        ``deadline`` is by ``time.monotonic``. Raises VisitFailedError.
        """
        end = min(deadline, time.monotonic() + self._options.connect_limit)
        transport = self._connect(login, end)
        try:
            try:
                channel = transport.open_session(timeout=max(0.1, end - time.monotonic()))
            except FOREIGN as error:
                raise failure(error, login) from error
            yield Session(channel, transport, login, self.stopped)
        finally:
            self._forget(transport)

    def _forget(self, transport: paramiko.Transport) -> None:
        transport.close()
        with self._lock:
            if transport in self._open:
                self._open.remove(transport)

    def _connect(self, login: Login, end: float) -> paramiko.Transport:
        """Return an authenticated connection."""
        stream = self._stream(login, end)
        transport = paramiko.Transport(stream)
        transport.daemon = True
        with self._lock:
            self._open.append(transport)
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self._forget, transport)
            self._host_keys.choose_algorithms(transport, login)
            self._negotiate(transport, login, end)
            self._host_keys.check(transport, login)
            self._authenticate(transport, login, end)
            on_failure.pop_all()
        return transport

    def _negotiate(self, transport: paramiko.Transport, login: Login, end: float) -> None:
        transport.banner_timeout = max(0.1, end - time.monotonic())
        ready = threading.Event()
        transport.start_client(event=ready)
        self._await(ready, transport, login, end, "it accepts connections and says nothing")
        if not transport.is_active() or transport.get_remote_server_key() is None:
            raise failure(transport.get_exception() or EOFError(), login)

    def _stream(self, login: Login, end: float) -> "socket.socket | paramiko.Channel":
        patience = max(0.1, end - time.monotonic())
        try:
            if login.over is not None:
                jump = self._jump(login.over, end)
                place, here = (login.host, login.port), ("127.0.0.1", 0)
                return jump.open_channel("direct-tcpip", place, here, timeout=patience)
            stream = socket.create_connection((login.host, login.port), timeout=patience)
        except FOREIGN as error:
            over = f" (over {login.over})" if login.over else ""
            trouble = failure(error, f"{login}{over}")
            raise VisitFailedError(Reach.UNREACHABLE, trouble.detail) from error
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return stream

    def _jump(self, login: Login, end: float) -> paramiko.Transport:
        """Return the connection to a jump host, one for all who go over it."""
        with self._jumping:
            transport = self._jumps.get(login)
            if transport is None or not transport.is_active():
                transport = self._jumps[login] = self._connect(login, end)
        return transport

    def _authenticate(self, transport: paramiko.Transport, login: Login, end: float) -> None:
        troubles: list[str] = []
        allowed: list[str] = []
        with contextlib.closing(Agent(use=self._options.agent)) as agent:
            for name, key in self._keys.candidates(login, agent, troubles):
                done = threading.Event()
                transport.auth_publickey(login.user, key, event=done)
                self._await(done, transport, login, end, "it did not decide about the login")
                if transport.is_authenticated():
                    return
                error = transport.get_exception()
                if isinstance(error, paramiko.BadAuthenticationType):
                    allowed = error.allowed_types
                troubles.append(f"{name} not accepted")
                if not transport.is_active():
                    break
        tried = "; ".join(troubles) or "there is no key to try: give one in the inventory"
        takes = f"; it takes {', '.join(allowed)}" if allowed else ""
        raise VisitFailedError(Reach.LOGIN_REFUSED, f"{login}: login refused: {tried}{takes}")

    def _await(
        self,
        event: threading.Event,
        transport: paramiko.Transport,
        login: Login,
        end: float,
        complaint: str,
    ) -> None:
        while not event.wait(POLL):
            if self.stopped.is_set():
                raise VisitFailedError(Reach.CUT_OFF, "the sweep was interrupted")
            if not transport.is_active():
                raise failure(transport.get_exception() or EOFError(), login)
            if time.monotonic() >= end:
                raise VisitFailedError(Reach.UNREACHABLE, f"{login}: {complaint}")
