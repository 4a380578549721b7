"""Reader of the kernel's log (``dmesg``, ``journalctl -k``)."""

import re
from dataclasses import replace

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.instants import instant
from parsers.reading import Reading
from parsers.records import KernelLog, KernelMessage
from parsers.text import Text

_NAME = r"(?P<about>[^\s:()]{1,16})"
_PAIR = r"(?P<about>\S{1,64}(?: \d{1,5}\))?->\S{1,64}(?: \d{1,5}\))?)"

MESSAGES: tuple[tuple[str, str], ...] = (
    ("conntrack-full", r"nf_conntrack: table full(?: in netns \d+)?, dropping packet"),
    ("expectations-full", r"nf_conntrack: expectation table full"),
    ("neighbours-full", r"(?:(?P<about>\w+): neighbor|Neighbour) table overflow"),
    ("routes-full", r"Route cache is full|dst cache overflow"),
    ("md5", r"MD5 Hash (?:failed|not found|NOT expected but found|mismatch)(?: for)? " + _PAIR),
    ("md5", r"Unexpected MD5 Hash found(?: for)? " + _PAIR),
    ("martian-source", r"martian source \S+ from \S+, on dev " + _NAME),
    ("martian-destination", r"martian destination \S+ from \S+, dev " + _NAME),
    ("syn-flood", r"[Pp]ossible SYN flooding on port (?P<about>\S{1,64}?)\. "),
    ("tcp-memory", r"TCP: (?:out of memory|too many (?:of )?orphaned sockets)"),
    ("link-down", _NAME + r":? (?:NIC )?[Ll]ink(?: is)? [Dd]own"),
    ("link-up", _NAME + r":? (?:NIC )?[Ll]ink(?: is)? [Uu]p"),
    ("link-down", r"\(slave " + _NAME + r"\): link status definitely down"),
    ("link-up", r"\(slave " + _NAME + r"\): link status definitely up"),
    ("no-active-slave", r"(?P<about>\S{1,16}): now running without any active interface"),
    ("transmit-timeout", r"NETDEV WATCHDOG: " + _NAME + r" \("),
    ("transmit-timeout", _NAME + r" \([^()\s]+\): NETDEV WATCHDOG"),
    ("own-address-seen", r"received packet on " + _NAME + r" with own address as source"),
    ("duplicate-address", _NAME + r": IPv6 duplicate address"),
    ("netns-stuck", r"unregister_netdevice: waiting for " + _NAME + r" to become free"),
    ("packet-logged", r"^(?P<about>.{0,29}?) ?IN=\S* OUT=\S* "),
    ("out-of-memory", r"[Oo]ut of memory: Kill(?:ed)? process \d+ \((?P<about>[^()\n]{1,16})\)"),
    ("hung-task", r"INFO: task (?P<about>.{1,16}):\d+ blocked for more than"),
    ("lockup", r"BUG: soft lockup - CPU#(?P<about>\d+) stuck"),
    ("crash", r"(?P<about>\S{1,16})\[\d+\](?:: segfault at| general protection fault| trap )"),
)
"""What is looked for: the subject, and the pattern of a message with what it is about."""

_MESSAGES = tuple((subject, re.compile(pattern)) for subject, pattern in MESSAGES)

_PREFILTER = re.compile(
    r"table full|table overflow|cache is full|cache overflow|MD5 Hash|martian|SYN flooding"
    r"|TCP: (?:out of|too many)|[Ll]ink (?:is )?(?:[Dd]own|[Uu]p)|link status definitely"
    r"|without any active|NETDEV WATCHDOG|with own address|duplicate address|waiting for"
    r"|IN=|ut of memory|blocked for|soft lockup|segfault|protection fault|trap "
)
"""What one of the patterns may match: most messages of a log are none of them."""


_LONGEST = 1024
"""Characters of a message that are looked at; the kernel's own bound is near it."""


def read_kernel_log(text: Text) -> Reading:
    """Read ``dmesg``: the messages of each kind together, all others only counted."""
    rows = fsm.run("kernel-log", text.lines)
    gathered = Gathering.of(text.lines, rows)
    boot = next((int(row["BootTime"]) for row in rows.rows if row["BootTime"]), None)
    oldest, others = "", 0
    found: dict[tuple[str, str], KernelMessage] = {}
    messages = [row for row in rows.rows if not (row["BootTime"] or row["Oldest"])]
    for row in messages:
        try:
            when = _when(row, boot)
        except ValueError:
            gathered.refuse(row.line)
            continue
        oldest = oldest or when
        subject, about = _sort(row["Message"])
        if subject:
            _count(found, KernelMessage(subject, about, 1, when, when, row["Message"]))
        else:
            others += 1
    oldest = next((_oldest(row, boot) for row in rows.rows if row["Oldest"]), oldest)
    if rows.rows:
        gathered.add(rows.rows[0].line, KernelLog(oldest, tuple(found.values()), others))
    return gathered.reading("" if rows.rows else "the log is empty")


def _sort(message: str) -> tuple[str, str]:
    """Return what a message is of and about, ("", "") if it is of no known kind."""
    message = message[:_LONGEST]
    if not _PREFILTER.search(message):
        return "", ""
    for subject, pattern in _MESSAGES:
        match = pattern.search(message)
        if match is not None:
            return subject, (match.groupdict().get("about") or "").strip()
    return "", ""


def _count(found: dict[tuple[str, str], KernelMessage], message: KernelMessage) -> None:
    """Add a message to those of its kind; the order of the first of each stays."""
    before = found.get((message.subject, message.about))
    if before is not None:
        message = replace(message, count=before.count + 1, first=before.first)
    found[message.subject, message.about] = message


def _when(row: Row, boot: int | None) -> str:
    """Return a message's instant, or its time as printed if the boot time is not known."""
    if not row["Seconds"]:
        return str(row["Clock"])
    return instant(boot + float(row["Seconds"])) if boot is not None else str(row["Seconds"])


def _oldest(row: Row, boot: int | None) -> str:
    """Return the instant of the log's first message, "" where the boot time is not known."""
    return instant(boot + float(row["Oldest"])) if boot is not None else ""
