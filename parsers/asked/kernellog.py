"""What the kernel said of the network."""

import re

from collector.probe import Probe, Where
from parsers.entry import SUDO, Entry
from parsers.kernellog import read_kernel_log
from parsers.records import KernelLog

# The log holds what the kernel kept of it; the time of its first line says since when.
_ASK = r"""log=$(dmesg) || exit
sed -n 's/^btime /btime /p' /proc/stat
printf '%s\n' "$log" | sed -n '1s/^\(\[[^]]*]\).*/oldest \1/p'
printf '%s\n' "$log" | grep -E 'table full|table overflow|cache is full|cache overflow|MD5 Hash|'\
'martian (source|destination)|SYN flooding|TCP: (out of|too many)|[Ll]ink (is )?([Dd]own|[Uu]p)|'\
'link status definitely|without any active|NETDEV WATCHDOG|with own address|duplicate address|'\
'unregister_netdevice: waiting|ut of memory: Kill|blocked for more|soft lockup|segfault at|'\
'general protection fault|IN=[^ ]* OUT=' | tail -n 200
:"""

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("kernel-log", _ASK, Where.NODE, needs="dmesg", shown="dmesg | grep NETWORK"),
        read_kernel_log,
        (KernelLog,),
        re.compile(SUDO + r"(?:dmesg|journalctl(?= .*(?:-k|--dmesg)))(?: .*)?"),
        quiet=True,
        always=True,
    ),
)
