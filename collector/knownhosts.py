"""known_hosts files, as sshd(8) specifies them ("SSH_KNOWN_HOSTS FILE FORMAT").

Parsed once a file, looked up many times: parsing them for each connection would make the cost of
a sweep quadratic in the number of nodes. Hashed names, ``[host]:port``, patterns, ``!`` and
``@revoked`` are understood; ``@cert-authority`` lines are left out, as paramiko has no host
certificates.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

SSH_PORT = 22
_FIELDS = 3


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of a line. ``where`` is "FILE:LINE"; ``blob`` is the public key in wire format."""

    kind: str
    blob: bytes
    where: str
    revoked: bool = False


@dataclass(slots=True)
class KnownHosts:
    """The lines of some files.

    ``missing`` are the files that are not there, ``unreadable`` those that are and could not be
    read, each with the reason: what these hold nobody knows.
    """

    missing: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    _plain: dict[str, list[KnownKey]] = field(default_factory=dict)
    _hashed: list[tuple[bytes, bytes, KnownKey]] = field(default_factory=list)
    _patterns: list[tuple[tuple[str, ...], KnownKey]] = field(default_factory=list)

    def keys(self, host: str, port: int) -> list[KnownKey]:
        """Return the keys that the files hold for a host, in their order of kind."""
        name = (host if port == SSH_PORT else f"[{host}]:{port}").lower()
        found = list(self._plain.get(name, ()))
        found += [
            key
            for salt, digest, key in self._hashed
            if hmac.compare_digest(hmac.digest(salt, name.encode(), "sha1"), digest)
        ]
        found += [key for patterns, key in self._patterns if _matches(name, patterns)]
        return found

    def read(self, path: Path) -> None:
        """Add a file's lines. One that is not there holds no keys; one not readable, who knows."""
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, NotADirectoryError) as error:
            self.missing.append(f"{path}: {error.strerror}")
            return
        except OSError as error:
            self.unreadable.append(f"{path}: {error.strerror}")
            return
        for number, line in enumerate(text.splitlines(), start=1):
            self._add(line.split(), f"{path}:{number}")

    def _add(self, words: list[str], where: str) -> None:
        revoked = bool(words) and words[0] == "@revoked"
        if revoked:
            words = words[1:]
        if len(words) < _FIELDS or words[0].startswith(("#", "@")):
            return
        try:
            key = KnownKey(words[1], base64.b64decode(words[2], validate=True), where, revoked)
        except binascii.Error:
            return
        if words[0].startswith("|1|"):
            self._add_hashed(words[0], key)
            return
        names = tuple(words[0].lower().split(","))
        if any(re.search(r"[*?!]", name) for name in names):
            self._patterns.append((names, key))
        else:
            for name in names:
                self._plain.setdefault(name, []).append(key)

    def _add_hashed(self, name: str, key: KnownKey) -> None:
        salt, _, digest = name.removeprefix("|1|").partition("|")
        try:
            self._hashed.append((base64.b64decode(salt), base64.b64decode(digest), key))
        except binascii.Error:
            return


def load(paths: Iterable[Path]) -> KnownHosts:
    """Read known_hosts files together."""
    known = KnownHosts()
    for path in paths:
        known.read(path)
    return known


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    # "[" opens a host with a port here, not a set of characters as in fnmatch.
    hits = [
        pattern
        for pattern in patterns
        if fnmatchcase(name, pattern.lstrip("!").replace("[", "[[]"))
    ]
    return bool(hits) and not any(pattern.startswith("!") for pattern in hits)
