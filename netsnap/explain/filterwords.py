"""Changes of packet filters and ipsets in words: first the lines that can have cut somebody off."""

from collections import Counter
from collections.abc import Iterable, Sequence

from netsnap.diff.changes import Alteration, Change
from netsnap.explain.events import Event, World, record_of
from netsnap.explain.tell import clause, subject
from parsers.facts import Facts, Key
from parsers.records import FilterRule, IpSetMember, IptablesRule

ENDS = frozenset({"drop", "reject"})
TOLD = 2
"""Rules of one change of a filter that are told; members of a set, one more."""
_ANY, _WEAK = 3, 2
_LEADS = ("jump", "goto", "return")


def weight(change: Change) -> int:
    """Return 0 for what ends packets now, 1 for what let them through, more for all else."""
    record = record_of(change)
    if not isinstance(record, FilterRule | IptablesRule):
        return _ANY
    if change.alteration is not Alteration.REMOVED:
        return 0 if record.verdict in ENDS else _ANY
    if record.verdict == "accept":
        return 1
    return _WEAK if record.verdict.split(" ")[0] in _LEADS else _ANY


def filter_words(event: Event, world: World) -> str:
    """Tell what changed in a packet filter: how much, and the rules that matter most."""
    counts = Counter(str(each.alteration) for each in event.changes)
    words = [f"{number} {alteration}" for alteration, number in sorted(counts.items())]
    if gone := len(_chains(event, Alteration.REMOVED) - _present(event, world.after)):
        words.append(f"{gone} chain{'s' * (gone > 1)} gone")
    ordered = sorted(event.changes, key=weight)
    telling = [each for each in ordered if weight(each) < _ANY][:TOLD] or ordered[:1]
    rules = "; ".join(f"{each.alteration}: {subject(record_of(each))}" for each in telling)
    return f"{event.node} changed its packet filter ({', '.join(words)}): {rules}."


Chain = tuple[object, ...]


def _chains(event: Event, alteration: Alteration) -> set[Chain]:
    return {
        record.identity[:2]
        for each in event.changes
        if each.alteration is alteration and isinstance(record := record_of(each), FilterRule)
    }


def _present(event: Event, facts: Facts) -> set[Chain]:
    some = facts.places.get((event.node, event.netns), {}).get(FilterRule.kind, ())
    return {fact.record.identity[:2] for fact in some}


def set_words(event: Event, world: World) -> str:
    """Tell what a set lost and got, and which other nodes have what it lost."""
    members = [
        (each, record)
        for each in event.changes
        if isinstance(record := record_of(each), IpSetMember)
    ]
    lost, got = (
        [record for each, record in members if each.alteration is alteration]
        for alteration in (Alteration.REMOVED, Alteration.ADDED)
    )
    if not lost and not got:
        return f"{clause(event.changes[0])}."
    words = [f"{verb} {_listed(some)}" for verb, some in (("lost", lost), ("got", got)) if some]
    having = _having(lost, event, world.after)
    others = f"; {' and '.join(having)} still {_have(having, lost)}" if having else ""
    return f"{event.node}'s ipset {event.subject} {' and '.join(words)}{others}."


def _listed(members: Sequence[IpSetMember]) -> str:
    shown = ", ".join(each.entry for each in members[: TOLD + 1])
    more = len(members) - TOLD - 1
    return f"{shown} and {more} more" if more > 0 else shown


def _have(nodes: Sequence[str], members: Sequence[IpSetMember]) -> str:
    return f"{'has' if len(nodes) == 1 else 'have'} {'it' if len(members) == 1 else 'them'}"


def _having(members: Iterable[IpSetMember], event: Event, facts: Facts) -> list[str]:
    """Name the other nodes whose set of that name has all these members."""
    wanted = [each.identity for each in members]
    return [
        node
        for node in sorted(facts.reached - {event.node})
        if wanted
        and all(Key(node, event.netns, IpSetMember.kind, each) in facts.by_key for each in wanted)
    ]
