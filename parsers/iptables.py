"""Readers of ``iptables-save``, ``iptables -S`` and ``-L``, and their like for other families."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from parsers import fsm, verdicts
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import IptablesRule
from parsers.text import Text

POLICY = "policy"
ONLY_NFT = "rules that only nft can tell"
CHAINS_OF_NFT = "base chains that only nft can tell"
NF_TABLES = "nf_tables"
_WORD = re.compile(r'"(?>(?:[^"\\]|\\.)*)"?|\S+')
_NUMBER = re.compile(r"\d{1,20}")
_FAMILIES = (("ip6tables", "ip6"), ("ebtables", "bridge"), ("arptables", "arp"), ("iptables", "ip"))
_TARGETS = frozenset({"-j", "--jump"})
_GOTO = frozenset({"-g", "--goto"})


_UNITS: dict[str, int] = {unit: 1000**power for power, unit in enumerate("KMGTPE", 1)}
"""How ``iptables -L -v`` rounds what it counts."""


def reader(family: str) -> Callable[[Text], Reading]:
    """Return a reader for rules as they are saved, of this family unless the text names another."""

    def read(text: Text) -> Reading:
        return _read(text, family)

    return read


def list_reader(family: str) -> Callable[[Text], Reading]:
    """Return a reader of ``iptables -L``: ``rule`` is then what the list's other columns say."""

    def read(text: Text) -> Reading:
        rows = fsm.run("iptables-list", text.lines)
        gathered = Gathering.of(text.lines, rows)
        place, chain = _Place(family), ""
        for row in rows.rows:
            counts = [_rounded(row[name]) for name in ("Packets", "Bytes") if row[name]]
            chain = row["Chain"] or chain
            if row["Policy"]:
                verdict = verdicts.of_iptables(row["Policy"])
                gathered.add(row.line, place.rule(chain, POLICY, verdict, counts))
            elif row["Rule"]:
                verdict = verdicts.of_iptables(row["Target"], goto=_is_goto(row["Rule"]))
                words = " ".join([row["Target"], *row["Rule"].split()]).strip()
                gathered.add(row.line, place.rule(chain, words, verdict, counts))
        return gathered.reading()

    return read


def _rounded(number: str) -> int:
    factor: int = _UNITS.get(number[-1:], 1)
    return int(number.rstrip("KMGTPE")) * factor


def _is_goto(words: str) -> bool:
    return "[goto]" in words.split()


@dataclass(slots=True)
class _Place:
    """Where in the text we are: whose rules these are."""

    family: str
    backend: str = ""  # "" until a program says its name
    table: str = ""
    seen: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def enter(self, program: str, backend: str) -> None:
        """Begin what a program printed. Those before 1.8 knew one backend, and named none."""
        self.family = next((f for name, f in _FAMILIES if name in program), self.family)
        self.backend = backend or "legacy"
        self.table = ""

    def rule(self, chain: str, words: str, verdict: str, counts: list[int]) -> IptablesRule:
        """Make a record of a rule here, told apart from equal ones before it."""
        place = (self.family, self.backend, self.table, chain, words)
        found = IptablesRule(*place, self.seen[place], verdict, *counts[:2])
        self.seen[place] += 1
        return found


def _read(text: Text, family: str) -> Reading:
    rows = fsm.run("iptables-save", text.lines)
    gathered = Gathering.of(text.lines, rows)
    place = _Place(family)
    for row in rows.rows:
        if row["Program"]:
            place.enter(row["Program"], row["Backend"])
        elif row["Table"]:
            place.table = row["Table"]
        elif row["NotTold"] or row["PartTold"]:
            words = ONLY_NFT if row["NotTold"] else CHAINS_OF_NFT
            place.backend, place.table = NF_TABLES, row["NotTold"] or row["PartTold"]
            gathered.add(row.line, place.rule("", words, "", []))
        elif row["Chain"]:
            gathered.add(row.line, _rule(row, place))
    return gathered.reading()


def _rule(row: Row, place: _Place) -> IptablesRule:
    counts = [int(number) for number in _NUMBER.findall(row["Counts"] or row["ChainCounts"])]
    if row["Policy"]:
        return place.rule(row["Chain"], POLICY, verdicts.of_iptables(row["Policy"]), counts)
    words, own = _without_counts(_WORD.findall(row["Rule"]))
    return place.rule(row["Chain"], " ".join(words), _verdict(words), counts or own)


def _without_counts(words: list[str]) -> tuple[list[str], list[int]]:
    """Take ``-c 12 720`` out, as ``iptables -S -v`` has it."""
    for at, word in enumerate(words):
        numbers = words[at + 1 : at + 3]
        if word == "-c" and numbers and all(map(_NUMBER.fullmatch, numbers)):
            return words[:at] + words[at + 3 :], [int(number) for number in numbers]
    return words, []


def _verdict(words: list[str]) -> str:
    for at, word in enumerate(words[:-1]):
        if word in _TARGETS or word in _GOTO:
            return verdicts.of_iptables(words[at + 1], goto=word in _GOTO)
    return ""
