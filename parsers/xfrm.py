"""Reader of ``ip xfrm policy`` and ``ip xfrm state``: ip-xfrm(8)."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from parsers import fsm
from parsers.addresses import address, prefix
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import ProtocolCounters, XfrmPolicy, XfrmState
from parsers.text import Text

_ONLY_WITH_STATISTICS = re.compile(
    r"\(\d+\)|\(0x[0-9a-f]+\)|\bspi 0x0{8}(?:\(0\))? |\blevel required |\bshare any "
)
_USER = re.compile(r" uid \d+$")
_ASSOCIATION = re.compile(
    r"proto (?P<protocol>\S+)(?: spi (?P<spi>0x[0-9a-f]{8}))? reqid (?P<request>\d{1,10})"
    r" mode (?P<mode>\w+)"
)
_NEEDS_KEYS = frozenset({"esp", "ah", "comp"})
_PROTOCOL = "Xfrm"
_Identity = tuple[str, str, str, int, str, str, str]


def read_xfrm(text: Text) -> Reading:
    """Read policies, states and counters of one netns, in any order."""
    rows = fsm.run("ip-xfrm", text.lines)
    gathered = Gathering.of(text.lines, rows)
    pairs: dict[_Identity, _Pair] = defaultdict(_Pair)
    counters: list[tuple[int, str, int]] = []
    for row in rows.rows:
        try:
            if row["Counter"]:
                counters.append((row.line, row["Counter"], int(row["Number"])))
            elif row["Direction"]:
                gathered.add(row.line, _policy(row))
            else:
                _take(row, pairs)
        except ValueError:
            gathered.refuse(row.line)
    for identity, pair in pairs.items():
        if pair.is_up:
            gathered.add(pair.line, pair.record(identity))
    if counters:
        told = tuple((name.removeprefix(_PROTOCOL), n) for _, name, n in counters if n)
        gathered.add(counters[0][0], ProtocolCounters(_PROTOCOL, told))
    return gathered.reading()


def _policy(row: Row) -> XfrmPolicy:
    return XfrmPolicy(
        source=prefix(row["Source"]),
        destination=prefix(row["Destination"]),
        selector=row["Selector"].strip(),
        direction=row["Direction"],
        mark=row["Mark"],
        if_id=row["IfId"],
        action=row["Action"] or "allow",
        priority=int(row["Priority"]),
        templates=tuple(_templates(row["Parts"])),
        flags=tuple(row["Flags"].split()),
        policy_type=row["PolicyType"],
        packets=_number(row["Packets"]),
        bytes=_number(row["Bytes"]),
    )


def _templates(parts: Iterable[str]) -> list[str]:
    """Join the lines of each template. Raises ValueError for one that has no beginning."""
    found: list[str] = []
    for part in parts:
        words = " ".join(_ONLY_WITH_STATISTICS.sub("", f"{part} ").split())
        if part.startswith("tmpl "):
            found.append(words.removeprefix("tmpl "))
        elif found:
            found[-1] = f"{found[-1]} {words}".strip()
        else:
            raise ValueError("no template begins here")
    return found


@dataclass
class _Pair:
    """The associations that stand for one another while keys are exchanged anew."""

    line: int = 0
    is_up: bool = False
    algorithms: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    spis: list[str] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)

    def record(self, identity: _Identity) -> XfrmState:
        return XfrmState(
            *identity,
            algorithms=self.algorithms,
            settings=self.settings,
            spis=tuple(sorted(self.spis)),
            packets=self.totals.get("Packets"),
            bytes=self.totals.get("Bytes"),
            replayed=self.totals.get("Replayed"),
            failed=self.totals.get("Failed"),
        )


def _take(row: Row, pairs: dict[_Identity, _Pair]) -> None:
    """Put an association to its like. Raises ValueError for one that says not what it is."""
    own, *others = row["Parts"] or [""]
    said = _ASSOCIATION.fullmatch(" ".join(re.sub(r"\(\w+\)", "", own).split()))
    if said is None or others:
        raise ValueError("no association")
    identity = (
        address(row["Source"]),
        address(row["Destination"]),
        said["protocol"],
        int(said["request"]),
        said["mode"],
        row["Mark"],
        row["IfId"],
    )
    pair = pairs[identity]
    pair.line = pair.line or row.line
    if said["protocol"] in _NEEDS_KEYS and not row["Algorithms"]:
        return
    pair.is_up = True
    pair.spis += [said["spi"]] if said["spi"] else []
    pair.algorithms, pair.settings = _algorithms(row), tuple(_settings(row))
    for name in ("Packets", "Bytes", "Replayed", "Failed"):
        if row[name]:
            pair.totals[name] = pair.totals.get(name, 0) + int(row[name])


def _algorithms(row: Row) -> tuple[str, ...]:
    """Return the algorithms, each with the length of its check where the line has one."""
    lengths = dict(zip(row.item_lines["Lengths"], row["Lengths"], strict=True))
    return tuple(
        f"{name} {lengths[line]}" if line in lengths else name
        for name, line in zip(row["Algorithms"], row.item_lines["Algorithms"], strict=True)
    )


def _settings(row: Row) -> list[str]:
    found = [f"replay-window {row['Window']}"] if row["Window"] else []
    found += [f"flag {row['Flags'].strip()}"] if row["Flags"] else []
    return found + [" ".join(_USER.sub("", each.strip()).split()) for each in row["Settings"]]


def _number(text: str) -> int | None:
    return int(text) if text else None
