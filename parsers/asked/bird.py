"""BIRD."""

import re

from collector.probe import Probe, Where
from parsers.bird import read_protocols
from parsers.entry import SUDO, Entry, Profile
from parsers.records import BirdProtocol

_NO_BIRD = re.compile(
    r"no birdcl or birdc on the node to ask \S+|no control socket of BIRD on the node"
)

# Calico's own BIRD first. A socket without a program to ask through is told apart from no socket,
# and that from a directory that we may not look into.
_ASK_BIRD = """\
closed=
for s in /var/run/calico/bird.ctl /run/calico/bird.ctl /run/bird/bird.ctl; do
  d=${s%/*}
  [ ! -d "$d" ] || [ -x "$d" ] || closed=$d
  [ -S "$s" ] || continue
  for c in birdcl birdc; do
    command -v $c >/dev/null 2>&1 && exec $c -r -s $s show protocols all
  done
  echo "no birdcl or birdc on the node to ask $s" >&2
  exit 127
done
[ -z "$closed" ] || { echo "$closed: Permission denied" >&2; exit 1; }
echo "no control socket of BIRD on the node" >&2
exit 1"""

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("birdcl-protocols", _ASK_BIRD, Where.NODE, shown="birdcl -r show protocols all"),
        read_protocols,
        (BirdProtocol,),
        re.compile(SUDO + r"bird(?:cl?|cl?6)(?: -r| -s \S+)* show protocols(?: all)?"),
        Profile.QUICK,
        lacking=_NO_BIRD,
    ),
)
