"""The list of ticket systems, and the way in: ``attach("redmine:123", …)``."""

import re
from collections.abc import Mapping
from pathlib import Path

from netsnap.tickets.errors import TicketError
from netsnap.tickets.jira import Jira
from netsnap.tickets.redmine import Redmine
from netsnap.tickets.tracker import Attached, Secrets, Section, Tracker

TRACKERS: tuple[type[Tracker], ...] = (Redmine, Jira)

_KEY = re.compile(r"(?=.{1,200}$)[A-Za-z0-9]+(?:(?:\.+|-)[A-Za-z0-9]+)*")


def parse_target(target: str) -> tuple[type[Tracker], str]:
    """Split "redmine:123" into tracker and issue. Raises TicketError for anything else."""
    name, colon, issue = target.partition(":")
    known = {tracker.name: tracker for tracker in TRACKERS}
    if not colon or not issue.strip():
        raise TicketError(f"{target!r} names no ticket: write {_examples()}.")
    if name.lower() not in known:
        raise TicketError(f"netsnap knows no tracker {name!r}: write {_examples()}.")
    return known[name.lower()], issue.strip()


def attach(
    target: str,
    *,
    settings: Mapping[str, object],
    secrets: Secrets,
    markdown: str,
    bundle: Path,
    key: str,
) -> Attached:
    """Put a report and its bundle on the ticket ``target``; run again, it updates them.

    ``settings`` is the configuration's [tickets] table. ``key`` names the pair of snapshots: at
    most 200 letters and digits, with dots or a hyphen between them. Raises TicketError.
    """
    tracker, issue = parse_target(target)
    if not _KEY.fullmatch(key):
        raise TicketError(f"{key!r} cannot mark a comment: use letters, digits, dots and hyphens.")
    section = _section(tracker, settings)
    return tracker.configured(section, secrets).attach(issue, markdown, bundle, key=key)


def check(target: str, *, settings: Mapping[str, object], secrets: Secrets) -> None:
    """Raise TicketError if ``target``, its settings or its secret will not do; ask no tracker."""
    tracker, _ = parse_target(target)
    tracker.configured(_section(tracker, settings), secrets)


def _section(tracker: type[Tracker], settings: Mapping[str, object]) -> Section:
    section = settings.get(tracker.name)
    if not isinstance(section, Mapping):
        raise TicketError(
            f"there are no settings for {tracker.name}: "
            f"add a [tickets.{tracker.name}] table with its url to the configuration."
        )
    return section


def _examples() -> str:
    return " or ".join(tracker.example for tracker in TRACKERS)
