"""Switches and counters of the kernel."""

import re

from collector.probe import Probe, Where
from parsers.entry import NETNS_EXEC, Entry, Profile
from parsers.node import read_sysctl
from parsers.records import Sysctl

# grep and not the shell's own `read`: dash reads one byte at a time, and these files answer only
# the first read, so that 10 would become 1. An interface that vanishes half way makes grep fail
# (status 2) and is asked for again; IPv6 may be off, and then there is no net/ipv6.
_SYSCTL = r"""cd /proc/sys || exit
look() {
  grep -s '' net/ipv4/ip_forward net/ipv4/conf/*/forwarding net/ipv4/conf/*/rp_filter \
    net/ipv4/conf/*/proxy_arp || return
  [ ! -d net/ipv6/conf ] || grep -s '' net/ipv6/conf/*/forwarding net/ipv6/conf/*/disable_ipv6
}
said=$(look) || said=$(look) || exit
printf '%s\n' "$said" | sed 's/:\([^:]*\)$/ = \1/'"""

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("sysctl", _SYSCTL, Where.NETNS, shown="sysctl net.ipv4 net.ipv6"),
        read_sysctl,
        (Sysctl,),
        re.compile(NETNS_EXEC + r"sysctl(?: .*)?"),
        Profile.QUICK,
        quiet=True,
    ),
)
