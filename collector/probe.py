"""What can be asked of a node. The list of all that *is* asked lies in ``parsers.catalogue``."""

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """Where a probe runs."""

    NODE = "node"  # once, in the node's own network namespace
    NETNS = "netns"  # in the host's and in every other network namespace of the node
    INTERFACE = "interface"  # in every network namespace, once for each of its interfaces


@dataclass(frozen=True, slots=True)
class Probe:
    """One question, written as the shell command that the node runs.

    ``command`` is POSIX sh. In an INTERFACE probe ``"$1"`` is the interface's name, and
    ``{interface}`` in ``shown`` stands for it. ``needs`` names the program without which the
    question is recorded as MISSING instead of being asked ("" means always ask). ``limit`` is
    the command's own time limit in seconds. ``waits_for`` names who answers, where that is not
    the program of ``needs``: once it used up a question's limit, later ones wait 2 seconds for it.
    """

    name: str
    command: str
    where: Where
    needs: str = ""
    limit: float = 10.0
    shown: str = ""
    waits_for: str = ""

    def text(self, subject: str = "") -> str:
        """Return the command as a person would type it, for one interface where it has one."""
        return (self.shown or self.command).replace("{interface}", subject)
