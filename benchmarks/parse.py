"""Reading a text, beside a hand-written ``re.finditer`` → dict loop over the same text.

Ratios within one run, medians of interleaved rounds; CPU time. ``rows`` is TextFSM's grammar in
our engine, ``stock`` the same template in stock TextFSM, ``records`` all the way to typed records,
``seen`` what it costs to find that the history has this text already.
"""

import gc
import io
import statistics
import time
from collections.abc import Callable, Mapping

import textfsm

from benchmarks import others
from benchmarks.courses import PLAIN, Course, courses
from collector.capture import Capture, Outcome, Question
from netsnap.history.sheet import row_of
from parsers import fsm
from parsers.catalogue import entry
from parsers.text import Text
from tests.parsers.test_samples import TEMPLATE_OF, TEMPLATES

ROUNDS = 5

Ways = dict[str, Callable[[], object]]


def run() -> None:
    """Print a line a command, then the comparison with other parsers."""
    print("parse, multiples of a plain loop (~: of one that only parts lines)")
    print(f"{'':26}{'lines':>8}{'lines/s':>10}{'plain MB/s':>12}", end="")
    print(f"{'stock':>8}{'rows':>8}{'records':>9}{'seen':>8}")
    for course in courses():
        print(_line(course))
    print("\nparse, beside others on a text that all of them read: multiples of a plain loop")
    print(f"{'':26}{'stock':>8}{'rows':>8}{'records':>9}{'new':>8}{'ttp':>8}{'ntc':>8}{'jc':>8}")
    for probe in others.TEXTS:
        print(_beside(probe))


def _line(course: Course) -> str:
    ways = {
        "plain": course.plain,
        **_ours(course.entry.probe.name, course.text, course.subject),
        "seen": _seen(course),
    }
    spent = _spent(ways)
    lines = course.text.count("\n")
    mark = "" if course.is_own else "~"
    return (
        f"{course.entry.probe.name:26}{lines:>8}{lines / spent['records']:>10.0f}"
        f"{len(course.text) / spent['plain'] / 1e6:>11.0f}{mark:1}"
        f"{_ratio(spent, 'stock'):>8}{_ratio(spent, 'rows'):>8}{_ratio(spent, 'records'):>9}"
        f"{_ratio(spent, 'seen', 3):>8}"
    )


def _beside(probe: str) -> str:
    said = others.text(probe)
    find = PLAIN[probe].finditer
    ways: Ways = {"plain": lambda: [match.groupdict() for match in find(said)]}
    ways |= _ours(probe, said, "eth0")
    waiting = [Text(others.text(probe, n), probe, "eth0") for n in range(1, ROUNDS + 1)]
    ways["new"] = lambda: entry(probe).reader(waiting.pop())
    ways |= others.ways(probe, said)
    spent = _spent(ways)
    told = (_ratio(spent, way) for way in ("stock", "rows"))
    rest = (_ratio(spent, way) for way in ("new", "ttp", "ntc", "jc"))
    return (
        f"{probe:26}{''.join(f'{ratio:>8}' for ratio in told)}"
        f"{_ratio(spent, 'records'):>9}{''.join(f'{ratio:>8}' for ratio in rest)}"
    )


def _ours(probe: str, text: str, subject: str) -> Ways:
    """Return our ways through a text; a reader of JSON has no template."""
    ways: Ways = {"records": lambda: entry(probe).reader(Text(text, probe, subject))}
    template = TEMPLATE_OF.get(probe, probe)
    if template in TEMPLATES:
        lines = Text(text).lines
        ways["rows"] = lambda: fsm.run(template, lines)
        if fsm.run(template, lines).ledger.unknown == ():  # at one such line stock TextFSM gives up
            ways["stock"] = lambda: _stock(template, text)
    return ways


def _stock(template: str, text: str) -> object:
    return textfsm.TextFSM(io.StringIO(fsm.source(template))).ParseTextToDicts(text)


def _seen(course: Course) -> Callable[[], object]:
    question = Question(course.entry.probe.name, subject=course.subject)
    data = course.text.encode()
    capture = Capture("k8s1", question, "", Outcome.ANSWERED, 0, data)
    known = {row_of(capture).key}
    return lambda: row_of(capture).key in known


def _ratio(spent: Mapping[str, float], way: str, digits: int = 1) -> str:
    return f"{spent[way] / spent['plain']:.{digits}f}" if way in spent else "-"


def _spent(ways: Ways) -> dict[str, float]:
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
