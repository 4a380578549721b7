"""The sets of ipset(8) that a namespace has, and whether a packet is in one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from netsnap.model import filterfields as fields
from netsnap.model.flow import Flow
from netsnap.model.numbers import IPV4, block
from parsers.facts import Fact
from parsers.records import IpSet, IpSetMember

LISTED = "list:set"
_NARROWED = frozenset({"netmask", "bitmask", "markmask"})
"""Options by which a set keeps less of an address than a packet has."""
_DEEPEST = 8
"""Lists in lists: the kernel has none (ip_set_list_set.c)."""


class Entry(NamedTuple):
    """A member, apart. ``excludes`` is "nomatch"; ``fleeting`` one that expires."""

    parts: tuple[str, ...]
    excludes: bool = False
    fleeting: bool = False


@dataclass
class _Set:
    sort: str = ""
    options: str = ""
    entries: list[Entry] = field(default_factory=list)


class IpSets:
    """All sets of a namespace; those that were not wholly read hold nobody knows whom."""

    def __init__(self, facts: Iterable[Fact], *, readable: bool) -> None:
        self._readable = readable
        self._sets: dict[str, _Set] = defaultdict(_Set)
        for fact in facts:
            record = fact.record
            if isinstance(record, IpSet):
                held = self._sets[record.name]
                held.sort, held.options = record.set_type, record.options
                held.entries += (Entry(_parts(each), fleeting=True) for each in record.expiring)
            elif isinstance(record, IpSetMember):
                entry = Entry(_parts(record.entry), "nomatch" in record.options)
                self._sets[record.set_name].entries.append(entry)

    def members(self, name: str) -> tuple[str, ...]:
        """Return what a set holds, in order, and what the sets hold that it lists."""
        return tuple(sorted(self._texts(name, 0)))

    def _texts(self, name: str, depth: int) -> Iterable[str]:
        held = self._sets.get(name)
        for entry in held.entries if held is not None else ():
            yield ",".join(entry.parts) + (" nomatch" if entry.excludes else "")
            if held is not None and held.sort == LISTED and depth < _DEEPEST:
                yield from self._texts(entry.parts[0], depth + 1)

    def holds(self, name: str, sides: Sequence[str], flow: Flow) -> bool | None:
        """Say whether a packet is in a set, by what of it is compared ("src", "dst")."""
        return self._holds(name, sides, flow, 0)

    def _holds(self, name: str, sides: Sequence[str], flow: Flow, depth: int) -> bool | None:
        held = self._sets.get(name)
        if not self._readable or held is None or ":" not in held.sort or depth > _DEEPEST:
            return None
        if held.sort == LISTED:
            inner = {self._holds(each.parts[0], sides, flow, depth + 1) for each in held.entries}
            return True if True in inner else None if None in inner else False
        kinds = held.sort.partition(":")[2].split(",")
        if len(sides) < len(kinds):
            return False  # the kernel finds nothing by less than an entry has
        if _NARROWED & set(held.options.split()):
            return None
        fits = [(each, _fits(each, kinds, sides, flow)) for each in held.entries]
        return _decided([(each, fit) for each, fit in fits if fit is not False], kinds)


def _decided(found: Sequence[tuple[Entry, bool | None]], kinds: Sequence[str]) -> bool | None:
    """Judge by the entries that fit, or may: of prefixes the longest counts."""
    if not any(each.excludes for each, _ in found):
        sure = any(fit and not (each.fleeting and "net" in kinds) for each, fit in found)
        return True if sure else None if found else False
    if kinds.count("net") != 1 or any(fit is None for _, fit in found):
        return None
    at = kinds.index("net")
    longest = max(_length(each.parts[at]) for each, _ in found)
    best = {each.excludes for each, _ in found if _length(each.parts[at]) == longest}
    return None if len(best) > 1 else best == {False}


def _parts(entry: str) -> tuple[str, ...]:
    return tuple(entry.split(","))


def _length(prefix: str) -> int:
    try:
        return block(prefix).length
    except ValueError:
        return -1


def _fits(entry: Entry, kinds: Sequence[str], sides: Sequence[str], flow: Flow) -> bool | None:
    if len(entry.parts) != len(kinds):
        return None
    found = [
        _COMPARE[kind](part, side == "src", flow) if kind in _COMPARE else None
        for kind, part, side in zip(kinds, entry.parts, sides, strict=False)
    ]
    return False if False in found else None if None in found else True


def _ip(part: str, is_source: bool, flow: Flow) -> bool | None:  # noqa: FBT001 - one of many alike
    return fields.address(part, flow.source if is_source else flow.destination)


def _iface(part: str, is_source: bool, flow: Flow) -> bool | None:  # noqa: FBT001 - see above
    if part.startswith("physdev:"):
        return None
    return fields.device(part, flow.iif if is_source else flow.oif)


def _port(part: str, is_source: bool, flow: Flow) -> bool | None:  # noqa: FBT001 - see above
    """Compare "tcp:80"; a bitmap's "80" is a port of either protocol."""
    named, colon, number = part.rpartition(":")
    if flow.header is None:
        names = _ECHOES[flow.family == IPV4]
        asked, answered = names[:2], names[2:]
        own = asked if flow.new else answered
        return part in own if part in (*asked, *answered) or _other(named) else None
    if colon and named != flow.protocol:
        return False if named in ("tcp", "udp", "icmp", "icmpv6", "sctp", "udplite") else None
    return fields.port(number, flow, of_source=is_source)


_ECHOES = {
    True: ("icmp:echo-request", "icmp:8/0", "icmp:echo-reply", "icmp:0/0"),
    False: ("icmpv6:echo-request", "icmpv6:128/0", "icmpv6:echo-reply", "icmpv6:129/0"),
}
"""How ipset prints what a ping has in a port's place, by family."""


def _other(protocol: str) -> bool:
    return protocol in ("", "tcp", "udp", "sctp", "udplite")


_COMPARE: Mapping[str, Callable[[str, bool, Flow], bool | None]] = {
    "ip": _ip,
    "net": _ip,
    "iface": _iface,
    "port": _port,
}
