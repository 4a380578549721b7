"""What the node is."""

import re

from collector.probe import Probe, Where
from parsers.entry import Entry, Profile, whole_lines
from parsers.node import read_netns, read_node
from parsers.records import NetworkNamespace, NodeIdentity

_VANISHED = whole_lines(r"ls: .*: (?:No such file or directory|No such process)")
"""What ``ls`` says of a process that ended, or a mount that went, while it looked."""

# What moves by itself is not asked here: a node that stayed what it was says the same bytes.
_NODE = r"""printf 'hostname %s\nkernel %s\nboot_id %s\narchitecture %s\nzone %s\n' "$(uname -n)" \
  "$(uname -r)" "$(cat /proc/sys/kernel/random/boot_id)" "$(uname -m)" "$(date +%z)"
sed -n 's/^btime /boot_time /p' /proc/stat
for each in /etc/os-release /usr/lib/os-release; do
  if [ -r "$each" ]; then sed -n 's/^PRETTY_NAME=/os /p' "$each"; break; fi
done
if [ -e /var/lib/calico/nodename ]; then
  printf 'calico_name %s\n' "$(cat /var/lib/calico/nodename)"
fi"""

# Processes, then mounts. Only what is mounted is a namespace: a name without its mount is a file
# that docker left behind, or one that docker mounted out of our sight. Linux before 4.1 does not
# tell the inode in the table of mounts (before 3.19 the type of such a mount is "proc").
_NETNS = r"""ls -1iL /proc/[0-9]*/ns/net
status=$?
mounts=/proc/self/mountinfo
sed -n 's|^[^ ]* [^ ]* [^ ]* net:\[\([0-9]*\)\] \([^ ]*\) .* - nsfs .*|\1 \2|p' $mounts || exit
set -f
old='^[^ ]* [^ ]* [^ ]* / \([^ ]*/netns/[^ ]*\) .* -'
set -- $(sed -n -e "s|$old proc .*|\1|p" -e "s|$old nsfs .*|\1|p" $mounts)
[ $# = 0 ] || ls -1id "$@" || exit
exit $status"""

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("node", _NODE, Where.NODE, shown="uname -nrm; date +%z; boot_id; os-release"),
        read_node,
        (NodeIdentity,),
        re.compile(r"uname -n(?:; uname -r|rm; date \+%z); boot_id(?:; os-release)?"),
        Profile.QUICK,
        quiet=True,
    ),
    Entry(
        Probe(
            "netns",
            _NETNS,
            Where.NODE,
            needs="ls",
            shown="ls -1iL /proc/[0-9]*/ns/net; findmnt -t nsfs",
        ),
        read_netns,
        (NetworkNamespace,),
        re.compile(r"ls -1iL .*"),
        Profile.QUICK,
        harmless=_VANISHED,
        quiet=True,
        always=True,
    ),
)
