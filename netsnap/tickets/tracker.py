"""What every ticket system does for netsnap."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol, Self

Section = Mapping[str, object]
"""One tracker's table of the configuration, as TOML reads it."""

Secrets = Callable[[str], str | None]
"""Looks up a secret by the name of its environment variable; None if it is not set."""


class Outcome(StrEnum):
    """What became of a comment or a bundle."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # the tracker had it already, to the byte


@dataclass(frozen=True, slots=True)
class Attached:
    """A report that is on its ticket. ``url`` leads a browser to the comment.

    ``shortened`` says that the tracker's limit cut the comment; the bundle always is whole.
    """

    url: str
    comment: Outcome
    bundle: Outcome
    shortened: bool = False

    @property
    def sentence(self) -> str:
        """One line for the terminal."""
        bundle = "was there already" if self.bundle is Outcome.UNCHANGED else "uploaded"
        cut = "; the comment is shortened to the tracker's limit" if self.shortened else ""
        return f"comment {self.comment}, bundle {bundle}{cut}: {self.url}"


class Tracker(Protocol):
    """A ticket system. ``name`` stands before the colon of a target, ``example`` is one."""

    name: ClassVar[str]
    example: ClassVar[str]

    @classmethod
    def configured(cls, section: Section, secrets: Secrets) -> Self:
        """Read the tracker's table. Raises TicketError on a missing, unknown or wrong setting."""
        ...

    def attach(self, issue: str, markdown: str, bundle: Path, *, key: str) -> Attached:
        """Post ``markdown`` as a comment of ``issue`` and upload ``bundle``.

        A comment that carries ``key`` already is updated in place, and a bundle that the issue
        has already, to the byte, is not uploaded again. Raises TicketError.
        """
        ...
