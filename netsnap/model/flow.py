"""A packet as packet filters see it: one that opens a connection, or its answer."""

from typing import NamedTuple

from netsnap.model.marks import ANY_MARK, NO_MARK, Mark
from netsnap.model.numbers import number

PING = "ping"
NEW, ESTABLISHED, UNTRACKED, INVALID = "new", "established", "untracked", "invalid"
STATES = frozenset({NEW, ESTABLISHED, UNTRACKED, INVALID})
"""What connection tracking may say of it: not yet seen by it is "invalid", too."""


class Service(NamedTuple):
    """Where a connection is opened to; the port that it is opened from is not known."""

    protocol: str  # tcp, udp
    port: int


class Flow(NamedTuple):
    """A packet at one hook. ``iif`` and ``oif`` are "" where it has none.

    Without a service it is a ping's. ``mark`` and ``states`` are what filters, and connection
    tracking, made of it so far: of several states one, which is not known.
    """

    source: str
    destination: str
    iif: str
    oif: str
    new: bool  # False for an answer
    service: Service | None = None
    mark: Mark = NO_MARK
    states: frozenset[str] = frozenset({INVALID})

    @property
    def protocol(self) -> str:
        """Its protocol's name, that of a ping whichever its family."""
        return self.service.protocol if self.service else PING

    @property
    def family(self) -> int:
        """Its address family."""
        return number(self.destination).family

    def joined(self, other: "Flow") -> "Flow":
        """Return what holds of the packet if it fared in the one way or the other."""
        if self == other:
            return self
        mark, states = self.mark.joined(other.mark), self.states | other.states
        return self._replace(mark=mark, states=states)

    def tracked(self, states: frozenset[str]) -> "Flow":
        """Return the packet behind connection tracking, which leaves alone what it is told to."""
        found = states if self.states - {UNTRACKED} else frozenset()
        return self._replace(states=found | self.states & {UNTRACKED})

    def of_any_fate(self) -> "Flow":
        """Return the packet with a mark and a state that are not known."""
        return self._replace(mark=ANY_MARK, states=STATES)
