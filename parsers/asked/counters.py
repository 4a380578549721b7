"""Counters of the kernel that belong to no interface."""

import re

from collector.probe import Probe, Where
from parsers.entry import NETNS_EXEC, SUDO, Entry, Profile, whole_lines
from parsers.procnet import read_neighbour_tables, read_protocol_counters, read_softnet
from parsers.records import NeighbourTable, ProtocolCounters, SoftnetStatistics

_NO_IPV6 = whole_lines(
    r"(?:cat|grep): (?:can't open ')?/proc/net/(?:snmp6|stat/ndisc_cache)'?:"
    r" No such file or directory"
)
_NOT_THE_HOSTS = re.compile(r"grep: /proc/net/stat/arp_cache: No such file or directory")
"""Only the machine's first network namespace has these; a node may live in another."""

_FILES = r"(?: /proc/net/(?:snmp6?|netstat))+"

# snmp6 has a line a counter, and most are 0 in most namespaces; the first of each protocol is kept.
_NOT_ZERO = (
    "exec grep -hE ':|[1-9][0-9]*$"
    "|^(Ip6InReceives|Icmp6InMsgs|Udp6InDatagrams|UdpLite6InDatagrams)[[:blank:]]'"
    " /proc/net/snmp /proc/net/netstat /proc/net/snmp6"
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe(
            "protocol-counters",
            _NOT_ZERO,
            Where.NETNS,
            shown="cat /proc/net/snmp /proc/net/netstat /proc/net/snmp6",
        ),
        read_protocol_counters,
        (ProtocolCounters,),
        re.compile(rf"{NETNS_EXEC}(?:cat{_FILES}|nstat(?= .*-\w*a)(?: .*)?)"),
        harmless=_NO_IPV6,
        quiet=True,
        always=True,
    ),
    Entry(
        Probe(
            "neighbour-tables",
            "grep . /proc/net/stat/arp_cache /proc/net/stat/ndisc_cache",
            Where.NODE,
        ),
        read_neighbour_tables,
        (NeighbourTable,),
        re.compile(SUDO + r"grep (?:-H )?(?:\.|'') /proc/net/stat/.*"),
        harmless=_NO_IPV6,
        quiet=True,
        lacking=_NOT_THE_HOSTS,
    ),
    Entry(
        Probe("softnet", "cat /proc/net/softnet_stat", Where.NODE),
        read_softnet,
        (SoftnetStatistics,),
        re.compile(SUDO + r"cat /proc/net/softnet_stat"),
        Profile.FULL,
        quiet=True,
        always=True,
    ),
)
