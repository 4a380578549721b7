"""One namespace's packet filters: what they do with a packet that crosses, as far as it was read.

Every base chain at a hook sees the packet, in the order of their priorities; one that drops it is
enough. Where a line is not understood (``-m statistic``, a mark that something else gave), both may
be, and the lines that then count are kept: as long as they are the same in two snapshots, the
packet fares alike.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from netsnap.model.basechains import CONNTRACK, TRACKING, Base
from netsnap.model.chains import Chains
from netsnap.model.chainwalk import Run
from netsnap.model.filterlines import End
from netsnap.model.flow import ESTABLISHED, INVALID, NEW, UNTRACKED, Flow
from netsnap.model.lookups import Lookups
from netsnap.model.numbers import IPV4
from parsers.facts import Fact
from parsers.records import FilterRule, IpSet, IpSetMember, IptablesRule

KINDS = (FilterRule, IptablesRule, IpSet, IpSetMember)
"""What packet filters are told by."""
_WHAT = {FilterRule.kind: "the filter", IptablesRule.kind: "the filter of iptables"}
_ASKS = re.compile(r"addr|rpfilter|(?:^| )-[sd] |range|--match-set| @")
"""Words by which a line tells packets apart by who sends them to whom."""
_TRACKS = re.compile(r"\bct |conntrack|-m state|connmark")
"""Words by which a line has connections tracked; chains of nat have, too."""


class Judgement(NamedTuple):
    """``drop`` is the line that surely ends the packet. ``doubts`` are the lines that may."""

    drop: Fact | None = None
    doubts: tuple[str, ...] = ()


class Ruleset:
    """All tables of a namespace.

    Of a program that was not wholly read nothing is decided: that it was not is the doubt then.
    """

    def __init__(
        self, facts: Iterable[Fact], sees: Callable[[str], bool], name: str, lookups: Lookups
    ) -> None:
        seen = {kind.kind for kind in KINDS if sees(kind.kind)}
        self._unread = tuple(
            f"{what} of {name} was not read" for kind, what in _WHAT.items() if kind not in seen
        )
        self._chains = Chains(
            (fact for fact in facts if fact.record.kind in seen),
            lookups,
            sets_readable={IpSet.kind, IpSetMember.kind} <= seen,
        )
        texts = [step.text for some in self._chains.steps.values() for step in some]
        self.asks_addresses = any(_ASKS.search(text) for text in texts)
        self.tracks = bool(
            self._unread
            or any(base.kind == "nat" for base in self._chains.bases)
            or any(_TRACKS.search(text) for text in texts)
        )
        self._untracks = any("notrack" in text.lower() for text in texts)
        self._known: dict[tuple[Sequence[str], Flow], Judgement] = {}

    def __bool__(self) -> bool:
        """Say whether a packet has anything to fear of it."""
        return bool(self._chains.bases or self._unread)

    def judge(self, hooks: Sequence[str], flow: Flow) -> Judgement:
        """Say what becomes of a packet at these hooks, one after the other."""
        if not self.asks_addresses:
            nobody = flow.sent._replace(source="", destination=_any_of(flow.family))
            flow = flow._replace(sent=nobody)
        if self._unread:
            flow = flow.of_any_fate()
        key = (tuple(hooks), flow)
        if key not in self._known:
            self._known[key] = _Crossing(self._chains, self._states(hooks, flow)).judge(
                hooks, flow, self._unread
            )
        return self._known[key]

    def _states(self, hooks: Sequence[str], flow: Flow) -> frozenset[str]:
        """Return what connection tracking makes of the packet if it is to look at it.

        An answer to what was not tracked is new, or nothing that can begin a connection.
        """
        if flow.new:
            return frozenset({NEW})
        if not self._untracks:
            return frozenset({ESTABLISHED})
        to = flow.source or _any_of(flow.family)
        sent = flow.sent._replace(source=flow.destination, destination=to, new=True)
        asked = flow._replace(sent=sent, iif=flow.oif, oif=flow.iif)
        hook = "output" if "input" in hooks else "prerouting"
        found = _Crossing(self._chains, frozenset({NEW})).tracked(hook, asked)
        alone = NEW if flow.protocol == "udp" else INVALID
        known = {NEW: ESTABLISHED, UNTRACKED: alone}
        return frozenset(known.get(each, alone) for each in found)


class _Crossing:
    """One packet's way through a namespace's base chains."""

    def __init__(self, chains: Chains, states: frozenset[str]) -> None:
        self._chains = chains
        self._states = states
        self._marking: list[str] = []
        self._doubts: list[str] = []

    def judge(self, hooks: Iterable[str], flow: Flow, unread: tuple[str, ...]) -> Judgement:
        for hook in hooks:
            early, late = self._bases(hook, flow)
            for base in early:
                drop, flow = self._through(base, flow)
                if drop is not None:
                    return Judgement(drop)
            if hook in TRACKING:
                flow = flow.tracked(self._states)
            for base in late:
                drop, flow = self._through(base, flow)
                if drop is not None:
                    return Judgement(drop)
        return Judgement(None, (*unread, *self._doubts))

    def tracked(self, hook: str, flow: Flow) -> frozenset[str]:
        """Return what connection tracking says of a packet that it sees first at a hook."""
        for base in self._bases(hook, flow)[0]:
            _, flow = self._through(base, flow)
        return flow.tracked(self._states).states

    def _bases(self, hook: str, flow: Flow) -> tuple[list[Base], list[Base]]:
        """Return the chains at a hook, those before connection tracking first."""
        seeing = [base for base in self._chains.bases if base.sees(hook, flow)]
        early = [base for base in seeing if hook in TRACKING and base.priority <= CONNTRACK]
        return early, seeing[len(early) :]

    def _through(self, base: Base, flow: Flow) -> tuple[Fact | None, Flow]:
        """Return the line that surely drops the packet, None if none does, and the packet."""
        run = Run(self._chains, base.table)
        ends = dict(run.chain(base.chain, flow))
        if End.NEXT in ends:
            end, left = End.DROP if base.drops else End.ACCEPT, ends.pop(End.NEXT)
            ends[end] = ends[end].joined(left) if end in ends else left
        if ends.keys() == {End.DROP}:
            return run.dropped or base.fact, flow
        if ends.keys() != {End.ACCEPT}:
            self._doubts += (*self._marking, *run.steps)
        self._marking += run.marking
        return None, ends.get(End.ACCEPT, flow.of_any_fate())


def _any_of(family: int) -> str:
    return "0.0.0.0" if family == IPV4 else "::"  # noqa: S104 - no address to listen on
