"""An explanation in Markdown, for a ticket.

Raw lines come from nodes and are hostile: they stand in fenced blocks whose fence is longer than
any run of backticks inside, and sentences are escaped.
"""

import re

from netsnap.explain.explanation import Explanation
from netsnap.report.escapes import printable
from netsnap.report.outline import CauseLines, outline
from netsnap.report.words import backwards, instant, source
from parsers.answer import Snapshot

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|@~!&])")
_BEGINS = re.compile(r"^(\d*)([-+=.)])")
"""What begins a list, or makes a heading of the line above."""


def markdown(told: Explanation, t1: Snapshot, t2: Snapshot) -> str:
    """Return the report as CommonMark text that ends in a newline."""
    lines = outline(told)
    parts = [
        f"## netsnap: {escape(lines.verdict.lower())}",
        escape(lines.sentence),
        f"t1 `{t1.id[:12]}` {instant(t1.started)}, t2 `{t2.id[:12]}` {instant(t2.started)}"
        + backwards(t1, t2),
    ]
    for number, cause in enumerate(lines.causes, start=1):
        parts.extend(_cause(f"Cause {number}", cause))
    for number, cause in enumerate(lines.pending, start=1):
        parts.extend(_cause(f"Pending {number}", cause))
    for seen in lines.observed:
        parts.extend(_cause("Ping", seen))
    for title, items in (
        ("Pairs", lines.pairs),
        ("Cannot tell", lines.blind),
        ("Events between t1 and t2", lines.witnesses),
        ("Churn", lines.noise),
    ):
        if items:
            parts.append(f"### {title}")
            parts.append("\n".join(f"- {escape(item)}" for item in items))
    return "\n\n".join(parts) + "\n"


def _cause(name: str, cause: CauseLines) -> list[str]:
    when = f" ({cause.when})" if cause.when else ""
    parts = [f"### {name}: {escape(cause.headline + when)}"]
    if cause.proof:
        parts.append(f"({escape(cause.proof)})")
    if cause.evidence:
        parts.append(
            _fenced("\n".join(f"{source(each)}:\n    {each.text}" for each in cause.evidence))
        )
    if cause.consequences:
        parts.append("\n".join(f"- → {escape(effect)}" for effect in cause.consequences))
    return parts


def escape(text: str) -> str:
    """Escape what Markdown would read as markup, in one line of text."""
    return _BEGINS.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", printable(text).lstrip()))


def _fenced(text: str) -> str:
    body = "\n".join(printable(line) for line in text.split("\n"))
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{body}\n{fence}"
