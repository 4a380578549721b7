"""The TCP sockets of BGP."""

import re

from collector.probe import Probe, Where
from parsers.entry import NETNS_EXEC, Entry
from parsers.records import TcpPassing, TcpSocket
from parsers.sockets import read_sockets

# Asked by netlink, a kernel that has tcp_diag as a module loads it; told where /proc is, ss reads
# that instead. Not -i: that prints the keys of TCP MD5, some versions in the middle of a line.
_ASK = """\
[ -d /sys/module/tcp_diag ] || export PROC_ROOT=/proc
exec ss -tanpo '( sport = :179 or dport = :179 )'"""

_TCP = r"(?=.* (?:-\w*t|--tcp))"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe(
            "ss-bgp",
            _ASK,
            Where.NODE,
            needs="ss",
            shown="ss -tanpo ( sport = :179 or dport = :179 )",
        ),
        read_sockets,
        (TcpSocket, TcpPassing),
        re.compile(NETNS_EXEC + r"(?:ss|netstat)" + _TCP + r"(?: .*)?"),
        quiet=True,
    ),
)
