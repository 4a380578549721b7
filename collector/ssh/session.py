"""One channel to a node, read while its time lasts."""

import threading
import time

import paramiko

from collector.capture import Reach
from collector.login import Login, VisitFailedError
from collector.ssh.failures import FOREIGN, failure

POLL = 0.25
"""Seconds between two looks at whether the sweep was interrupted."""
STDERR_LIMIT = 65536


class Session:
    """One channel on one connection. ``stderr`` holds what the login wrote there (bounded)."""

    def __init__(
        self,
        channel: paramiko.Channel,
        transport: paramiko.Transport,
        login: Login,
        stopped: threading.Event,
    ) -> None:
        self._channel = channel
        self._transport = transport
        self._login = login
        self._stopped = stopped
        self.stderr = b""

    def run(self, command: str, stdin: bytes) -> None:
        """Start a command and give it its input; its stdin stays open. Raises VisitFailedError."""
        try:
            self._channel.settimeout(10.0)
            self._channel.exec_command(command)
            self._channel.sendall(stdin)
            self._channel.settimeout(POLL)
        except FOREIGN as error:
            reach = Reach.NO_SHELL if self._transport.is_active() else Reach.CUT_OFF
            raise VisitFailedError(reach, failure(error, self._login).detail) from error

    def receive(self, deadline: float) -> bytes:
        """Return the next bytes of stdout, b"" at its end. Raises VisitFailedError at the deadline.

        ``deadline`` is by ``time.monotonic``.
        """
        while True:
            if self._stopped.is_set():
                raise VisitFailedError(Reach.CUT_OFF, "the sweep was interrupted")
            if time.monotonic() >= deadline:
                raise VisitFailedError(Reach.TIMED_OUT, f"{self._login}: its time was used up")
            try:
                data = self._channel.recv(65536)
            except TimeoutError:
                data = None
            self._drain_stderr()
            if data is not None:
                return data

    def _drain_stderr(self) -> None:
        # Both streams share one window: unread stderr would stop stdout in the end.
        while self._channel.recv_stderr_ready():
            said = self._channel.recv_stderr(65536)
            self.stderr = (self.stderr + said)[-STDERR_LIMIT:]

    def exit_status(self) -> int | None:
        """Return the command's exit status once stdout ended; None if the connection broke."""
        self._channel.status_event.wait(2.0)
        self._drain_stderr()
        if not self._channel.exit_status_ready() or self._channel.exit_status < 0:
            return None
        return self._channel.exit_status
