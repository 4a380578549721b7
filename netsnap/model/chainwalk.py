"""One packet's way through one chain and those that it jumps to."""

from collections.abc import Mapping

from netsnap.model.chains import Chains, Step
from netsnap.model.filterlines import End, Line
from netsnap.model.flow import Flow
from parsers.facts import Fact

DEEPEST = 64
"""Chains below each other that are followed; the kernel takes 16 (NFT_JUMP_STACK_SIZE)."""

Ends = Mapping[End, Flow]
"""How a packet may leave a chain, and what it has become by then."""


class Run:
    """``steps`` are the lines that counted, ``marking`` those that made the packet another."""

    def __init__(self, chains: Chains, table: str) -> None:
        self._chains, self._table = chains, table
        self._sets = chains.sets_of(table)
        self.steps: list[str] = []
        self.marking: list[str] = []
        self.dropped: Fact | None = None
        self._left: dict[tuple[str, Flow], Ends] = {}
        self._depth = 0

    def chain(self, name: str, flow: Flow) -> Ends:
        """Return how the packet may leave a chain; NEXT is its end, or ``return``.

        Each is walked once, so that the cost follows the lines. The kernel takes no circle of
        jumps and none that go too deep: in a text that has one, everything is possible.
        """
        key = (name, flow)
        if key not in self._left:
            if self._depth >= DEEPEST:
                return _anyhow(flow)
            self._left[key] = _anyhow(flow)
            self._depth += 1
            self._left[key] = self._walk(name, flow)
            self._depth -= 1
        return self._left[key]

    def _walk(self, name: str, flow: Flow) -> Ends:
        found: dict[End, Flow] = {}
        for step in self._chains.steps.get((self._table, name), ()):
            line = step.line
            fits = line.fits(flow, self._sets)
            if fits is False:
                continue
            ends = self._ends(line, step.fact, line.act(flow) if line.act else flow)
            self._note(name, step, ends)
            for end, left in ends.items():
                if end is not End.NEXT:
                    _join(found, end, left)
            if fits and End.NEXT not in ends:
                return _left(found)
            if End.NEXT in ends:
                flow = ends[End.NEXT] if fits else flow.joined(ends[End.NEXT])
        _join(found, End.NEXT, flow)
        return _left(found)

    def _note(self, name: str, step: Step, ends: Ends) -> None:
        """Keep a line that may count, with what the sets hold that it asks."""
        line = step.line
        if line.vague or line.act or ends.keys() != {End.NEXT}:
            asked = (each for name in line.names for each in self._sets.members(name))
            text = " ".join((self._table, name, step.text, *asked))
            self.steps.append(text)
            self.marking += [text] if line.act else []

    def _ends(self, line: Line, fact: Fact, flow: Flow) -> Ends:
        if line.end is End.MAPPED:
            chosen = line.choose(flow, self._sets) if line.choose else None
            # A map's verdict is no map again: what says so is no text of nft's.
            told = chosen is not None and chosen.end is not End.MAPPED
            return self._ends(chosen, fact, flow) if chosen and told else _anyhow(flow)
        if line.end is End.JUMP:
            return self.chain(line.target, flow)
        if line.end is End.GOTO:
            ends = dict(self.chain(line.target, flow))
            if End.NEXT in ends:
                _join(ends, End.RETURN, ends.pop(End.NEXT))
            return ends
        if line.end is End.DROP:
            self.dropped = fact
        return {line.end: flow}


def _anyhow(flow: Flow) -> Ends:
    return dict.fromkeys((End.ACCEPT, End.DROP, End.NEXT), flow.of_any_fate())


def _join(found: dict[End, Flow], end: End, flow: Flow) -> None:
    found[end] = found[end].joined(flow) if end in found else flow


def _left(found: dict[End, Flow]) -> Ends:
    if End.RETURN in found:
        _join(found, End.NEXT, found.pop(End.RETURN))
    return found
