"""What happened, as a person would count it: changes that are one happening told once.

A BGP session has two ends and two witnesses (BIRD and calicoctl); a veth pair dies at both ends
at once; a pod that restarted is a new process, a new container and a new namespace. Each is one
event with several changed facts. So is the packet filter's table that somebody rewrote, and BIRD's
configuration.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_interface

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change, Difference, NetnsChange
from netsnap.explain.birdconfig import Configured, configured
from netsnap.explain.moments import Moments, Span
from netsnap.explain.takeover import hardware
from parsers.facts import Facts, Key
from parsers.records import (
    Address,
    BirdConfig,
    FilterRule,
    Interface,
    IptablesRule,
)
from parsers.roles import Record

EventId = tuple[str, str, str, str]  # what, node, netns, subject
"""The node is "" where every node tells the same: Calico's objects are the cluster's."""

INTENT = "Calico object"
NODE = "node"
SESSION = "BGP session"
INTERFACE = "interface"
CONTAINER = "container"
ADDRESS = "address"
ROUTE = "route"
NEIGHBOUR = "neighbour"
DUPLICATE = "duplicate address"
FORWARDING = "forwarding entry"
IPSET = "ipset"
SYSCTL = "sysctl"
FILTER = "filter rule"
DAEMON = "daemon"
CONFIG = "BIRD configuration"


@dataclass(frozen=True)
class World:
    """Both snapshots, what differs, and the look-ups that events and chains need.

    ``turned`` says that the later one stands first: then nothing is known of times.
    """

    before: Facts
    after: Facts
    difference: Difference
    turned: bool = False

    @cached_property
    def dark(self) -> frozenset[str]:
        """Nodes that were read at t1 and could not be read at t2."""
        return self.before.reached - self.after.reached

    @cached_property
    def owners(self) -> Mapping[str, tuple[str, str]]:
        """Map a host address to the (node, interface) that has it, by either snapshot."""
        found: dict[str, tuple[str, str]] = {}
        for facts in (self.before, self.after):
            for fact in facts.of_kind(Address.kind, HOST):
                key, record = fact.key, fact.record
                if isinstance(record, Address):
                    address = str(ip_interface(record.address).ip)
                    if record.scope != "host":
                        found.setdefault(address, (key.node, record.interface))
        return found

    @cached_property
    def hardware(self) -> Mapping[str, frozenset[str]]:
        """Map each node to the hardware addresses of its interfaces, by either snapshot."""
        return hardware((self.before, self.after))

    @cached_property
    def configured(self) -> Mapping[str, Configured]:
        """Map each node to its BIRD's configuration, by either snapshot."""
        both = (self.before, self.after)
        return configured(fact for facts in both for fact in facts.of_kind(BirdConfig.kind))

    @cached_property
    def renewed(self) -> Mapping[tuple[str, str], NetnsChange]:
        """Map (node, netns) to what happened to that namespace as a whole."""
        return {(each.node, each.netns): each for each in self.difference.netns}

    @cached_property
    def moments(self) -> Moments:
        """When each change happened."""
        return Moments(self.before, self.after)

    def when(self, event: "Event") -> Span | None:
        """Return when an event happened, that is the first of its changes."""
        if self.turned:
            return None
        if not event.changes:
            return self.moments.visited(event.node)
        return self.moments.of(event.changes)

    @cached_property
    def iptables_chains(self) -> frozenset[tuple[object, ...]]:
        """The chains in which iptables tells rules in both snapshots."""
        before, after = (
            {chain_of(fact.key) for fact in facts.of_kind(IptablesRule.kind)}
            for facts in (self.before, self.after)
        )
        return frozenset(before & after)

    @cached_property
    def pod_of(self) -> Mapping[tuple[str, str], str]:
        """Map (node, host interface) to the namespace at the other end of that veth."""
        found: dict[tuple[str, str], str] = {}
        for facts in (self.before, self.after):
            ends = _pod_ends(facts)
            for fact in facts.of_kind(Interface.kind, HOST):
                record, node = fact.record, fact.key.node
                if isinstance(record, Interface):
                    pods = ends.get((node, record.index, record.peer_index), ())
                    if len(pods) == 1:
                        found.setdefault((node, record.name), *pods)
        return found


def _pod_ends(facts: Facts) -> Mapping[tuple[str, int, int | None], set[str]]:
    """Map (node, index of the other end, own index) to the namespaces with such an interface."""
    found: dict[tuple[str, int, int | None], set[str]] = defaultdict(set)
    for (node, netns), held in facts.places.items():
        for fact in held.get(Interface.kind, ()) if netns != HOST else ():
            if isinstance(fact.record, Interface):
                found[node, fact.record.peer_index or 0, fact.record.index].add(netns)
    return found


def chain_of(key: Key) -> tuple[object, ...]:
    """Return the place of a rule's chain: node, netns, family, backend, table, chain."""
    return (key.node, key.netns, *key.identity[:4])


@dataclass(frozen=True)
class Event:
    """One happening: its name and the changed facts that are it."""

    id: EventId
    changes: tuple[Change, ...] = ()

    @property
    def what(self) -> str:
        return self.id[0]

    @property
    def node(self) -> str:
        return self.id[1]

    @property
    def netns(self) -> str:
        return self.id[2]

    @property
    def subject(self) -> str:
        return self.id[3]


def record_of(change: Change) -> Record:
    """Return the later record of a change, or the earlier one where it is gone."""
    fact = change.after or change.before
    if fact is None:
        raise ValueError(f"a change of {change.key} without a before and an after")
    return fact.record


def removed_or_down(change: Change) -> bool:
    """Say whether an interface's change took it away, or out of service."""
    if change.alteration is Alteration.REMOVED:
        return True
    before = change.before.record if change.before else None
    after = change.after.record if change.after else None
    return (
        isinstance(before, Interface)
        and isinstance(after, Interface)
        and in_service(before)
        and not in_service(after)
    )


def in_service(interface: Interface) -> bool:
    """Say whether the interface is administratively up and has carrier."""
    return (
        "UP" in interface.flags
        and "NO-CARRIER" not in interface.flags
        and interface.operstate not in ("DOWN", "LOWERLAYERDOWN")
    )


def stops(rule: FilterRule) -> bool:
    """Say whether a filter rule ends packets."""
    return bool({"drop", "reject"} & set(rule.rule.split()))


def all_changes(group: Iterable[Event]) -> list[Change]:
    """List the changed facts of several events."""
    return [change for event in group for change in event.changes]
