"""One network namespace of a snapshot: its facts in the shapes that a walk asks for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from collector.capture import HOST
from netsnap.model.fib import Action, Decision, Packet
from netsnap.model.flow import Flow
from netsnap.model.fwmark import settable
from netsnap.model.ipsec import OUT, Policies
from netsnap.model.lookups import Lookups
from netsnap.model.numbers import (
    IPV4,
    WIDTH,
    Block,
    Number,
    bare,
    block,
    is_link_local,
    number,
)
from netsnap.model.routing import RoutingPolicies, policies_of
from netsnap.model.ruleset import KINDS as FILTERS
from netsnap.model.ruleset import Ruleset
from netsnap.model.selector import Selector
from parsers.facts import Fact, Held, Key
from parsers.records import (
    Address,
    DriverStatistics,
    FilterRule,
    Interface,
    IptablesRule,
    Neighbour,
    Route,
    Rule,
    Sysctl,
    TcFilter,
    XfrmPolicy,
)
from parsers.roles import Record

Place = tuple[str, str]
"""(node, netns)."""

FILTERING = tuple(kind.kind for kind in (*FILTERS, XfrmPolicy))
"""Kinds of facts by which a namespace may drop what it is to send on."""


class Port(NamedTuple):
    """An interface and where it is."""

    node: str
    netns: str
    device: str


class Own(NamedTuple):
    """An address of an interface, and the block it is on-link in."""

    device: str
    number: Number
    text: str
    block: Block
    scope: str
    fact: Fact


class Space:
    """One namespace. ``sees(kind)`` says whether a kind was read there wholly.

    ``dark`` marks a namespace of a node that the snapshot did not see: its addresses are known
    from another snapshot, and nothing else counts. ``like`` is the same namespace of another
    snapshot, whose routing policies are taken where they are the same.
    """

    def __init__(
        self, place: Place, held: Held, sees: Callable[[str], bool], *, dark: bool,
        like: "Space | None" = None,
    ) -> None:  # fmt: skip
        self.node, self.netns = place
        self.dark = dark
        self.held = held
        self.sees = sees
        self._like = like
        self._seen: tuple[tuple[str, ...], tuple[bool, ...]] | None = None
        self._decisions: dict[tuple[str, str, str], Decision] = {}

    @property
    def place(self) -> Place:
        """(node, netns)."""
        return self.node, self.netns

    @property
    def name(self) -> str:
        """The namespace as a person would call it."""
        return self.node if self.netns == HOST else self.netns

    @cached_property
    def facts(self) -> Mapping[Key, Fact]:
        """All facts by key, those of a kind in the order of the text."""
        return {fact.key: fact for some in self.held.values() for fact in some}

    def of(self, kind: type[Record]) -> Sequence[Fact]:
        """Return the facts of a kind in the order of the text."""
        return self.held.get(kind.kind, ())

    def seen(self, kinds: tuple[str, ...]) -> tuple[bool, ...]:
        """Say which of some kinds were read wholly; remembered for the last that were asked for."""
        if self._seen is None or self._seen[0] is not kinds:
            self._seen = (kinds, tuple(map(self.sees, kinds)))
        return self._seen[1]

    @cached_property
    def asks_source(self) -> bool:
        """Whether any routing rule asks for a packet's source."""
        rules = (fact.record for fact in self.of(Rule))
        return not self.dark and any(
            Selector.of(rule.selector).asks_source for rule in rules if isinstance(rule, Rule)
        )

    @cached_property
    def may_filter(self) -> bool:
        """Whether it has a packet filter, or may have one that was not read."""
        if self.dark:
            return False
        if self.held.keys().isdisjoint(FILTERING) and all(map(self.sees, FILTERING)):
            return False
        return bool(self.ruleset) or bool(self.ipsec)

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """What was not (all) read and may end a packet here, in words."""
        kinds = ((Sysctl.kind, "switches"), (Neighbour.kind, "neighbours"))
        return () if self.dark else tuple(what for kind, what in kinds if not self.sees(kind))

    @cached_property
    def interfaces(self) -> Mapping[str, tuple[Fact, Interface]]:
        """Interfaces by name."""
        return {
            fact.record.name: (fact, fact.record)
            for fact in self.of(Interface)
            if isinstance(fact.record, Interface)
        }

    @cached_property
    def peers(self) -> Mapping[str, int]:
        """Index of the other end of each veth, from ``@ifN`` or else from the driver."""
        found = {
            fact.record.interface: fact.record.peer_index
            for fact in self.of(DriverStatistics)
            if isinstance(fact.record, DriverStatistics) and fact.record.peer_index is not None
        }
        for name, (_, interface) in self.interfaces.items():
            if interface.peer_index is not None:
                found[name] = interface.peer_index
        return found

    @cached_property
    def addresses(self) -> tuple[Own, ...]:
        """All addresses of all interfaces."""
        return tuple(
            Own(
                record.interface,
                number(bare(record.address)),
                bare(record.address),
                block(record.peer or record.address),
                record.scope,
                fact,
            )
            for fact in self.of(Address)
            if isinstance(record := fact.record, Address)
        )

    @cached_property
    def global_addresses(self) -> tuple[str, ...]:
        """Addresses that others could reach it by, IPv4 before IPv6, in the order of the text."""
        found = [
            own
            for own in self.addresses
            if own.scope in ("global", "") and own.device != "lo" and not is_link_local(own.number)
        ]
        found.sort(key=lambda own: own.number.family)
        return tuple(dict.fromkeys(own.text for own in found))

    @cached_property
    def speaks_with_one(self) -> bool:
        """Whether it has no choice of an address to speak with (IPv4), and no route makes one."""
        own = {
            each.text
            for each in self.addresses
            if each.number.family == IPV4 and each.scope in ("global", "")
        }
        routes = (fact.record for fact in self.of(Route) if isinstance(fact.record, Route))
        named = {route.source for route in routes if route.table != "local" and route.source}
        return len(own) <= 1 and named <= own

    def networks(self, device: str) -> Sequence[Block]:
        """Return the blocks that are on-link on an interface; single addresses are none."""
        return self._networks.get(device, ())

    @cached_property
    def _networks(self) -> Mapping[str, list[Block]]:
        found: dict[str, list[Block]] = {}
        for own in self.addresses:
            if own.block.length < WIDTH[own.block.family] and not is_link_local(own.number):
                found.setdefault(own.device, []).append(own.block)
        return found

    @cached_property
    def _neighbours(self) -> Mapping[str, Mapping[str, tuple[Fact, Neighbour]]]:
        found: dict[str, dict[str, tuple[Fact, Neighbour]]] = {}
        for fact in self.of(Neighbour):
            if isinstance(fact.record, Neighbour) and "proxy" not in fact.record.flags:
                found.setdefault(fact.record.device, {})[fact.record.address] = fact, fact.record
        return found

    def neighbours(self, device: str) -> Mapping[str, tuple[Fact, Neighbour]]:
        """Return the neighbour entries of an interface by address."""
        return self._neighbours.get(device, {})

    def neighbour(self, device: str, address: str) -> tuple[Fact | None, str]:
        """Return a neighbour entry and its condition; (None, "") if there is none."""
        found = self.neighbours(device).get(address)
        return (found[0], found[1].condition) if found else (None, "")

    @cached_property
    def switches(self) -> Mapping[str, tuple[Fact, str]]:
        """Kernel switches by name."""
        return {
            fact.record.name: (fact, fact.record.value)
            for fact in self.of(Sysctl)
            if isinstance(fact.record, Sysctl)
        }

    def switch(self, family: int, device: str, name: str) -> tuple[Fact | None, str]:
        """Return one interface's switch and its value; (None, "") if the snapshot lacks it."""
        device = device.replace(".", "/")
        return self.switches.get(f"net.ipv{family}.conf.{device}.{name}", (None, ""))

    @cached_property
    def ruleset(self) -> Ruleset:
        """The packet filters."""
        lookups = Lookups(self.decide, self._in_table, readable=self.unread_routes is None)
        return Ruleset(self.facts.values(), self.sees, self.name, lookups)

    def _in_table(self, name: str, address: str) -> Decision | None:
        wanted = number(address)
        table = self.policies[wanted.family].tables.get(name)
        return table.look_up(wanted) if table is not None else None

    @cached_property
    def marking(self) -> frozenset[str] | None:
        """The devices on which tc may give packets a mark; None if they were not read."""
        if not self.sees(TcFilter.kind):
            return None
        filters = (fact.record for fact in self.of(TcFilter))
        return frozenset(each.device for each in filters if isinstance(each, TcFilter))

    @cached_property
    def ipsec(self) -> Policies:
        """IPsec's policies."""
        readable = self.sees(XfrmPolicy.kind)
        return Policies(self.of(XfrmPolicy), readable=readable, name=self.name)

    def has_no_ipsec(self, flow: Flow, direction: str) -> bool:
        """Say whether an interface's switch takes its packets out of IPsec's hands (IPv4)."""
        device, name = (
            (flow.oif, "disable_xfrm") if direction == OUT else (flow.iif, "disable_policy")
        )
        return any(self.switch(flow.family, each, name)[1] == "1" for each in (device, "all"))

    @cached_property
    def policies(self) -> RoutingPolicies:
        """Rules and tables by family."""
        facts = (*self.of(Rule), *self.of(Route))
        known = self._like.policies if self._like is not None and not self._like.dark else {}
        return policies_of(facts, self._markable, known)

    def _markable(self) -> int:
        readable = all(self.sees(each.kind) for each in (FilterRule, IptablesRule, TcFilter))
        return settable(self.facts.values(), readable=readable)

    @cached_property
    def unread_routes(self) -> Decision | None:
        """What every look-up ends in where routes or rules were not read; None where they were."""
        for kind, what in (("route", "routes"), ("rule", "routing rules")):
            if not self.sees(kind):
                return Decision(Action.UNKNOWN, reason=f"the {what} of {self.name} were not read")
        return None

    def decide(self, packet: Packet, ingress: str) -> Decision:
        """Look up a packet that came in by ``ingress`` ("" for one that begins here)."""
        if self.unread_routes is not None:
            return self.unread_routes
        policy = self.policies[number(packet.destination).family]
        key = (
            packet.destination,
            packet.source if policy.selects_source else "",
            ingress if policy.selects_ingress else "",
        )
        if self.netns != HOST:  # few routes and, but for its own packets, few questions
            return policy.decide(packet, ingress)
        found = self._decisions.get(key)
        if found is None:
            found = self._decisions[key] = policy.decide(packet, ingress)
        return found

    def answers_for(self, device: str, address: str) -> bool:
        """Say whether it answers ARP or NDP for an address of its own on ``device``.

        For IPv4 any address of the namespace does, whichever interface has it (arp_ignore=0).
        """
        wanted = number(address)
        return any(
            own.number == wanted and (wanted.family == IPV4 or own.device == device)
            for own in self.addresses
        )


def same_rows(one: Space, other: Space, kinds: Iterable[str]) -> bool:
    """Say whether two namespaces have the same records of some kinds, and saw them alike."""
    return all(
        is_same_row(one.held.get(kind, ()), other.held.get(kind, ()))
        and one.sees(kind) == other.sees(kind)
        for kind in kinds
    )


def is_same_row(one: Sequence[Fact], other: Sequence[Fact]) -> bool:
    """Say whether two rows of facts have the same records, as the same objects."""
    if one is other:
        return True
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a.record is b.record for a, b in pairs)
