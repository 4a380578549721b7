"""Small pieces of text that every report shares."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from collector.capture import HOST

if TYPE_CHECKING:  # netsnap parse needs no model of the network
    from netsnap.explain.explanation import Evidence, When
    from parsers.answer import Snapshot

NAMES_SHOWN = 4
NOUNS = {
    "sysctl": "switch",
    "driver-statistics": "driver counter",
    "filter-rule": "filter rule",
    "iptables-rule": "iptables rule",
    "ipset": "ipset",
    "ipset-member": "ipset member",
    "xfrm-policy": "IPsec rule",
    "xfrm-state": "IPsec association",
    "wireguard-interface": "WireGuard interface",
    "wireguard-peer": "WireGuard peer",
    "calico-process": "Calico daemon",
    "calico-setting": "Calico setting",
    "calico-kind": "kind of Calico object",
    "calico-version": "Calico version",
    "ipam-block": "IPAM block",
    "bird-protocol": "BIRD protocol",
    "bird-config": "bird.cfg edit",
    "BIRD configuration": "bird.cfg edit",
    "container-summary": "container",
    "netns": "namespace",
}
"""What a kind of record is called in a sentence, where its own name is no noun."""


def instant(time: datetime | None) -> str:
    """Write an instant in UTC to the second; "unknown time" for None."""
    if time is None:
        return "unknown time"
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def backwards(t1: "Snapshot", t2: "Snapshot") -> str:
    """Warn of a comparison in which what is told as lost came, and the other way round."""
    return "   (t2 is the earlier: all is told backwards)" if t2.started < t1.started else ""


def moment(when: "When") -> str:
    """Say when: "at 10:37:28Z by BIRD's since", "between 10:36:58Z and 10:37:40Z"."""
    first, last, at = (
        time.astimezone(UTC) if time is not None else None
        for time in (when.earliest, when.latest, when.at)
    )
    dated = first is None or last is None or first.date() != last.date()
    form = "%Y-%m-%d %H:%M:%SZ" if dated else "%H:%M:%SZ"
    if at is not None:
        return f"at {at:{form}} by {when.by}"
    told = f"between {first:{form}} and {last:{form}}"
    return f"{told}, when {when.by} came" if when.by else told


def names(group: tuple[str, ...]) -> str:
    """List names, or the first few and a count."""
    if len(group) <= NAMES_SHOWN:
        return ", ".join(group)
    return f"{', '.join(group[: NAMES_SHOWN - 1])} and {len(group) - NAMES_SHOWN + 1} more"


def count(number: int, noun: str) -> str:
    """Write "1 pair", "2 pairs", "2 switches", "2 addresses"."""
    first, of, rest = noun.partition(" of ")
    if of and noun not in NOUNS.values():
        return f"{count(number, first)} of {rest}"
    plural = "es" if noun.endswith(("ch", "ss")) else "s"
    return f"{number} {noun}{'' if number == 1 else plural}"


def source(evidence: "Evidence") -> str:
    """Say where a raw line stands: "t1 k8s2 host `ip route` 2026-11-23 12:03:04Z line 4"."""
    where = f"{evidence.snapshot} {evidence.node} {evidence.netns}"
    line = f" line {evidence.line}" if evidence.line else ""
    return f"{where} `{evidence.command}` {instant(evidence.time)}{line}"


def short_source(evidence: "Evidence") -> str:
    """Say the same without what the first screen has said: "t1 12:03:04Z k8s2 `ip route`"."""
    time = f"{evidence.time.astimezone(UTC):%H:%M:%SZ} " if evidence.time else ""
    netns = "" if evidence.netns == HOST else f" {evidence.netns}"
    return f"{evidence.snapshot} {time}{evidence.node}{netns} `{evidence.command}`"


def squeezed(line: str, most: int = 100) -> str:
    """Shorten a raw line for the first screen: runs of blanks become one, the middle is cut.

    What a line is about stands at its beginning, and what a filter's line does at its end.
    """
    text = " ".join(line.split())
    if len(text) <= most:
        return text
    end = most // 3
    return f"{text[: most - 1 - end]}…{text[-end:]}"
