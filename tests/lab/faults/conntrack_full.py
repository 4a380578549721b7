"""The table of tracked connections of k8s3 is full: of live ones, or of such as make room.

With live ones no new connection gets through; of those that nobody answered the kernel throws out
some for a new one. The bound is the machine's and stays as it is: the node's own table is filled.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.lab.faults.effects import outside_lost, pairs_lost, whole
from tests.lab.faults.fault import Fault, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import MANAGEMENT_NIC, PODS

NODE = "k8s3"
LOST = across(pods_on(NODE), PODS.values())
ALONE = workloads_on(NODE)
TRACKED = (
    "nft 'add table ip tracked; "
    "add chain ip tracked first { type filter hook prerouting priority raw; }; "
    f'add rule ip tracked first iifname "{MANAGEMENT_NIC}" notrack; '
    "add chain ip tracked out { type filter hook output priority raw; }; "
    f'add rule ip tracked out oifname "{MANAGEMENT_NIC}" notrack; '
    "add chain ip tracked forward { type filter hook forward priority filter; }; "
    "add rule ip tracked forward ct state invalid drop'"
)
ENTRIES = r"""
conntrack -D -p icmp >/dev/null 2>&1 || :  # what would soon make room again
awk -v n="$(cat /proc/sys/net/netfilter/nf_conntrack_max)" 'BEGIN { for (i = 0; i < n; i++) {
  a = "10." int(i / 65536) % 256 "." int(i / 256) % 256 "." i % 256
  printf "-A -p tcp -s %s -d 10.255.0.1 --sport 1024 --dport 80 ", a
  printf "-r 10.255.0.1 -q %s --reply-port-src 80 --reply-port-dst 1024 ", a
  print "--state STATE -t 3600" } }' >/run/entries
conntrack -R /run/entries >/dev/null 2>&1 || :
rm /run/entries
"""


@contextmanager
def tracked(lab: Lab) -> Iterator[None]:
    """Have the node track connections, but for those by which it is managed."""
    try:
        lab.run(NODE, TRACKED)
        yield
    finally:
        lab.run(NODE, "nft delete table ip tracked")
        lab.wait_whole()


def inject(lab: Lab) -> None:
    """Fill the table up to the bound."""
    fill(lab, "ESTABLISHED -u SEEN_REPLY,ASSURED")


def inject_unanswered(lab: Lab) -> None:
    """Fill it with what the kernel throws out for others."""
    fill(lab, "SYN_SENT")


def fill(lab: Lab, state: str) -> None:
    """Fill the table with connections in a state of TCP."""
    lab.run(NODE, ENTRIES.replace("STATE", state), limit=120.0)


def heal(lab: Lab) -> None:
    """Empty it."""
    lab.run(NODE, "conntrack -F 2>&1")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


_FULL = Fault(
    "conntrack-full",
    f"the table of tracked connections of {NODE} is full",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    shown=False,
    says=(f"{NODE}", "table", "full"),
    setting=tracked,
    pings=True,
    slow=True,
)

FAULTS = (
    _FULL,
    replace(
        _FULL,
        name="conntrack-recycled",
        summary=f"the table of tracked connections of {NODE} is full, and makes room",
        inject=inject_unanswered,
        settled=whole,
        lost=frozenset(),
        outside=frozenset(),
        pings=False,
        verdicts=("nothing broke", "unchanged", "cannot tell"),
    ),
)
