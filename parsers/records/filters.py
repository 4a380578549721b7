"""What a packet filter does."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class FilterRule(Record):
    """A line of the packet filter (``nft list ruleset``), inside its table and chain.

    ``position`` is the number of equal lines before it in the same chain, so that a rule that
    stands twice is two records and an inserted rule does not rename those below it. ``verdict`` is
    what ends the rule: accept, drop, reject, return, "jump X", "goto X", masquerade, snat, dnat,
    vmap …; the policy of a chain's own line; "" where the packet goes on. The elements of a set
    that packets fill by themselves (``flags dynamic``) are one record with ``elements``.
    """

    kind: ClassVar[str] = "filter-rule"
    table: Identity[str]  # "ip filter", "inet f"
    chain: Identity[str]
    rule: Identity[str]  # without counters and handles
    position: Identity[int] = 0
    packets: Drift[int | None] = None
    bytes: Drift[int | None] = None
    verdict: State[str] = ""
    elements: Drift[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class IptablesRule(Record):
    """A rule of iptables, ip6tables, ebtables or arptables, or a chain's policy.

    Of the nf_tables backend these are the rules that ``nft list ruleset`` shows too, without the
    arguments of the matches and targets that nft has no words for; of the legacy backend, rules
    that nft does not show. A policy is the rule "policy", and ``verdict`` is what it does. A table
    of which iptables says that it cannot tell it has the one rule "rules that only nft can tell",
    one that it tells in part has "base chains that only nft can tell" besides.
    ``verdict`` is as in filter-rule. ``position`` counts equal rules before it in its chain.
    """

    kind: ClassVar[str] = "iptables-rule"
    family: Identity[str]  # ip, ip6, bridge, arp
    backend: Identity[str]  # legacy, nf_tables, "" where the text does not say
    table: Identity[str]  # filter, nat, mangle, raw …; "" where the text does not say (-S, -L)
    chain: Identity[str]
    rule: Identity[str]  # what follows "-A CHAIN", without counters
    position: Identity[int] = 0
    verdict: State[str] = ""
    packets: Drift[int | None] = None
    bytes: Drift[int | None] = None


@dataclass(frozen=True, slots=True)
class IpSet(Record):
    """A set of ipset, to which rules of iptables compare packets.

    ``expiring`` are the entries with a timeout: those that come and go by themselves.
    """

    kind: ClassVar[str] = "ipset"
    name: Identity[str]
    set_type: State[str] = ""  # "hash:net", "list:set" …
    options: State[str] = ""  # as printed, without hashsize and initval
    entries: Drift[int | None] = None
    expiring: Drift[tuple[str, ...]] = ()
    memory: Drift[int | None] = None  # bytes
    references: Drift[int | None] = None  # rules and sets that name it
    hash_size: Drift[str] = ""
    seed: Incarnation[str] = ""  # initval: another one, and the set was made anew


@dataclass(frozen=True, slots=True)
class IpSetMember(Record):
    """An entry of a set that stays until somebody takes it out."""

    kind: ClassVar[str] = "ipset-member"
    set_name: Identity[str]
    entry: Identity[str]  # as printed: "192.168.0.0/16", "192.0.2.1,tcp:80"
    comment: State[str] = ""
    options: State[tuple[str, ...]] = ()  # nomatch, "skbmark 0x1" …
    timeout: Drift[int | None] = None  # seconds; 0 is forever
    packets: Drift[int | None] = None
    bytes: Drift[int | None] = None


@dataclass(frozen=True, slots=True)
class ConntrackTable(Record):
    """The node's table of tracked connections (``/proc/sys/net/netfilter``).

    ``counters`` are those of all processors together: insert_failed, drop, early_drop, error …
    That somebody set another size is told by sysctl.
    """

    kind: ClassVar[str] = "conntrack-table"
    maximum: Drift[int | None] = None
    buckets: Drift[int | None] = None
    count: Drift[int | None] = None
    counters: Drift[tuple[tuple[str, int], ...]] = ()
