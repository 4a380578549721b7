"""Small pieces of text that every report shares."""

from datetime import UTC, datetime

from netsnap.explain.explanation import Evidence

NAMES_SHOWN = 4


def instant(time: datetime | None) -> str:
    """Write an instant in UTC to the second; "unknown time" for None."""
    if time is None:
        return "unknown time"
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def names(group: tuple[str, ...]) -> str:
    """List names, or the first few and a count."""
    if len(group) <= NAMES_SHOWN:
        return ", ".join(group)
    return f"{', '.join(group[: NAMES_SHOWN - 1])} and {len(group) - NAMES_SHOWN + 1} more"


def count(number: int, noun: str) -> str:
    """Write "1 pair", "2 pairs", "2 switches"."""
    plural = "es" if noun.endswith("ch") else "s"
    return f"{number} {noun}{'' if number == 1 else plural}"


def source(evidence: Evidence) -> str:
    """Say where a raw line stands: "t1 k8s2 host `ip route` 12:03:04Z line 4"."""
    where = f"{evidence.snapshot} {evidence.node} {evidence.netns}"
    line = f" line {evidence.line}" if evidence.line else ""
    return f"{where} `{evidence.command}` {instant(evidence.time)}{line}"
