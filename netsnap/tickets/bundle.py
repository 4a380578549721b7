"""The bundle as a file to upload: its name on the ticket, its size, its digest."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from netsnap.tickets.errors import TicketError

LARGEST = 1 << 30
"""Bytes. No tracker takes more by default, and nobody opens more from a ticket."""

_MEBIBYTE = 1 << 20
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file to upload. ``name`` is spelled so that every tracker keeps it, ``size`` in bytes."""

    path: Path
    name: str
    size: int
    sha256: str


def read_bundle(path: Path) -> Bundle:
    """Measure the file. Raises TicketError if it cannot be read, is empty or too large."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise TicketError(f"the bundle {path} cannot be read: {error.strerror}.") from error
    if not size:
        raise TicketError(f"the bundle {path} is empty.")
    check_size(size, LARGEST, "netsnap")
    return Bundle(path, _UNSAFE.sub("_", path.name), size, digest)


def check_size(size: int, limit: int, who: str) -> None:
    """Raise TicketError if a bundle of ``size`` bytes is over ``limit`` bytes."""
    if size > limit:
        raise TicketError(
            f"the bundle has {size / _MEBIBYTE:,.1f} MiB and {who} takes at most "
            f"{limit / _MEBIBYTE:,.1f} MiB; nothing was posted."
        )
