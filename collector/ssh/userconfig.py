"""~/.ssh/config: what it, and SSH's own defaults, say of a node beside the inventory."""

import os
import pwd
import threading
from dataclasses import replace
from pathlib import Path

import paramiko

from collector.capture import Reach
from collector.errors import InventoryError, SshConfigError
from collector.inventory import PORTS, Node, single
from collector.knownhosts import SSH_PORT
from collector.login import Login, SshOptions, VisitFailedError
from collector.ssh.failures import FOREIGN, failure

IDENTITIES = ("id_ed25519", "id_ecdsa", "id_rsa")


class UserConfig:
    """How to log in to nodes. Safe for use by many threads."""

    def __init__(self, options: SshOptions) -> None:
        """Read ~/.ssh/config. Raises SshConfigError."""
        self._folder = options.folder.expanduser()
        self._system_known_hosts = options.system_known_hosts
        self._config = _read_config(self._folder / "config")
        self._lock = threading.Lock()

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
            known_hosts=tuple(f.expanduser() for f in mine) or (*usual, *self._system_known_hosts),
            over=self.login(over, beyond) if over else None,
        )

    def _configured(self, address: str) -> paramiko.SSHConfigDict:
        try:
            with self._lock:  # paramiko's config object is not made for threads
                return self._config.lookup(address)
        except FOREIGN as error:
            raise failure(error, address) from error


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
