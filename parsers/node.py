"""Readers of what the node is: its identity, its network namespaces, its forwarding switches."""

import re
from collections import defaultdict

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.instants import instant
from parsers.names import FIRST_PROCESS
from parsers.reading import Reading
from parsers.records import NetworkNamespace, NodeIdentity, Sysctl
from parsers.swift import remembered
from parsers.text import Text

_ESCAPED = re.compile(r"\\([\\\"'$`])")
_SWAP = str.maketrans("/.", "./")


def read_node(text: Text) -> Reading:
    """Read the node's name, kernel, boot and system; name, kernel and boot id make it whole."""
    rows = fsm.run("node", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        try:
            gathered.add(row.line, _identity(row))
        except ValueError:
            gathered.refuse(row.line)
    whole = any(row["Hostname"] and row["Kernel"] and row["BootId"] for row in rows.rows)
    return gathered.reading("" if whole else "the answer is not whole")


def _identity(row: Row) -> NodeIdentity:
    return NodeIdentity(
        hostname=row["Hostname"],
        kernel=row["Kernel"],
        boot_id=row["BootId"],
        os=_unquoted(row["Os"]),
        architecture=row["Architecture"],
        zone=row["Zone"],
        calico_name=row["CalicoName"],
        boot_time=instant(int(row["BootTime"])) if row["BootTime"] else "",
    )


def _unquoted(value: str) -> str:
    """Take the shell's quotes off a value of os-release."""
    if value[:1] in ("'", '"') and value[-1:] == value[:1]:
        value = value[1:-1]
    return _ESCAPED.sub(r"\1", value)


def read_netns(text: Text) -> Reading:
    """Read the list of network namespaces: one record an inode, however many names it has.

    A list without the node's first process is blind: other users' processes may be hidden, and
    which namespace is the node's own is not told.
    """
    rows = fsm.run("netns", text.lines)
    gathered = Gathering.of(text.lines, rows)
    first: dict[int, int] = {}
    pids: dict[int, set[int]] = defaultdict(set)
    mounts: dict[int, set[str]] = defaultdict(set)
    for row in rows.rows:
        inode = int(row["Inode"])
        first.setdefault(inode, row.line)
        if row["Pid"]:
            pids[inode].add(int(row["Pid"]))
        else:
            mounts[inode].add(row["Mount"])
    is_whole = any(FIRST_PROCESS in listed for listed in pids.values())
    for inode, line in first.items():
        names = tuple(sorted(mounts[inode]))
        gathered.add(line, NetworkNamespace(inode, tuple(sorted(pids[inode])), names))
    return gathered.reading("" if is_whole else "the node's first process is not in the list")


def read_sysctl(text: Text) -> Reading:
    """Read ``name = value`` lines; a name with slashes ("net/ipv4/conf/eth0.5/…") is turned."""
    rows = fsm.run("sysctl", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        gathered.add(row.line, _switch(row["Name"], row["Setting"]))
    return gathered.reading()


@remembered
def _switch(name: str, setting: str) -> Sysctl:
    first = min(name.find(mark) % (len(name) + 1) for mark in "/.")
    dotted = name.translate(_SWAP) if name[first] == "/" else name
    return Sysctl(dotted, " ".join(setting.split()))
