"""What a node's kernel says of its network: a witness to losses that no table shows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.fulltables import is_full
from parsers.facts import Fact
from parsers.records import (
    ConntrackTable,
    Daemon,
    Interface,
    KernelLog,
    KernelMessage,
    NetworkNamespace,
)

_BAD = frozenset(
    {
        *("conntrack-full", "expectations-full", "neighbours-full", "routes-full"),
        *("md5", "tcp-memory", "no-active-slave", "transmit-timeout", "own-address-seen"),
        *("duplicate-address", "out-of-memory", "hung-task", "lockup", "crash", "link-down"),
    }
)
"""Kinds of message that tell of packets that are lost; others are worth a notice at most."""
_UNTOLD = frozenset({"packet-logged", "link-up", "netns-stuck"})
_OF_INTERFACES = frozenset(
    {"link-down", "no-active-slave", "transmit-timeout", "own-address-seen", "duplicate-address"}
)
_OF_PROCESSES = frozenset({"out-of-memory", "hung-task", "crash"})
RECENT = timedelta(hours=1)
"""Beyond it, what was said may be over."""
_IN_NETNS = re.compile(r"\bin netns (?P<inode>\d{1,20})\b")
_TIMES = "%Y-%m-%dT%H:%M:%SZ"


def kernel_says(case: Case) -> Iterator[Finding]:
    """Yield a finding for each kind of message that tells of a loss, with its count."""
    for fact, log in case.of(KernelLog, netns=HOST):
        for message in log.messages:
            if message.subject in _UNTOLD or _is_elsewhere(case, fact.key.node, message):
                continue
            if not _is_gone(case, fact.key.node, message):
                yield _said(case, fact, message, log)


def _said(case: Case, fact: Fact, message: KernelMessage, log: KernelLog) -> Finding:
    node = fact.key.node
    is_bad = message.subject in _BAD and _is_about(case, node, message)
    over = _is_over(message, log) or not _is_recent(fact, message) or _has_room(case, node, message)
    severity = Severity.WARNING if is_bad and not over else Severity.NOTICE
    times = f", {message.count} times in all" if message.count > 1 else ""
    sentence = f"the kernel of {node} said at {message.last}{times}: {message.text}"
    return Finding(severity, node, HOST, sentence, then=f"netsnap raw T {node} dmesg")


def _is_about(case: Case, node: str, message: KernelMessage) -> bool:
    """Say whether a message is about the node, or about a daemon that netsnap knows."""
    if message.subject in _OF_PROCESSES:
        return message.about in {daemon.name for _, daemon in case.of(Daemon, node)}
    return True


def _is_gone(case: Case, node: str, message: KernelMessage) -> bool:
    """Say whether a message is about an interface that the node has in none of its namespaces.

    Such come and go with containers; where not all of them were read, it may be one of those.
    """
    if message.subject not in _OF_INTERFACES or not message.about:
        return False
    places = [netns for at, netns in case.network.spaces if at == node]
    is_known = all(case.facts.sees(node, netns, Interface.kind) for netns in places)
    names = {interface.name for _, interface in case.of(Interface, node)}
    return is_known and message.about not in names


def _is_elsewhere(case: Case, node: str, message: KernelMessage) -> bool:
    """Say whether a message names a network namespace that the node does not have, or no more."""
    named = _IN_NETNS.search(message.text)
    if named is None or not case.sees(node, NetworkNamespace):
        return False
    held = {record.inode for _, record in case.of(NetworkNamespace, node)}
    return int(named["inode"]) not in held


def _has_room(case: Case, node: str, message: KernelMessage) -> bool:
    """Say whether it was said of the table of connections, which is not full any more."""
    tables = [table for _, table in case.of(ConntrackTable, node)]
    return message.subject == "conntrack-full" and bool(tables) and not any(map(is_full, tables))


def _is_over(message: KernelMessage, log: KernelLog) -> bool:
    """Say whether a link came up again after it went down."""
    return message.subject == "link-down" and any(
        other.subject == "link-up" and other.about == message.about and other.last >= message.last
        for other in log.messages
    )


def _is_recent(fact: Fact, message: KernelMessage) -> bool:
    """Say whether it was said within the hour; a time that cannot be read may be any."""
    try:
        last = datetime.strptime(message.last, _TIMES).replace(tzinfo=UTC)
    except ValueError:
        return True
    return fact.answer.started is None or fact.answer.started - last <= RECENT
