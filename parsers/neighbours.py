"""Reader of ``ip neigh``."""

from parsers import fsm
from parsers.addresses import address, mac
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import Neighbour
from parsers.swift import remembered, swift
from parsers.text import Text

_new = swift(Neighbour)

_CONDITION = {
    "REACHABLE": "resolved",
    "STALE": "resolved",
    "DELAY": "resolved",
    "PROBE": "resolved",
    "PERMANENT": "permanent",
    "NOARP": "permanent",
    "FAILED": "failed",
    "INCOMPLETE": "unresolved",
    "NONE": "unresolved",
}

_FLAGS = frozenset({"router", "proxy", "extern_learn", "offload", "managed", "extern_valid"})

_ONE_BYTE = len("08")
_STATELESS = frozenset({"proxy", "extern_learn"})
_PROTOCOL = frozenset({"proto", "protocol"})


def condition(nud: str) -> str:
    """Fold a neighbour's NUD state: the kernel rotates through some of them by itself."""
    return _CONDITION.get(nud, nud.lower())


def read_neighbours(text: Text) -> Reading:
    """Read ``ip neigh show`` of one netns, either family."""
    rows = fsm.run("ip-neigh", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        for name, read in (("Entries", _with_state), ("Stateless", _stateless)):
            for line, said in zip(row.item_lines[name], row[name], strict=True):
                try:
                    gathered.add(line, read(said))
                except ValueError:
                    gathered.refuse(line)
    return gathered.reading()


@remembered
def _with_state(said: str) -> Neighbour:
    """Read an entry with a state, which stands last but for the protocol behind it."""
    return _neighbour(said.split(), has_state=True)


@remembered
def _stateless(said: str) -> Neighbour:
    """Read an entry without a state: the kernel's 0 is not printed."""
    return _neighbour(said.split(), has_state=False)


def _taken(words: list[str], key: str, at: int) -> str:
    """Return the value of a key that may stand at a place among words, else ""."""
    return words[at + 1] if words[at : at + 1] == [key] else ""


def _neighbour(words: list[str], *, has_state: bool) -> Neighbour:
    device = _taken(words, "dev", 1)
    lladdr = _taken(words, "lladdr", 3 if device else 1)
    rest = words[1 + 2 * bool(device) + 2 * bool(lladdr) :]  # a device may have any name
    protocol = ""
    if rest[-2:-1] and rest[-2] in _PROTOCOL:
        *rest, _, protocol = rest
    nud = rest.pop() if has_state else ""
    flags = _FLAGS.intersection(rest)
    if not nud and not flags & _STATELESS:
        raise ValueError("another entry's state is always printed")
    nud = nud or ("" if "proxy" in flags else "NONE")
    own = address(words[0])
    return _new(
        family=6 if ":" in own else 4,
        address=own,
        device=device,
        # of an address without bytes, ip prints the byte that follows it in the message
        mac="" if len(lladdr) == _ONE_BYTE else mac(lladdr),
        condition=condition(nud) if nud else "permanent",
        flags=tuple(sorted(flags)),
        protocol=protocol,
        nud=nud,
    )
