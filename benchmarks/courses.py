"""The texts that reading is measured on, and the plain regular expressions it is measured by.

A course is a probe's largest sample, repeated. A probe that is not in ``PLAIN`` gets a regular
expression that parts each line into its first word and the rest: as cheap as a loop can be that
looks at every line, and so no kindness to us. JSON is measured by ``json.loads``.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from parsers.catalogue import ENTRIES
from parsers.entry import Entry
from parsers.text import decode
from tests.golden import SAMPLES

SIZE = 400_000
"""Characters of a course, about."""

ANY_LINE = re.compile(r"^ *(?P<first>\S+)(?P<rest>.*)$", re.MULTILINE)

_PLAIN = {
    "ip-addr": (
        r"^(?:(?P<index>\d+): (?P<name>\S+?)(?:@(?P<lower>\S+))?: <(?P<flags>\S+)> mtu"
        r" (?P<mtu>\d+) qdisc (?P<qdisc>\S+)(?: master (?P<master>\S+))? state (?P<state>\S+)"
        r" group (?P<group>\S+)(?: qlen (?P<qlen>\d+))?|    link/(?P<type>\S+) (?P<mac>\S+) brd"
        r" (?P<brd>\S+)(?P<link>.*)|    inet(?P<six>6?) (?P<local>\S+)(?: peer (?P<peer>\S+))?"
        r"(?P<options>.*)|       valid_lft (?P<valid>\S+) preferred_lft (?P<preferred>\S+)"
        r"|    (?P<kind>\w+)(?P<detail>.*))"
    ),
    "ip-route": (
        r"^(?:\tnexthop(?: via (?P<hop>\S+))? dev (?P<hopdev>\S+) weight (?P<weight>\d+)"
        r"|(?P<type>local|broadcast|multicast|anycast|blackhole|unreachable|prohibit|throw)?\s?"
        r"(?P<prefix>default|[0-9a-f:./]+)(?: tos (?P<tos>\S+))?(?: nhid (?P<nhid>\d+))?"
        r"(?: via (?P<via>(?:inet6 )?\S+))?(?: dev (?P<dev>\S+))?(?: table (?P<table>\S+))?"
        r"(?: proto (?P<proto>\S+))?(?: scope (?P<scope>\S+))?(?: src (?P<src>\S+))?"
        r"(?: metric (?P<metric>\d+))?(?P<rest>.*))"
    ),
    "ip-neigh": (
        r"^(?P<address>\S+) dev (?P<dev>\S+)(?: lladdr (?P<mac>\S+))?(?P<flags>(?: [a-z]\w+)*)"
        r" +(?P<nud>[A-Z]+)"
    ),
    "ip-rule": (
        r"^(?P<priority>\d+):\t(?P<selector>(?:not )?from .*?)"
        r" (?P<action>lookup|goto|blackhole|unreachable|prohibit|nop)"
        r"(?: (?P<target>\S+))?(?P<rest>.*)"
    ),
    "ethtool-S": r"^ +(?P<name>\S.*): (?P<value>\d+)$",
    "sysctl": r"^(?P<name>\S+) = (?P<value>.*)$",
    "nft-ruleset": (
        r"^(?:table (?P<table>\w+ \S+) \{|\t(?P<block>\w+ \S+) \{|\t+\}|\t\t(?P<rule>.*?)"
        r"(?: # handle (?P<handle>\d+))?$)"
    ),
    "netns": r"^\s*(?P<inode>\d+) (?:/proc/(?P<pid>\d+)/ns/net|(?P<mount>\S+))$",
    "docker-ps": (
        r'^(?P<id>[0-9a-f]{12,64})   (?P<image>\S+) +(?P<command>".*?") +(?P<created>\S.*?\S)'
        r"  +(?P<status>\S.*?\S)  +(?:(?P<ports>\S.*?\S)  +)?(?P<names>\S+)$"
    ),
    "birdcl-protocols": (
        r"^(?:(?P<name>\S+) +(?P<proto>\w+) +(?P<table>\S+) +(?P<state>\w+) +(?P<since>\S+)"
        r" *(?P<info>.*)| +(?P<key>[\w ]+): +(?P<value>.*))$"
    ),
    "calicoctl-node-status": (
        r"^(?:\| +(?P<peer>\S+) +\| (?P<type>[^|]+) \| (?P<state>\w+) +\| (?P<since>\S+) +\|"
        r" (?P<info>[^|]*)\||(?P<other>\w.*))"
    ),
}
PLAIN = {name: re.compile(pattern, re.MULTILINE) for name, pattern in _PLAIN.items()}
ALIKE = {"ip6-route": "ip-route", "ip6-rule": "ip-rule"}


@dataclass(frozen=True)
class Course:
    """A text of a probe. ``plain`` reads it as a script of ten lines would."""

    entry: Entry
    subject: str
    text: str
    plain: Callable[[], object]
    is_own: bool  # the regular expression was written for this command


def courses() -> list[Course]:
    """Return a course for each entry of the catalogue that has a sample, in its order."""
    return [course for entry in ENTRIES if (course := _course(entry)) is not None]


def _course(entry: Entry) -> Course | None:
    name = entry.probe.name
    samples = sorted((SAMPLES / name).glob("*.txt"), key=lambda path: path.stat().st_size)
    if not samples:
        return None
    text = decode(samples[-1].read_bytes())
    subject = samples[-1].stem.partition("@")[2]
    text, plain = _repeated(text)
    if plain is not None:
        return Course(entry, subject, text, plain, is_own=True)
    pattern = PLAIN.get(ALIKE.get(name, name))
    find = (pattern or ANY_LINE).finditer
    return Course(
        entry,
        subject,
        text,
        lambda: [match.groupdict() for match in find(text)],
        is_own=pattern is not None,
    )


def _repeated(text: str) -> tuple[str, Callable[[], object] | None]:
    """Return a text as long as a course is, and what reads it if it is JSON."""
    times = max(1, SIZE // len(text))
    try:
        value = json.loads(text) if text[:1] in "[{" else None
    except ValueError:
        value = None
    if value is None:
        text = (text.rstrip("\n") + "\n") * times
        lines = text.splitlines()
        is_json = all(line.startswith("{") for line in lines)
        return text, (lambda: [json.loads(line) for line in lines]) if is_json else None
    if isinstance(value, list):
        text = json.dumps(value * times, indent=4) + "\n"
    return text, lambda: json.loads(text)
