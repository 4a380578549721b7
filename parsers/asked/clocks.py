"""Whether the node's clock is held to the time."""

import re

from collector.probe import Probe, Where
from parsers.asked.daemons import NO_SYSTEMD
from parsers.clocks import read_timedatectl, read_tracking
from parsers.entry import SUDO, Entry, Profile
from parsers.records import ClockState

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("chrony-tracking", "chronyc -n tracking", Where.NODE, needs="chronyc"),
        read_tracking,
        (ClockState,),
        re.compile(SUDO + r"chronyc(?: -\w+(?: /\S+)?)* tracking"),
        Profile.FULL,
        lacking=re.compile(r"506 Cannot talk to daemon|Could not open connection to daemon"),
    ),
    Entry(
        Probe("timedatectl", "timedatectl show", Where.NODE, needs="timedatectl"),
        read_timedatectl,
        (ClockState,),
        re.compile(SUDO + r"timedatectl(?: (?:show|status))?"),
        Profile.FULL,
        lacking=NO_SYSTEMD,
    ),
)
