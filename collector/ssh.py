"""SSH: the one door to paramiko. Its errors, and those of its sockets, end here.

What decides the cost of a sweep and is done here: known_hosts and keys are read once for all
nodes, the key exchange is curve25519, and the socket does not wait to fill its packets.
"""

import contextlib
import logging
import os
import pwd
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import paramiko
from paramiko.agent import AgentKey
from paramiko.auth_strategy import AuthFailure
from paramiko.ber import BERException
from paramiko.buffered_pipe import PipeTimeout
from paramiko.hostkeys import InvalidHostKey
from paramiko.packet import NeedRekeyException
from paramiko.pkey import UnknownKeyType
from paramiko.sftp import SFTPError
from paramiko.ssh_exception import (
    ConfigParseError,
    CouldNotCanonicalize,
    IncompatiblePeer,
    MessageOrderError,
    NoValidConnectionsError,
    PartialAuthentication,
    ProxyCommandFailure,
    UnableToAuthenticate,
)

from collector import knownhosts
from collector.capture import Reach
from collector.errors import InventoryError, SshConfigError
from collector.inventory import PORTS, Node, single
from collector.knownhosts import SSH_PORT, KnownHosts
from collector.login import Login, SshOptions, VisitFailedError, quoted

# Without a handler of its own, Python would print paramiko's complaints beside our sentences.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

KEX = "curve25519-sha256@libssh.org"
IDENTITIES = ("id_ed25519", "id_ecdsa", "id_rsa")
POLL = 0.25
"""Seconds between two looks at whether the sweep was interrupted."""
STDERR_LIMIT = 65536
DEAD = "the connection broke"

REACHES: dict[type[BaseException], tuple[Reach, str]] = {
    paramiko.PasswordRequiredException: (Reach.LOGIN_REFUSED, "the key needs a passphrase"),
    paramiko.BadAuthenticationType: (Reach.LOGIN_REFUSED, "it does not take keys"),
    PartialAuthentication: (Reach.LOGIN_REFUSED, "it wants more than a key"),
    AuthFailure: (Reach.LOGIN_REFUSED, "it refused the login"),
    UnableToAuthenticate: (Reach.LOGIN_REFUSED, "it refused the login"),
    paramiko.AuthenticationException: (Reach.LOGIN_REFUSED, "it refused the login"),
    paramiko.BadHostKeyException: (Reach.HOST_KEY_CHANGED, "its host key changed"),
    InvalidHostKey: (Reach.HOST_KEY_UNKNOWN, "its host key cannot be read"),
    UnknownKeyType: (Reach.HOST_KEY_UNKNOWN, "its host key is of an unknown kind"),
    paramiko.ChannelException: (Reach.NO_SHELL, "it refused to open a session"),
    IncompatiblePeer: (Reach.UNREACHABLE, "no common algorithm with its SSH server"),
    MessageOrderError: (Reach.UNREACHABLE, "its SSH messages come out of order"),
    NoValidConnectionsError: (Reach.UNREACHABLE, "no connection"),
    ProxyCommandFailure: (Reach.UNREACHABLE, "the ProxyCommand failed"),
    CouldNotCanonicalize: (Reach.UNREACHABLE, "its name cannot be made canonical"),
    ConfigParseError: (Reach.UNREACHABLE, "~/.ssh/config cannot be read"),
    SFTPError: (Reach.CUT_OFF, DEAD),
    BERException: (Reach.LOGIN_REFUSED, "a key file is damaged"),
    PipeTimeout: (Reach.TIMED_OUT, "it did not answer in time"),
    NeedRekeyException: (Reach.CUT_OFF, DEAD),
    paramiko.SSHException: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    socket.gaierror: (Reach.UNREACHABLE, "its name is not known"),
    ConnectionRefusedError: (Reach.UNREACHABLE, "connection refused: no SSH server on that port"),
    TimeoutError: (Reach.UNREACHABLE, "no answer in time"),
    EOFError: (Reach.UNREACHABLE, "it closed the connection"),
    OSError: (Reach.UNREACHABLE, "no connection"),
    # What a hostile server can make paramiko's own thread stumble over.
    ValueError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    LookupError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    TypeError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    AttributeError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    AssertionError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    ArithmeticError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    struct.error: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
}
"""How each foreign error ends a visit, and in which words; the most special class decides."""

FOREIGN = tuple(REACHES)


def failure(error: BaseException, place: object) -> VisitFailedError:
    """Turn any foreign error into the end of the visit to ``place``: the one place that does."""
    kind = next((kind for kind in type(error).__mro__ if kind in REACHES), paramiko.SSHException)
    reach, words = REACHES[kind]
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    said = quoted(said.encode("utf-8", "backslashreplace"))
    more = "" if not said or kind in (ConnectionRefusedError, TimeoutError) else f" ({said})"
    return VisitFailedError(reach, f"{place}: {words}{more}")


class Ssh:
    """All connections of one sweep, and what they share. Safe for use by many threads.

    ``close`` ends every connection at once; who waits for one gets a VisitFailedError.
    """

    def __init__(self, options: SshOptions) -> None:
        """Read ~/.ssh/config. Raises SshConfigError."""
        self._options = options
        self._folder = options.folder.expanduser()
        self._config = _read_config(self._folder / "config")
        self._lock = threading.Lock()
        self._jumping = threading.RLock()  # a jump host may be reached over another
        self._known: dict[tuple[Path, ...], KnownHosts] = {}
        self._keys: dict[Path, paramiko.PKey | VisitFailedError] = {}
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

    def login(self, node: Node, beyond: frozenset[object] = frozenset()) -> Login:
        """Fill in from ~/.ssh/config and SSH's defaults what the inventory does not say.

        ``beyond`` are the places that are reached over this node. Raises VisitFailedError.
        """
        said = self._configured(node.address)
        if said.get("proxycommand") and node.jump is None and "proxyjump" not in said:
            raise VisitFailedError(
                Reach.UNREACHABLE,
                f"{node.address}: ~/.ssh/config reaches it by a ProxyCommand, which netsnap does "
                "not run; give the node a jump in the inventory",
            )
        named = [node.key] if node.key else [Path(f) for f in said.get("identityfile", [])]
        files = said.get("userknownhostsfile", "").split()
        mine = [node.known_hosts] if node.known_hosts else [Path(f) for f in files]
        usual = [self._folder / "known_hosts", self._folder / "known_hosts2"]
        over = node.jump or _jumps(said.get("proxyjump", ""), node.address)
        beyond |= {(node.address, node.port, node.user)}
        if over is not None and (over.address, over.port, over.user) in beyond:
            raise VisitFailedError(
                Reach.UNREACHABLE,
                f"{node.address}: the way to it goes over {over.address} again and again "
                "(ProxyJump in ~/.ssh/config)",
            )
        return Login(
            host=said.get("hostname", node.address),
            port=node.port or _port(said.get("port", str(SSH_PORT)), node.address),
            user=node.user or said.get("user") or _own_name(),
            keys=tuple(f.expanduser() for f in named)
            or tuple(f for name in IDENTITIES if (f := self._folder / name).exists()),
            named=bool(named),
            known_hosts=tuple(f.expanduser() for f in mine)
            or (*usual, *self._options.system_known_hosts),
            over=self.login(over, beyond) if over else None,
        )

    def _configured(self, address: str) -> paramiko.SSHConfigDict:
        try:
            with self._lock:  # paramiko's config object is not made for threads
                return self._config.lookup(address)
        except FOREIGN as error:
            raise failure(error, address) from error

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
        known = self._known_hosts(login.known_hosts)
        stream = self._stream(login, end)
        transport = paramiko.Transport(stream)
        transport.daemon = True
        with self._lock:
            self._open.append(transport)
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self._forget, transport)
            _choose_algorithms(transport, known, login)
            self._negotiate(transport, login, end)
            self._check_host_key(transport, known, login)
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

    def _known_hosts(self, files: tuple[Path, ...]) -> KnownHosts:
        with self._lock:
            if files not in self._known:
                self._known[files] = knownhosts.load(files)
            return self._known[files]

    def _check_host_key(
        self, transport: paramiko.Transport, known: KnownHosts, login: Login
    ) -> None:
        key = transport.get_remote_server_key()
        lines = known.keys(login.host, login.port)
        blob, print_ = key.asbytes(), key.fingerprint
        for line in lines:
            if line.revoked and line.blob == blob:
                raise VisitFailedError(
                    Reach.HOST_KEY_CHANGED, f"{login}: {line.where} says its host key is revoked"
                )
        valid = [line for line in lines if not line.revoked]
        if any(line.blob == blob for line in valid) or self._options.accept_changed:
            return
        if valid:
            raise VisitFailedError(
                Reach.HOST_KEY_CHANGED,
                f"{login}: its host key is {key.get_name()} {print_}, not the one in "
                f"{valid[0].where}; if the node was set up anew, replace that line",
            )
        if known.unreadable:  # it may hold another key for this host: then it is changed
            raise VisitFailedError(
                Reach.HOST_KEY_UNKNOWN,
                f"{login}: its host key {key.get_name()} {print_} cannot be checked: "
                f"{'; '.join(known.unreadable)}",
            )
        if not self._options.accept_unknown:
            where = "; ".join(known.missing) or ", ".join(map(str, login.known_hosts))
            raise VisitFailedError(
                Reach.HOST_KEY_UNKNOWN,
                f"{login}: its host key {key.get_name()} {print_} is not in known_hosts ({where}); "
                "log in once with ssh, or accept unknown hosts for this run",
            )

    def _authenticate(self, transport: paramiko.Transport, login: Login, end: float) -> None:
        troubles: list[str] = []
        allowed: list[str] = []
        with contextlib.closing(_Agent(use=self._options.agent)) as agent:
            for name, key in self._candidates(login, agent, troubles):
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

    def _candidates(
        self, login: Login, agent: "_Agent", troubles: list[str]
    ) -> Iterator[tuple[str, paramiko.PKey]]:
        """Yield the keys to try: the user's choice, or the agent's and then the usual files'."""
        if not login.named:
            for key in agent.list():
                yield f"the agent's {key.get_name()} {key.fingerprint}", key
        for file in login.keys:
            loaded = self._key(file)
            if isinstance(loaded, VisitFailedError):
                held = agent.holds(file)
                if held is not None:
                    yield f"the agent's {file}", held
                else:
                    troubles.append(loaded.detail)
            else:
                yield str(file), loaded

    def _key(self, file: Path) -> paramiko.PKey | VisitFailedError:
        with self._lock:  # also so that a passphrase is asked for once
            if file not in self._keys:
                try:
                    self._keys[file] = _load_key(file, self._options.passphrase)
                except VisitFailedError as error:
                    self._keys[file] = error
            return self._keys[file]

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


class _Agent:
    """The keys of the user's agent, asked for when first needed."""

    def __init__(self, *, use: bool) -> None:
        self._use = use
        self._agent: paramiko.Agent | None = None

    def list(self) -> Sequence[AgentKey]:
        if not self._use:
            return ()
        if self._agent is None:
            try:
                self._agent = paramiko.Agent()
            except (paramiko.SSHException, OSError):  # an agent that is gone: as if there is none
                return ()
        return self._agent.get_keys()

    def holds(self, file: Path) -> AgentKey | None:
        """Return the agent's copy of a key file whose public half lies beside it."""
        try:
            public = file.with_name(f"{file.name}.pub").read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError):
            return None
        return next((key for key in self.list() if key.get_base64() in public), None)

    def close(self) -> None:
        if self._agent is not None:
            self._agent.close()


def _load_key(file: Path, passphrase: Callable[[Path], str | None] | None) -> paramiko.PKey:
    """Load a private key of any kind. Raises VisitFailedError with the reason."""
    secret: str | None = None
    kinds: tuple[type[paramiko.PKey], ...] = (
        paramiko.Ed25519Key,
        paramiko.ECDSAKey,
        paramiko.RSAKey,
    )
    for kind in kinds:
        try:
            try:
                key = kind.from_private_key_file(str(file), secret)
            except paramiko.PasswordRequiredException:
                if secret is None and passphrase is not None:
                    secret = passphrase(file)
                if secret is None:
                    raise
                key = kind.from_private_key_file(str(file), secret)
        except paramiko.PasswordRequiredException as error:
            raise VisitFailedError(Reach.LOGIN_REFUSED, f"{file} needs a passphrase") from error
        except OSError as error:
            detail = f"key {file}: {error.strerror}"
            raise VisitFailedError(Reach.LOGIN_REFUSED, detail) from error
        except FOREIGN:
            continue
        _add_certificate(key, file.with_name(f"{file.name}-cert.pub"))
        return key
    wrong = f"{file} is no private key" if secret is None else f"wrong passphrase for {file}"
    raise VisitFailedError(Reach.LOGIN_REFUSED, wrong)


def _add_certificate(key: paramiko.PKey, file: Path) -> None:
    """Load the certificate that lies beside a key. Raises VisitFailedError for a damaged one."""
    if not file.exists():
        return
    try:
        key.load_certificate(str(file))
    except FOREIGN as error:
        said = getattr(error, "strerror", None) or "it is no certificate of that key"
        raise VisitFailedError(Reach.LOGIN_REFUSED, f"certificate {file}: {said}") from error


def _choose_algorithms(transport: paramiko.Transport, known: KnownHosts, login: Login) -> None:
    """Put curve25519 first, and the kinds of host key that known_hosts has for this node."""
    options = transport.get_security_options()
    options.kex = (KEX, *(kex for kex in options.kex if kex != KEX))
    kinds = {line.kind for line in known.keys(login.host, login.port)}
    if "ssh-rsa" in kinds:
        kinds |= {"rsa-sha2-512", "rsa-sha2-256"}
    offered = tuple(options.key_types)
    options.key_types = tuple(sorted(offered, key=lambda kind: kind not in kinds))


def _jumps(text: str, address: str) -> Node | None:
    """Read ProxyJump: "a,b" goes over a to b. Raises VisitFailedError."""
    if not text or text.lower() == "none":
        return None
    over: Node | None = None
    for hop in text.split(","):
        try:
            over = replace(single(hop.strip().removeprefix("ssh://")), jump=over)
        except InventoryError as error:
            raise VisitFailedError(
                Reach.UNREACHABLE, f"{address}: ProxyJump in ~/.ssh/config: {error}"
            ) from error
    return over


def _port(text: str, address: str) -> int:
    """Read a Port of ~/.ssh/config. Raises VisitFailedError."""
    if not text.isdecimal() or int(text[:6]) not in PORTS:
        raise VisitFailedError(
            Reach.UNREACHABLE, f"{address}: {text!r} in ~/.ssh/config is no port"
        )
    return int(text)


def _own_name() -> str:
    """Return the name of who runs netsnap. Raises VisitFailedError if the system knows none."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError as error:
        raise VisitFailedError(
            Reach.UNREACHABLE,
            f"no user to log in as: user {os.getuid()} has no name here, and neither the "
            "inventory nor ~/.ssh/config gives one",
        ) from error


def _read_config(path: Path) -> paramiko.SSHConfig:
    """Read ~/.ssh/config; no file is an empty one. Raises SshConfigError."""
    if not path.exists():
        return paramiko.SSHConfig()
    try:
        return paramiko.SSHConfig.from_path(str(path))
    except (paramiko.SSHException, OSError, UnicodeDecodeError) as error:
        raise SshConfigError(f"cannot read {path}: {error}") from error
