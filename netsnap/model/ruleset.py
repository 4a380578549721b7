"""One namespace's packet filter: what it does with a ping that crosses, as far as it was read.

Every base chain at a hook sees the packet; one that drops it is enough. Where a line is not
understood (a mark, an ipset of iptables), both may be, and the lines that then count are kept:
as long as they are the same in two snapshots, the packet fares alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from netsnap.model.filterfields import Flow
from netsnap.model.filterlines import End, Line, Sets, read_line
from netsnap.model.numbers import IPV4, IPV6
from parsers.facts import Fact
from parsers.records import FilterRule

FAMILIES = {"ip": (IPV4,), "ip6": (IPV6,), "inet": (IPV4, IPV6), "netdev": (IPV4, IPV6)}
ELEMENT = "element "

ALL_ENDS = frozenset({End.ACCEPT, End.DROP, End.NEXT})
DEEPEST = 64
"""Chains below each other that are followed; the kernel takes 16 (NFT_JUMP_STACK_SIZE)."""


class Judgement(NamedTuple):
    """``drop`` is the line that surely ends the packet. ``doubts`` are the lines that may."""

    drop: Fact | None = None
    doubts: tuple[str, ...] = ()


PASSED = Judgement()


@dataclass(frozen=True)
class Base:
    """A chain that hangs on a hook; ``device`` is that of netdev's, "" elsewhere."""

    fact: Fact
    table: str
    chain: str
    kind: str
    hook: str
    device: str
    drops: bool

    @classmethod
    def of(cls, fact: Fact, rule: FilterRule) -> "Base | None":
        """Read the line "type filter hook forward priority 0; policy drop"."""
        words = rule.rule.replace(";", " ").replace(",", " ").split()
        if words[:1] != ["type"] or "hook" not in words[:4] or "priority" not in words:
            return None
        after = dict(pairwise(words))
        device = " ".join(words[4 : words.index("priority")])
        drops = after.get("policy") == "drop"
        return cls(fact, rule.table, rule.chain, words[1], words[3], device, drops)

    def sees(self, hook: str, flow: Flow) -> bool:
        """Say whether a packet at a hook gets here."""
        if self.hook != hook or flow.family not in FAMILIES.get(self.table.split()[0], ()):
            return False
        if self.kind == "nat" and not flow.new:
            return False  # an answer goes back as its connection came
        if self.table.startswith("netdev") or hook in ("ingress", "egress"):
            return f'"{flow.iif if hook == "ingress" else flow.oif}"' in self.device
        return True


class Ruleset:
    """All tables of a namespace.

    One that was not wholly read decides nothing: that it was not is the doubt then.
    """

    def __init__(self, facts: Iterable[Fact], *, readable: bool, name: str) -> None:
        self._unread = Judgement(None, () if readable else (f"the filter of {name} was not read",))
        self._bases: list[Base] = []
        self._lines: dict[tuple[str, str], list[tuple[Fact, str, Line]]] = defaultdict(list)
        self._sets: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        self._known: dict[tuple[str, Flow], Judgement] = {}
        self.asks_addresses = False
        for fact in sorted(facts, key=lambda each: each.line):
            if isinstance(fact.record, FilterRule):
                self._take(fact, fact.record)

    def _take(self, fact: Fact, rule: FilterRule) -> None:
        sort, _, name = rule.chain.rpartition(" ")
        if sort in ("set", "map"):
            held = self._sets[rule.table].get(name, ())
            new = (rule.rule,) if rule.rule.startswith(ELEMENT) else rule.elements
            self._sets[rule.table][name] = (*held, *map(_element, new))
            return
        base = Base.of(fact, rule)
        if base is not None:
            self._bases.append(base)
        elif rule.chain and not sort:
            self._lines[rule.table, rule.chain].append((fact, rule.rule, read_line(rule.rule)))
            self.asks_addresses |= "addr" in rule.rule

    def __bool__(self) -> bool:
        """Say whether a packet has anything to fear of it."""
        return bool(self._bases or self._unread.doubts)

    def judge(self, hooks: Iterable[str], flow: Flow) -> Judgement:
        """Say what becomes of a packet at these hooks."""
        if self._unread.doubts:
            return self._unread
        if not self.asks_addresses:
            flow = flow._replace(source="", destination=_any_of(flow.family))
        doubts: list[str] = []
        for hook in hooks:
            key = (hook, flow)
            if key not in self._known:
                self._known[key] = self._at(hook, flow)
            if self._known[key].drop is not None:
                return self._known[key]
            doubts += self._known[key].doubts
        return Judgement(None, tuple(doubts)) if doubts else PASSED

    def _at(self, hook: str, flow: Flow) -> Judgement:
        doubts: list[str] = []
        for base in self._bases:
            if base.sees(hook, flow):
                run = Run(self._lines, base.table, flow, self._sets[base.table])
                ends = run.chain(base.chain)
                if End.NEXT in ends:
                    ends = (ends - {End.NEXT}) | {End.DROP if base.drops else End.ACCEPT}
                if ends == {End.DROP}:
                    return Judgement(run.dropped or base.fact)
                if ends != {End.ACCEPT}:
                    doubts += run.steps
        return Judgement(None, tuple(doubts))


class Run:
    """One packet's way through one base chain. ``steps`` are the lines that counted."""

    def __init__(
        self,
        lines: Mapping[tuple[str, str], list[tuple[Fact, str, Line]]],
        table: str,
        flow: Flow,
        sets: Sets,
    ) -> None:
        self._lines, self._table, self._flow, self._sets = lines, table, flow, sets
        self.steps: list[str] = []
        self.dropped: Fact | None = None
        self._left: dict[str, frozenset[End]] = {}
        self._depth = 0

    def chain(self, name: str) -> frozenset[End]:
        """Return how the packet may leave a chain; NEXT is its end, or ``return``.

        Each is walked once, so that the cost follows the lines. The kernel takes no circle of
        jumps and none that go too deep: in a text that has one, everything is possible.
        """
        if name not in self._left:
            if self._depth >= DEEPEST:
                return ALL_ENDS
            self._left[name] = ALL_ENDS
            self._depth += 1
            self._left[name] = self._walk(name)
            self._depth -= 1
        return self._left[name]

    def _walk(self, name: str) -> frozenset[End]:
        found: set[End] = set()
        for fact, text, line in self._lines.get((self._table, name), ()):
            fits = line.fits(self._flow, self._sets)
            if fits is False:
                continue
            ends = self._ends(line, fact)
            if line.vague or ends != {End.NEXT}:
                self.steps.append(" ".join((self._table, name, text, *self._elements(text))))
            found |= ends - {End.NEXT}
            if fits and End.NEXT not in ends:
                return _left(found)
        return _left(found | {End.NEXT})

    def _ends(self, line: Line, fact: Fact) -> frozenset[End]:
        if line.end is End.MAPPED:
            chosen = line.choose(self._flow, self._sets) if line.choose else None
            # A map's verdict is no map again: what says so is no text of nft's.
            told = chosen is not None and chosen.end is not End.MAPPED
            return self._ends(chosen, fact) if chosen is not None and told else ALL_ENDS
        if line.end is End.JUMP:
            return self.chain(line.target)
        if line.end is End.GOTO:
            ends = self.chain(line.target)
            return (ends - {End.NEXT}) | {End.RETURN} if End.NEXT in ends else ends
        if line.end is End.DROP:
            self.dropped = fact
        return frozenset({line.end})

    def _elements(self, text: str) -> Iterator[str]:
        """What the sets hold that a line names: they are part of what it says."""
        for word in text.split():
            yield from sorted(self._sets.get(word[1:], ())) if word.startswith("@") else ()


def _left(ends: Iterable[End]) -> frozenset[End]:
    return frozenset(End.NEXT if end is End.RETURN else end for end in ends)


def _element(text: str) -> str:
    """Return an element without its own counter, timeout and comment."""
    key, mapped, verdict = text.removeprefix(ELEMENT).partition(" : ")
    return f"{key.split()[0] if not key.startswith(chr(34)) else key}{mapped}{verdict}"


def _any_of(family: int) -> str:
    return "0.0.0.0" if family == IPV4 else "::"  # noqa: S104 - no address to listen on
