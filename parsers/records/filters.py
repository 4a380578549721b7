"""What a packet filter does."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Record


@dataclass(frozen=True, slots=True)
class FilterRule(Record):
    """A line of the packet filter (``nft list ruleset``), inside its table and chain.

    ``position`` is the number of equal lines before it in the same chain, so that a rule that
    stands twice is two records and an inserted rule does not rename those below it.
    """

    kind: ClassVar[str] = "filter-rule"
    table: Identity[str]  # "ip filter", "inet f"
    chain: Identity[str]
    rule: Identity[str]  # without counters and handles
    position: Identity[int] = 0
    packets: Drift[int | None] = None
    bytes: Drift[int | None] = None
