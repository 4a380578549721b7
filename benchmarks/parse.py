"""Reading a text, beside a hand-written ``re.finditer`` → dict loop over the same text.

Ratios within one run, medians of interleaved rounds; CPU time. ``rows`` is TextFSM's grammar in
our engine, ``stock`` the same template in stock TextFSM, ``records`` all the way to typed records.
"""

import gc
import io
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import textfsm

from parsers import fsm
from parsers.catalogue import entry
from parsers.text import Text, decode

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
ROUNDS = 5


@dataclass(frozen=True)
class Course:
    """A sample repeated to a size, and the plain regular expression that picks out its fields."""

    probe: str
    sample: str
    times: int
    plain: re.Pattern[str]


COURSES = (
    Course(
        "ip-addr",
        "ip-addr/scene.txt",
        200,
        re.compile(
            r"^(?:(?P<index>\d+): (?P<name>\S+?)(?:@(?P<lower>\S+))?: <(?P<flags>\S+)> mtu"
            r" (?P<mtu>\d+) qdisc (?P<qdisc>\S+)(?: master (?P<master>\S+))? state (?P<state>\S+)"
            r" group (?P<group>\S+) qlen (?P<qlen>\d+)|    link/(?P<type>\S+) (?P<mac>\S+) brd"
            r" (?P<brd>\S+)(?P<link>.*)|    inet(?P<six>6?) (?P<local>\S+)(?: peer (?P<peer>\S+))?"
            r"(?P<options>.*)|       valid_lft (?P<valid>\S+) preferred_lft (?P<preferred>\S+)"
            r"|    (?P<kind>\w+)(?P<detail>.*))",
            re.MULTILINE,
        ),
    ),
    Course(
        "ip-route",
        "ip-route/scene.txt",
        300,
        re.compile(
            r"^(?:\tnexthop(?: via (?P<hop>\S+))? dev (?P<hopdev>\S+) weight (?P<weight>\d+)"
            r"|(?P<type>local|broadcast|multicast|blackhole|unreachable|prohibit|throw)?\s?"
            r"(?P<prefix>default|[\d./]+)(?: tos (?P<tos>\S+))?(?: nhid (?P<nhid>\d+))?"
            r"(?: via (?P<via>(?:inet6 )?\S+))?(?: dev (?P<dev>\S+))?(?: table (?P<table>\S+))?"
            r"(?: proto (?P<proto>\S+))?(?: scope (?P<scope>\S+))?(?: src (?P<src>\S+))?"
            r"(?: metric (?P<metric>\d+))?(?P<rest>.*))",
            re.MULTILINE,
        ),
    ),
    Course(
        "ip-neigh",
        "ip-neigh/scene.txt",
        2500,
        re.compile(
            r"^(?P<address>\S+) dev (?P<dev>\S+)(?: lladdr (?P<mac>\S+))?(?P<flags>(?: [a-z]\w+)*)"
            r" +(?P<nud>[A-Z]+)",
            re.MULTILINE,
        ),
    ),
    Course(
        "ethtool-S",
        "ethtool-S/veth@far0.txt",
        1,
        re.compile(r"^ +(?P<name>\S.*): (?P<value>\d+)$", re.MULTILINE),
    ),
)


def run() -> None:
    """Print one line a command."""
    print(f"{'parse':12}{'lines':>8}{'plain MB/s':>12}{'stock':>8}{'rows':>8}{'records':>9}")
    for course in COURSES:
        text = decode(_data(course))
        lines = Text(text).lines
        ways = _ways(course, text, lines)
        spent = _spent(ways)
        speed = len(text) / spent["plain"] / 1e6
        ratios = [spent[way] / spent["plain"] for way in ("stock", "rows", "records")]
        told = "".join(f"{ratio:>8.1f}" for ratio in ratios)
        print(f"{course.probe:12}{len(lines):>8}{speed:>12.0f}{told}")


def _ways(course: Course, text: str, lines: list[str]) -> dict[str, Callable[[], object]]:
    return {
        "plain": lambda: [match.groupdict() for match in course.plain.finditer(text)],
        "stock": lambda: _stock(course.probe).ParseTextToDicts(text),
        "rows": lambda: fsm.run(course.probe, lines),
        "records": lambda: entry(course.probe).reader(Text(text, course.probe, "eth0")),
    }


def _data(course: Course) -> bytes:
    sample = (SAMPLES / course.sample).read_bytes()
    if course.probe != "ethtool-S":
        return sample * course.times
    title, *counters = sample.splitlines(keepends=True)
    return title + b"".join(counters * 1000)


def _stock(template: str) -> textfsm.TextFSM:
    return textfsm.TextFSM(io.StringIO(fsm.source(template)))


def _spent(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median CPU seconds of each way, rounds interleaved."""
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            gc.collect()
            gc.disable()  # when it strikes is chance, and it costs more than reading does
            began = time.process_time()
            way()
            rounds[name].append(time.process_time() - began)
            gc.enable()
    return {name: statistics.median(spent) for name, spent in rounds.items()}


if __name__ == "__main__":
    run()
