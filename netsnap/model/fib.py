"""What one namespace's rules and tables decide about a packet, as Linux looks it up.

Rules in order of priority; in each table the longest prefix first, then the smallest metric. A
table that has nothing, or a ``throw``, sends the look-up on to the next rule. A route whose next
hops are all dead is passed over for the next one, down to shorter prefixes
(net/ipv4/fib_trie.c, net/core/fib_rules.c).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from netsnap.model.fwmark import ALL_BITS
from netsnap.model.numbers import IPV4, WIDTH, Number, block, number
from netsnap.model.selector import ANY, Selector
from parsers.facts import Fact
from parsers.records import NextHop, Route, Rule


class Packet(NamedTuple):
    """Where a packet comes from and goes to; addresses without length."""

    source: str
    destination: str


def is_plain(hop: NextHop) -> bool:
    """Say whether a next hop is a gateway, and nothing that its route says of it bears on it."""
    return bool(hop.gateway) and not hop.encap and "linkdown" not in hop.flags


class Action(StrEnum):
    """What a look-up ends in."""

    LOCAL = "local"
    FORWARD = "forward"
    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"
    NOTHING = "nothing"  # no rule and no table has a route
    UNKNOWN = "unknown"


ENDS = {
    "local": Action.LOCAL,
    "anycast": Action.LOCAL,
    "blackhole": Action.BLACKHOLE,
    "unreachable": Action.UNREACHABLE,
    "prohibit": Action.PROHIBIT,
}
"""Route types and rule actions that end a look-up."""

PASSED_ON = "throw"
PRIORITY = re.compile(r"[0-9]{1,10}")
LENGTH = re.compile(r"[0-9]{1,3}")
NO_SOURCE = frozenset({"", "default", "::/0"})
PLAIN_TOS = frozenset({"", "0", "0x00", "default"})


class Member(NamedTuple):
    """One next hop and the route it stands in."""

    hop: NextHop
    route: Fact


class Decision(NamedTuple):
    """How a look-up ended, and the route or rule that decided. ``reason`` only where UNKNOWN."""

    action: Action
    fact: Fact | None = None
    members: tuple[Member, ...] = ()
    reason: str = ""


Line = tuple[Fact, Route]
"""A route and the fact that tells of it."""

NOTHING = Decision(Action.NOTHING)
THROWN = Decision(Action.NOTHING, reason="throw")
"""The table's word that the next rule is to decide."""


class Table:
    """One routing table of one family, for look-ups by longest prefix."""

    def __init__(self, family: int, routes: Iterable[Line]) -> None:
        self.family = family
        self._by_length: dict[int, dict[int, list[Line]]] = {}
        width = WIDTH[family]
        for line in routes:
            if line[1].tos in PLAIN_TOS:
                _, bits, length = block(line[1].prefix)
                bits >>= width - length
                same = self._by_length.get(length)
                if same is None:
                    same = self._by_length[length] = {}
                if bits in same:
                    same[bits].append(line)
                else:
                    same[bits] = [line]
        self._lengths = sorted(self._by_length, reverse=True)
        self._decided: dict[int, dict[int, Decision | None]] = {each: {} for each in self._lengths}

    def look_up(self, destination: Number, shortest: int = 0) -> Decision | None:
        """Return what the table decides, None if it has nothing or says ``throw``.

        Prefixes shorter than ``shortest`` do not count (``suppress_prefixlength``).
        """
        width = WIDTH[self.family]
        for length in self._lengths:
            if length < shortest:
                return None
            bits = destination.bits >> (width - length)
            if bits in self._by_length[length]:
                decision = self._decide(length, bits)
                if decision is not None:
                    return None if decision is THROWN else decision
        return None

    def sweep(
        self, within: Callable[[int], Mapping[int, int]], wanted: int, shortest: int = 0
    ) -> Iterator[tuple[Decision, int]]:
        """Look up many at once: yield each decision and the set of those that it is about.

        ``within`` gives those that begin with the same bits of a length; of those that are not
        ``wanted``, and of those that the table has nothing for, nothing is yielded.
        """
        for length in self._lengths:
            if length < shortest or not wanted:
                return
            sets = within(length)
            decided = self._decided[length]
            for bits in self._by_length[length].keys() & sets.keys():
                some = sets[bits] & wanted
                if not some:
                    continue
                decision = decided[bits] if bits in decided else self._decide(length, bits)
                if decision is None:
                    continue
                wanted ^= some
                if decision is not THROWN:
                    yield decision, some

    def _decide(self, length: int, bits: int) -> Decision | None:
        """Return what one prefix decides, None if all its next hops are dead; found once."""
        decided = self._decided[length]
        if bits not in decided:
            routes = self._by_length[length][bits]
            if len(routes) == 1:
                decided[bits] = _choose(routes, self.family)
            else:
                routes = sorted(routes, key=lambda each: each[1].metric or 0)
                found = (_choose(group, self.family) for group in _by_metric(routes))
                decided[bits] = next((each for each in found if each is not None), None)
        return decided[bits]


def _by_metric(routes: Iterable[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for fact, route in routes:
        if group and (route.metric or 0) != (group[0][1].metric or 0):
            yield group
            group = []
        group.append((fact, route))
    if group:
        yield group


def _choose(group: list[Line], family: int) -> Decision | None:
    """Return what routes of one prefix and metric decide; None if all their next hops are dead.

    IPv4 takes the first of them, IPv6 spreads over all.
    """
    members: list[Member] = []
    for fact, route in group:
        if route.type != "unicast" or route.from_prefix not in NO_SOURCE or not route.next_hops:
            return _other(fact, route)
        members += [Member(hop, fact) for hop in route.next_hops if "dead" not in hop.flags]
        if members and family == IPV4:
            break
    return Decision(Action.FORWARD, members[0].route, tuple(members)) if members else None


def _other(fact: Fact, route: Route) -> Decision:
    """Return what a route decides that gives no next hop, or not to all packets."""
    if route.from_prefix not in NO_SOURCE:
        reason = f"{route.prefix} from {route.from_prefix} depends on the source"
    elif route.type == PASSED_ON:
        return THROWN
    elif route.type in ENDS:
        return Decision(ENDS[route.type], fact)
    elif route.type != "unicast":
        reason = f"{route.prefix} is a {route.type} route"
    else:
        reason = f"{route.prefix} shows no next hop"
    return Decision(Action.UNKNOWN, fact, reason=reason)


@dataclass(frozen=True, slots=True)
class Step:
    """One rule, ready to be applied: what it selects, and which one of the rest it does."""

    fact: Fact
    rule: Rule
    selector: Selector
    table: str = ""  # look up here, prefixes shorter than ``shortest`` left out
    shortest: int = 0
    goto: int | None = None  # go on with the first rule of this priority or a later one
    end: Decision | None = None

    @classmethod
    def of(cls, fact: Fact, rule: Rule, bits: int) -> "Step":
        """Read a rule; ``bits`` of a packet's mark may be set."""
        selector = Selector.of(rule.selector, bits)
        verb, _, rest = rule.action.partition(" ")
        word = rest.split()[0] if rest.split() else ""
        if verb in ("lookup", "table") and word and not word.startswith("["):
            return cls(fact, rule, selector, table=word, shortest=_shortest(rule))
        if verb == "goto" and PRIORITY.fullmatch(word):
            return cls(fact, rule, selector, goto=int(word))
        if verb in ("nop", PASSED_ON):
            return cls(fact, rule, selector)
        if verb in ENDS:
            return cls(fact, rule, selector, end=Decision(ENDS[verb], fact))
        reason = f'the model does not know what rule {rule.priority}\'s "{rule.action}" does'
        end = Decision(Action.UNKNOWN, fact, reason=reason)
        return cls(fact, rule, selector, end=end)


class RoutingPolicy:
    """The rules and tables of one namespace and family.

    ``bits`` are those of a packet's mark that may be set there.
    """

    def __init__(
        self, family: int, rules: Iterable[Fact], routes: Iterable[Fact], bits: int = ALL_BITS
    ) -> None:
        self.family = family
        self._rules, self._bits = tuple(rules), bits
        steps = (
            Step.of(fact, fact.record, bits)
            for fact in self._rules
            if isinstance(fact.record, Rule)
        )
        self._steps = sorted(steps, key=lambda step: step.rule.priority)
        self._routes = [(fact, fact.record) for fact in routes if isinstance(fact.record, Route)]
        self.selects_source = any(step.selector.asks_source for step in self._steps)
        self.selects_ingress = any(step.selector.asks_ingress for step in self._steps)
        self._asks_nothing = all(each.selector is ANY and each.table for each in self._steps)

    def is_of(self, rules: Sequence[Fact], routes: Sequence[Fact], bits: int) -> bool:
        """Say whether these have its own records: equal rules, and routes that are the same."""
        return (
            (bits, len(rules), len(routes)) == (self._bits, len(self._rules), len(self._routes))
            and all(own.record == fact.record for own, fact in zip(self._rules, rules, strict=True))
            and all(own is fact.record for (_, own), fact in zip(self._routes, routes, strict=True))
        )

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """All tables by name."""
        names: dict[str, list[Line]] = {}
        for fact, route in self._routes:
            names.setdefault(route.table, []).append((fact, route))
        return {name: Table(self.family, routes) for name, routes in names.items()}

    def decide(self, packet: Packet, ingress: str) -> Decision:
        """Look a packet up. ``ingress`` is "" for a packet that begins here."""
        destination = number(packet.destination)
        if self._asks_nothing:
            return self._first(destination)
        resume = -1
        for step in self._steps:
            if step.rule.priority < resume:
                continue
            fits = step.selector.fits(packet.source, destination, ingress)
            if fits is False:
                continue
            decision = self._act(step, destination)
            if fits is None and (decision is not None or step.goto is not None):
                said = f"{step.rule.priority} ({step.rule.selector})"
                reason = f"nothing shows whether rule {said} applies"
                return Decision(Action.UNKNOWN, step.fact, reason=reason)
            if decision is not None:
                return decision
            resume = resume if step.goto is None else step.goto
        return NOTHING

    def _first(self, destination: Number) -> Decision:
        """Look through the tables in order, as all rules say that no condition has."""
        for table, shortest in self.plain_tables or ():
            decision = table.look_up(destination, shortest)
            if decision is not None:
                return decision
        return NOTHING

    @cached_property
    def plain_tables(self) -> tuple[tuple[Table, int], ...] | None:
        """The tables in order, and the shortest prefixes that count; None if rules ask for more."""
        if not self._asks_nothing:
            return None
        return tuple(
            (self.tables[step.table], step.shortest)
            for step in self._steps
            if step.table in self.tables
        )

    def _act(self, step: Step, destination: Number) -> Decision | None:
        table = self.tables.get(step.table) if step.table else None
        return step.end if table is None else table.look_up(destination, step.shortest)


def _shortest(rule: Rule) -> int:
    """Return the shortest prefix length that counts, from ``suppress_prefixlength N``."""
    words = " ".join((rule.action, *rule.attributes)).split()
    for name, value in pairwise(words):
        if name in ("suppress_prefixlength", "suppress_prefixlen") and LENGTH.fullmatch(value):
            return int(value) + 1
    return 0
