"""Reader of ``ip neigh``."""

from parsers import fsm
from parsers.addresses import address, family, mac
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import Neighbour
from parsers.text import Text

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


def condition(nud: str) -> str:
    """Fold a neighbour's NUD state: the kernel rotates through some of them by itself."""
    return _CONDITION.get(nud, nud.lower())


def read_neighbours(text: Text) -> Reading:
    """Read ``ip neigh show`` of one netns, either family."""
    rows = fsm.run("ip-neigh", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        try:
            gathered.add(row.line, _neighbour(row))
        except ValueError:
            gathered.refuse(row.line)
    return gathered.reading()


def _taken(words: list[str], key: str) -> str:
    """Take a key and its value off the front of words; "" if another word stands there."""
    if words[:1] != [key]:
        return ""
    value = words[1]
    del words[:2]
    return value


def _neighbour(row: Row) -> Neighbour:
    words = row["Attributes"].split()
    device, lladdr = _taken(words, "dev"), _taken(words, "lladdr")
    flags = _FLAGS.intersection(words)
    if not row["Nud"] and not flags & _STATELESS:
        raise ValueError("another entry's state is always printed")
    nud = row["Nud"] or ("" if "proxy" in flags else "NONE")  # the kernel's 0 is not printed
    return Neighbour(
        family=family(row["Address"]),
        address=address(row["Address"]),
        device=device,
        # of an address without bytes, ip prints the byte that follows it in the message
        mac="" if len(lladdr) == _ONE_BYTE else mac(lladdr),
        condition=condition(nud) if nud else "permanent",
        flags=tuple(sorted(flags)),
        protocol="".join(row["Protocol"].split()[1:]),
        nud=nud,
    )
