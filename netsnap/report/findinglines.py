"""What ``netsnap check`` found, as lines and as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from netsnap.explain.check import Found
from netsnap.explain.checks.finding import Severity
from netsnap.report import as_json
from netsnap.report.words import count, names, short_source, squeezed
from parsers.facts import BlindSpot

WIDE = 9
SHOWN = 3


def finding_lines(
    found: Sequence[Found], blind: Iterable[BlindSpot], *, details: bool = False
) -> Iterator[str]:
    """Tell each finding with its lines, and what could not be looked at."""
    for each in found:
        yield f"{each.finding.severity:<{WIDE}}{each.finding.sentence}"
        shown = each.evidence if details else each.evidence[:SHOWN]
        for line in shown:
            text = line.text if details else squeezed(line.text)
            yield f"{'':<{WIDE}}{short_source(line).strip()}: {text}"
        if each.finding.then:
            yield f"{'':<{WIDE}}see {each.finding.then}"
    yield _sum(found)
    hidden = sorted({spot.node for spot in blind if not spot.lacking})
    if hidden:
        yield f"not all of {names(tuple(hidden))} could be read (netsnap show)"


def _sum(found: Sequence[Found]) -> str:
    counts = Counter(each.finding.severity for each in found)
    words = [count(counts[severity], str(severity)) for severity in Severity if counts[severity]]
    return ", ".join(words) or "nothing is wrong as far as the snapshot shows"


def document(found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return the findings as plain JSON values."""
    return [
        {
            "severity": str(each.finding.severity),
            "node": each.finding.node,
            "netns": each.finding.netns,
            "sentence": each.finding.sentence,
            "see": each.finding.then,
            "evidence": [as_json.evidence(line) for line in each.evidence],
        }
        for each in found
    ]
