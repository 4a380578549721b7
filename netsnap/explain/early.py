"""What takes packets before the packet filter sees them, and of which the model cannot tell which.

An XDP program is known by its being there alone; a traffic-control filter by its lines, of which
those count that drop packets or send them elsewhere.
"""

import re

from parsers.records import Interface, TcFilter
from parsers.roles import Record

_TAKES = re.compile(r"\b(mirred|drop|shot|police|bpf|stolen)\b")
_TO = re.compile(r"\((?:Egress|Ingress) (?:Redirect|Mirror) to device (\S+?)\)")


def early(record: Record | None) -> str:
    """Say what takes packets early: "an XDP program on eth0", "" for a record of nothing such."""
    if isinstance(record, Interface) and record.xdp:
        return f"an XDP program on {record.name}"
    if isinstance(record, TcFilter):
        text = " ".join(record.rule)
        if _TAKES.search(text) or record.type == "bpf":
            to = _TO.search(text)
            then = f" that sends packets to {to[1]}" if to else " that takes packets out"
            return f"a tc filter on {record.device} ({record.parent}){then}"
    return ""
