"""What ``ethtool`` and ``bridge`` tell of interfaces."""

import re

from collector.probe import Probe, Where
from parsers.drivers import read_driver_statistics
from parsers.entry import NETNS_EXEC, Entry, whole_lines
from parsers.records import DriverStatistics

_NO_COUNTERS = whole_lines(
    r"no stats available|Cannot get (?:driver information|stats strings information|stats):"
    r" Operation not supported"
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe(
            "ethtool-S",
            'ethtool -S "$1"',
            Where.INTERFACE,
            needs="ethtool",
            shown="ethtool -S {interface}",
        ),
        read_driver_statistics,
        (DriverStatistics,),
        re.compile(NETNS_EXEC + r"ethtool (?:-S|--statistics)(?: \S+)?"),
        harmless=_NO_COUNTERS,
    ),
)
