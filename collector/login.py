"""What it takes to log in to a node, and what a login that failed leaves behind. No SSH in here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from collector.capture import Reach

Passphrase = Callable[[Path], str | None]
"""Asked for the passphrase of a key file, at most once a file; None is "I have none"."""


@dataclass(frozen=True, slots=True)
class SshOptions:
    """How logins are done in this run.

    ``connect_limit`` is seconds for the way from TCP to the open channel. ``accept_unknown`` and
    ``accept_changed`` trust host keys for this run only; nothing is written to known_hosts.
    ``folder`` is the user's ~/.ssh: config, known_hosts, id_*. ``agent`` lets the keys of the
    agent at SSH_AUTH_SOCK be used.
    """

    connect_limit: float = 10.0
    accept_unknown: bool = False
    accept_changed: bool = False
    agent: bool = True
    passphrase: Passphrase | None = None
    folder: Path = Path("~/.ssh")
    system_known_hosts: tuple[Path, ...] = (Path("/etc/ssh/ssh_known_hosts"),)


@dataclass(frozen=True, slots=True)
class Login:
    """A node with everything filled in that the inventory left to ~/.ssh/config and to SSH.

    ``keys`` are tried in order; ``named`` says that the user chose them, so that no others are
    tried. ``over`` is the login of the node on the way.
    """

    host: str
    port: int
    user: str
    keys: tuple[Path, ...]
    named: bool
    known_hosts: tuple[Path, ...]
    over: "Login | None" = None

    def __str__(self) -> str:
        """Return it as ``user@host:port``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}:{self.port}"


class VisitFailedError(Exception):
    """Why a visit ended; carried to the Visit and never further. The text is one sentence."""

    def __init__(self, reach: Reach, detail: str) -> None:
        super().__init__(detail)
        self.reach = reach
        self.detail = detail


def quoted(data: bytes, limit: int = 300) -> str:
    """Return the last words of a node as one line that no terminal can misread."""
    text = data.decode("utf-8", "backslashreplace").strip()
    line = re.sub(r"\s+", " ", text)
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    return safe if len(safe) <= limit else "…" + safe[-limit:]
