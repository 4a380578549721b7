"""A node that is called otherwise: by itself, or by Calico."""

from netsnap.diff.changes import Change
from parsers.records import NodeIdentity


def names(change: Change) -> tuple[str, str]:
    """Return how Calico called a node and how it does now; "" where the change is none of that."""
    was, now = (fact.record if fact else None for fact in (change.before, change.after))
    if not isinstance(was, NodeIdentity) or not isinstance(now, NodeIdentity):
        return "", ""
    if was.calico_name == now.calico_name:
        return "", ""
    return was.calico_name, now.calico_name


def told(change: Change) -> str:
    """Say how a node was called and is; "" where its names are what they were."""
    was, now = (fact.record if fact else None for fact in (change.before, change.after))
    if not isinstance(was, NodeIdentity) or not isinstance(now, NodeIdentity):
        return ""
    parts = []
    if was.hostname != now.hostname:
        parts.append(f"its hostname was {was.hostname} and is {now.hostname}")
    if was.calico_name != now.calico_name:
        old, new = was.calico_name or "nothing", now.calico_name or "nothing"
        parts.append(f"Calico's name for it was {old} and is {new}")
    return f"{change.key.node} is called otherwise: {', '.join(parts)}" if parts else ""
