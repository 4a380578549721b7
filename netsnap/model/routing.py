"""A namespace's rules and tables by family; two snapshots that say the same of them share them."""

from collections.abc import Callable, Mapping, Sequence

from netsnap.model.fib import RoutingPolicy
from netsnap.model.numbers import IPV4, IPV6
from parsers.facts import Fact, Key
from parsers.records import Route, Rule

STANDARD_RULES = ((0, "local"), (32766, "main"), (32767, "default"))
"""What a kernel without policy routing does, which has no rules to list."""

RoutingPolicies = Mapping[int, RoutingPolicy]


def policies_of(
    facts: Sequence[Fact], markable: Callable[[], int], known: RoutingPolicies
) -> RoutingPolicies:
    """Sort a namespace's rules and routes by family.

    ``markable`` gives the bits of a packet's mark that may be set, where a rule asks for any.
    ``known`` are the policies of the same namespace in another snapshot, to take what is the same:
    a policy's facts have the right keys and records, but may be those of the other snapshot.
    """
    rules: dict[int, list[Fact]] = {IPV4: [], IPV6: []}
    routes: dict[int, list[Fact]] = {IPV4: [], IPV6: []}
    for fact in facts:
        record = fact.record
        if isinstance(record, Route):
            routes[record.family].append(fact)
        elif isinstance(record, Rule):
            rules[record.family].append(fact)
    if not any(rules.values()):
        rules = {family: _standard_rules(family, some) for family, some in routes.items()}
    bits = markable() if any(map(_asks_mark, rules[IPV4] + rules[IPV6])) else 0
    return {
        family: known[family]
        if family in known and known[family].is_of(rules[family], routes[family], bits)
        else RoutingPolicy(family, rules[family], routes[family], bits)
        for family in rules
    }


def _asks_mark(fact: Fact) -> bool:
    return isinstance(fact.record, Rule) and "fwmark" in fact.record.selector


def _standard_rules(family: int, routes: Sequence[Fact]) -> list[Fact]:
    """Return the three rules of a kernel that has no policy routing and prints none."""
    if not routes:
        return []
    (node, netns, *_), answer = routes[0].key, routes[0].answer
    rules = [Rule(family, at, "from all", f"lookup {table}") for at, table in STANDARD_RULES]
    return [Fact(Key(node, netns, Rule.kind, rule.identity), rule, answer, 0) for rule in rules]
