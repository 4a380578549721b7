"""Whether the node's clock is held to the time."""

import re

from collector.probe import Probe, Where
from parsers.clocks import read_timedatectl, read_tracking
from parsers.entry import SUDO, Entry, Profile
from parsers.records import ClockState

ENTRIES: tuple[Entry, ...] = (
    Entry(
        # By its socket of UNIX, chronyc would make a file on the node, to be answered at.
        Probe(
            "chrony-tracking",
            "chronyc -n -h 127.0.0.1,::1 tracking",
            Where.NODE,
            needs="chronyc",
            shown="chronyc -n tracking",
        ),
        read_tracking,
        (ClockState,),
        re.compile(SUDO + r"chronyc(?: -\w+(?: /\S+)?)* tracking"),
        Profile.FULL,
        lacking=re.compile(r"506 Cannot talk to daemon|Could not open connection to daemon"),
    ),
    Entry(  # only read: asking starts a daemon on the node, systemd-timedated
        Probe("timedatectl", "", Where.NODE, shown="timedatectl show"),
        read_timedatectl,
        (ClockState,),
        re.compile(SUDO + r"timedatectl(?: (?:show|status))?"),
    ),
)
