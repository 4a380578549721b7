"""A packet as packet filters see it: one that opens a connection, or its answer."""

from typing import NamedTuple

from netsnap.model.marks import ANY_MARK, NO_MARK, Mark
from netsnap.model.numbers import number

PING = "ping"
NEW, ESTABLISHED, UNTRACKED, INVALID = "new", "established", "untracked", "invalid"
STATES = frozenset({NEW, ESTABLISHED, UNTRACKED, INVALID})
"""What connection tracking may say of it: not yet seen by it is "invalid", too."""


class Header(NamedTuple):
    """What a packet of TCP or UDP has that a ping has not.

    A port that is None is one that the kernel chose; flags that are None are not known.
    """

    protocol: str
    sport: int | None
    dport: int | None
    flags: frozenset[str] | None = None  # of TCP: syn, ack …


class Service(NamedTuple):
    """Where a connection is opened to, from a port that the kernel chooses."""

    protocol: str  # tcp, udp
    port: int

    @property
    def opening(self) -> Header:
        """The first packet's."""
        return Header(self.protocol, None, self.port, frozenset({"syn"}))

    @property
    def answer(self) -> Header:
        """That of the first answer, from a port where somebody listens."""
        return Header(self.protocol, self.port, None, frozenset({"syn", "ack"}))


class Sent(NamedTuple):
    """A packet as it leaves its sender. Without a header it is a ping's."""

    source: str
    destination: str
    new: bool  # False for an answer
    header: Header | None = None


class Flow(NamedTuple):
    """A packet at one hook. ``iif`` and ``oif`` are "" where it has none.

    ``mark`` and ``states`` are what filters, and connection tracking, made of it so far: of
    several states one, which is not known.
    """

    sent: Sent
    iif: str
    oif: str
    mark: Mark = NO_MARK
    states: frozenset[str] = frozenset({INVALID})

    @property
    def source(self) -> str:
        """The address that it says it is from."""
        return self.sent.source

    @property
    def destination(self) -> str:
        """The address that it goes to."""
        return self.sent.destination

    @property
    def new(self) -> bool:
        """Whether it opens a connection; False for an answer."""
        return self.sent.new

    @property
    def header(self) -> Header | None:
        """Its ports and flags, None for a ping."""
        return self.sent.header

    @property
    def protocol(self) -> str:
        """Its protocol's name, that of a ping whichever its family."""
        return self.header.protocol if self.header else PING

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
