"""One rule of iptables, as it is saved: iptables(8) and iptables-extensions(8)."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from itertools import takewhile

from netsnap.model import filterfields as fields
from netsnap.model.filterlines import Condition, End, Line, Sets, some
from netsnap.model.flow import Flow
from netsnap.model.markings import Act, all_of, read_number, restore_mark, untrack
from netsnap.model.marks import BITS

_WORD = re.compile(r'"(?>(?:[^"\\]|\\.)*)"?|\S+')
_ENDS = {
    "accept": End.ACCEPT,
    "drop": End.DROP,
    "reject": End.DROP,
    "return": End.RETURN,
    "goto": End.GOTO,
    "jump": End.JUMP,
    "": End.NEXT,
}
_NO_CHAINS = frozenset({"CHAOS", "DELUDE", "ECHO", "STEAL", "TARPIT", "IPMARK", "DNETMAP"})
"""Targets of other people's modules: what they do is not known."""

_RESTORES = frozenset({"--restore-mark", "--map-mark"})
"""Options of CONNMARK and of SET: the mark is what a connection, or an entry of a set, has."""

Fits = Callable[[str, Flow], bool | None]


@lru_cache(maxsize=1 << 16)
def read_rule(text: str, verdict: str) -> Line:
    """Read what follows "-A CHAIN"; ``verdict`` is that of ``parsers.records.IptablesRule``."""
    reader = _Reader(_WORD.findall(text))
    kind, _, target = verdict.partition(" ")
    end = End.ALTER if target in _NO_CHAINS else _ENDS.get(kind, End.ALTER)
    reader.read()
    return Line(
        tuple(reader.conditions),
        end,
        target,
        vague=reader.vague,
        act=reader.act(),
        names=tuple(reader.names),
    )


class _Reader:
    """Takes a rule's words off, from the left."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self.conditions: list[Condition] = []
        self.names: list[str] = []
        self.vague = False

    def read(self) -> None:
        """Read the matches; the target and its options stay."""
        words, module = self._words, ""
        while words and words[0] not in ("-j", "-g"):
            inverted = words[0] == "!"
            option = words.pop(0)
            if inverted and words:
                option = words.pop(0)
            if option == "-m":
                module = words.pop(0) if words else ""
                if module == "rpfilter":
                    self._match_reverse()
                self.vague |= module not in _MODULES
            elif option == "--match-set" and module == "set":
                self._match_set(inverted=inverted)
            elif module == "addrtype" and option in _ENDS_OF:
                self._match_type(_ENDS_OF[option], inverted=inverted)
            elif (module, option) in _OPTIONS or ("", option) in _OPTIONS:
                found = _OPTIONS.get((module, option)) or _OPTIONS["", option]
                self._compare(*found, inverted=inverted)
            elif option.startswith("-") and (module, option) not in _IDLE:
                self.vague = True

    def _compare(self, number: int, fits: Fits, *, inverted: bool) -> None:
        value = " ".join(self._words[:number])
        del self._words[:number]

        def holds(flow: Flow, _: Sets) -> bool | None:
            found = fits(value, flow)
            return found is not inverted if found is not None else None

        self.conditions.append(holds)

    def _match_set(self, *, inverted: bool) -> None:
        name, sides = ((*self._words[:2], "", ""))[:2]
        del self._words[:2]
        self.names.append(name)

        def holds(flow: Flow, sets: Sets) -> bool | None:
            found = sets.ipsets.holds(name, sides.split(","), flow)
            return found is not inverted if found is not None else None

        self.conditions.append(holds)

    def _match_type(self, end: Callable[[Flow], str], *, inverted: bool) -> None:
        wanted = self._words.pop(0).lower().split(",") if self._words else []

        def holds(flow: Flow, sets: Sets) -> bool | None:
            found = sets.lookups.kind(end(flow))
            return None if found is None else (found in wanted) is not inverted

        self.conditions.append(holds)

    def _match_reverse(self) -> None:
        """Read all of -m rpfilter: "--loose", "--invert" and what else it has."""
        options = set(takewhile(_REVERSE.__contains__, self._words))
        del self._words[: len(options)]
        self.vague |= "--validmark" in options
        inverted, loose = "--invert" in options, "--loose" in options

        def holds(flow: Flow, sets: Sets) -> bool | None:
            found = sets.lookups.comes_back(flow, loose=loose)
            return None if found is None else found is not inverted

        self.conditions.append(holds)

    def act(self) -> Act | None:
        """Return what the target makes of the packet, None if it leaves it as it is."""
        target, options = "".join(self._words[1:2]), self._words[2:]
        if target == "NOTRACK" or (target == "CT" and "--notrack" in options):
            return untrack
        if target == "HMARK" or _RESTORES & set(options):
            return restore_mark
        return _marking(options) if target == "MARK" else None


def _marking(options: list[str]) -> Act:
    """Read "--set-xmark 0x10000/0x10000" and its like."""
    steps: list[Act] = []
    for name, text in zip(options[::2], options[1::2], strict=False):
        found = _value(text)
        if found is None or name not in _MARKINGS:
            return restore_mark
        steps.append(partial(_marked, name, *found))
    return partial(all_of, tuple(steps))


def _marked(name: str, value: int, mask: int, flow: Flow) -> Flow:
    kept = flow.mark.anded(~_MARKINGS[name](value, mask) & BITS)
    return flow._replace(mark=kept.ored(value) if name != "--set-xmark" else kept.xored(value))


_MARKINGS: Mapping[str, Callable[[int, int], int]] = {
    "--set-xmark": lambda _, mask: mask,
    "--set-mark": lambda _, mask: mask,
    "--or-mark": lambda _, __: 0,
}
"""Options of MARK, and the bits that are zeroed first."""


def _value(text: str) -> tuple[int, int] | None:
    """Read "0x10000/0xff0000", or a value that is all of the mark."""
    value, slash, mask = text.partition("/")
    found = read_number(value), read_number(mask) if slash else BITS
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _any(fits: Fits, value: str, flow: Flow) -> bool | None:
    """Compare each of "53,5353,8000:8080"."""
    return some(fits(each.replace(":", "-"), flow) for each in value.split(","))


def _device(wanted: str, own: str) -> bool:
    return fields.device(f"{wanted[:-1]}*" if wanted.endswith("+") else wanted, own)


def _protocol(wanted: str, flow: Flow) -> bool | None:
    return True if wanted in ("all", "0") else fields.protocol(wanted, flow)


def _mark(wanted: str, flow: Flow) -> bool | None:
    found = _value(wanted)
    return None if found is None else flow.mark.fits(*found)


def _type(wanted: str, flow: Flow) -> bool | None:
    """Compare an ICMP type, or a type and code: a ping's code is 0."""
    kind, _, code = wanted.partition("/")
    if flow.header is not None:
        return False
    if kind in ("any", "255"):
        return True
    return fields.echo(kind, flow) if code in ("", "0") else False


def _flags(wanted: str, flow: Flow) -> bool | None:
    """Compare "FIN,SYN,RST,ACK SYN": of these flags only that."""
    mask, _, value = wanted.lower().partition(" ")
    ones = set() if value == "none" else {*value.split(",")}
    return fields.flags(ones, None if mask == "all" else {*mask.split(",")}, flow)


_to = partial(_any, partial(fields.port, of_source=False))
_from = partial(_any, partial(fields.port, of_source=True))


def _either(value: str, flow: Flow) -> bool | None:
    return some((_from(value, flow), _to(value, flow)))


def _state(value: str, flow: Flow) -> bool | None:
    return some(fields.state(each.lower(), flow) for each in value.split(","))


_OPTIONS: Mapping[tuple[str, str], tuple[int, Fits]] = {
    ("", "-s"): (1, lambda value, flow: fields.address(value, flow.source)),
    ("", "-d"): (1, lambda value, flow: fields.address(value, flow.destination)),
    ("", "-i"): (1, lambda value, flow: _device(value, flow.iif)),
    ("", "-o"): (1, lambda value, flow: _device(value, flow.oif)),
    ("", "-p"): (1, _protocol),
    ("", "-f"): (0, lambda _, __: False),  # what opens a connection, or a ping, is in one piece
    **{(name, "--dport"): (1, _to) for name in ("tcp", "udp")},
    **{(name, "--sport"): (1, _from) for name in ("tcp", "udp")},
    ("comment", "--comment"): (1, lambda _, __: True),
    ("nfacct", "--nfacct-name"): (1, lambda _, __: True),
    ("tcp", "--tcp-flags"): (2, _flags),
    ("multiport", "--dports"): (1, _to),
    ("multiport", "--sports"): (1, _from),
    ("multiport", "--ports"): (1, _either),
    ("icmp", "--icmp-type"): (1, _type),
    ("icmp6", "--icmpv6-type"): (1, _type),
    ("mark", "--mark"): (1, _mark),
    ("conntrack", "--ctstate"): (1, _state),
    ("state", "--state"): (1, _state),
    ("iprange", "--src-range"): (1, lambda value, flow: fields.address(value, flow.source)),
    ("iprange", "--dst-range"): (1, lambda value, flow: fields.address(value, flow.destination)),
}
"""By module and option: how many words follow, and how they compare."""
_MODULES = frozenset({"set", "addrtype", "rpfilter", *(module for module, _ in _OPTIONS if module)})
_ENDS_OF: Mapping[str, Callable[[Flow], str]] = {
    "--src-type": lambda flow: flow.source,
    "--dst-type": lambda flow: flow.destination,
}
_REVERSE = frozenset({"--loose", "--validmark", "--accept-local", "--invert"})
_IDLE = frozenset({("set", "--update-counters"), ("set", "--update-subcounters")})
"""Options that say nothing of the packet."""
