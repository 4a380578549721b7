"""Tables of tracked connections that are full and drop what is new: no packet's walk shows it.

Full alone is no loss: as long as there are connections that nobody answered, the kernel throws
these out for new ones (early_drop). It is one where packets were dropped for want of room.
"""

from collections.abc import Iterable, Iterator

from parsers.facts import Facts
from parsers.records import ConntrackTable

DROPPED = "drop"


def is_full(table: ConntrackTable) -> bool:
    """Say whether there is no room left."""
    return bool(table.maximum) and (table.count or 0) >= (table.maximum or 0)


def drops(table: ConntrackTable) -> bool:
    """Say whether it ever dropped a packet for want of room."""
    return dict(table.counters).get(DROPPED, 0) > 0


def dropping(facts: Facts, nodes: Iterable[str]) -> Iterator[str]:
    """Yield a clause for each of these nodes whose table is full and drops."""
    wanted = frozenset(nodes)
    for (node, _), kinds in facts.places.items():
        for fact in kinds.get(ConntrackTable.kind, ()) if node in wanted else ():
            table = fact.record
            if isinstance(table, ConntrackTable) and is_full(table) and drops(table):
                room = f"{table.count} of {table.maximum}"
                yield f"the table of connections of {node} is full ({room}) and drops what is new"
