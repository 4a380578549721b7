"""Whether a node is who it says: its host key, held against known_hosts."""

import threading
from pathlib import Path

import paramiko

from collector import knownhosts
from collector.capture import Reach
from collector.knownhosts import KnownHosts
from collector.login import Login, SshOptions, VisitFailedError

KEX = "curve25519-sha256@libssh.org"


class HostKeys:
    """The known_hosts of one sweep, each read once. Safe for use by many threads."""

    def __init__(self, options: SshOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._read: dict[tuple[Path, ...], KnownHosts] = {}

    def choose_algorithms(self, transport: paramiko.Transport, login: Login) -> None:
        """Put curve25519 first, and the kinds of host key that known_hosts has for this node."""
        options = transport.get_security_options()
        options.kex = (KEX, *(kex for kex in options.kex if kex != KEX))
        kinds = {line.kind for line in self._known(login).keys(login.host, login.port)}
        if "ssh-rsa" in kinds:
            kinds |= {"rsa-sha2-512", "rsa-sha2-256"}
        offered = tuple(options.key_types)
        options.key_types = tuple(sorted(offered, key=lambda kind: kind not in kinds))

    def check(self, transport: paramiko.Transport, login: Login) -> None:
        """Raise VisitFailedError unless a node's key is known, or taken in this run."""
        known = self._known(login)
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

    def _known(self, login: Login) -> KnownHosts:
        with self._lock:
            if login.known_hosts not in self._read:
                self._read[login.known_hosts] = knownhosts.load(login.known_hosts)
            return self._read[login.known_hosts]
