"""BIRD: what it does, asked through its control socket, and its configuration."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from collector.probe import Probe, Where
from parsers.bird import read_protocols
from parsers.birdroutes import read_routes
from parsers.birdstatus import read_status
from parsers.entry import SUDO, Entry, Profile
from parsers.reading import Reading
from parsers.records import BirdChannel, BirdProtocol, BirdRoute, BirdStatus
from parsers.roles import Record
from parsers.text import Text

_NO_BIRD = re.compile(
    r"no birdcl or birdc on the node to ask \S+|no control socket of BIRD on the node"
)
_IN_CONTAINER = r"(?:(?:docker|podman|nerdctl|crictl|kubectl)(?: \S+)* exec(?: \S+)* )?"
_SIX = r"bird(?:cl?6|cl?(?= (?:-[rv] )*-s \S*bird6))"
_FOUR = r"bird(?:cl?(?! (?:-[rv] )*-s \S*bird6))"

# Every process of that name in the node's own network namespace is looked at, whichever runtime
# started it: its control socket as it sees it, and where the node has no client, its container's.
# Calico's own comes first. What may not be looked at is told apart from what is not there, a
# socket without a client from no socket, and a BIRD without a socket from no BIRD.
_FIND = r"""
closed='' pids='' socket='' process='' path='' ask=''
for p in $(grep -slx "$daemon" /proc/[0-9]*/comm); do
  p=${p%/comm}
  if [ "$p/ns/net" -ef /proc/self/ns/net ]; then pids="$pids $p"
  elif [ ! -e "$p/ns/net" ]; then
    { read -r pid comm state rest <"$p/stat"; } 2>/dev/null && [ "$state" != Z ] && closed=$p
  fi
done
usual="/var/run/calico/$daemon.ctl /run/calico/$daemon.ctl /run/bird/$daemon.ctl"
set -f
for p in $pids; do
  own=$(tr '\0' '\n' <"$p/cmdline" | sed -n -e '/^-s$/{n;p;}' -e 's/^-s\(.\)/\1/p')
  for s in $own $usual; do
    at=$p/root$s
    [ -S "$at" ] || continue
    [ "$at" -ef "$s" ] && at=$s
    case $socket,$s in ,*|*,*/calico/*) socket=$at process=$p path=$s ;; esac
    break
  done
  case $path in */calico/*) break ;; esac
done
for s in $usual; do
  d=${s%/*}
  [ ! -d "$d" ] || [ -x "$d" ] || closed=$d
  [ -n "$socket" ] || [ ! -S "$s" ] || socket=$s
done
if [ -z "$socket" ]; then
  if [ -n "$closed" ]; then echo "$closed: Permission denied"
  elif [ -n "$pids" ]; then echo "no control socket was found of the $daemon that runs:$pids"
  else echo "no control socket of BIRD on the node"; fi >&2
  exit 1
fi
for c in birdcl birdc birdcl6 birdc6; do
  if [ -z "$ask" ] && command -v $c >/dev/null 2>&1; then ask="$c -r -s $socket"; fi
done
for d in /usr/local/bin /usr/local/sbin /usr/bin /usr/sbin /bin /sbin; do
  for c in birdcl birdc; do
    [ -z "$ask" ] && [ -n "$process" ] && [ -x "$process/root$d/$c" ] || continue
    ask="nsenter -t ${process#/proc/} -m $d/$c -r -s $path"
  done
done
if [ -z "$ask" ]; then
  echo "no birdcl or birdc on the node to ask $socket" >&2
  exit 127
fi
if [ -n "$process" ]; then
  TZ=$(tr '\0' '\n' <"$process/environ" | sed -n 's/^TZ=//p')
  if [ -n "$TZ" ]; then :
  elif [ -e "$process/root/etc/localtime" ]; then TZ=:$process/root/etc/localtime
  else TZ=UTC0; fi
  export TZ
fi 2>/dev/null
now=$(date +%s) zone=''
for ago in 0 72000 15724800; do zone="$zone $(date -d "@$((now - ago))" +%z)"; done 2>/dev/null
echo "zone$zone"
if [ -n "$process" ] && read -r stat <"$process/stat"; then
  set -- $stat
  echo "process $1 ${22}"
fi"""


# BIRD's time zone is told by its own time beside the node's, hence its status before the rest.
_STATUS = "exec $ask show status"
_AFTER_STATUS = "$ask show status && exec $ask "


@dataclass(frozen=True, slots=True)
class _Question:
    """What BIRD is asked, and how people abbreviate it. BIRD 1 has one daemon a family."""

    name: str
    words: str
    typed: str
    reader: Callable[[Text], Reading]
    kinds: tuple[type[Record], ...]
    profile: Profile = Profile.DEFAULT

    def of(self, daemon: str) -> Entry:
        client = "birdcl6" if daemon == "bird6" else "birdcl"
        ask = _STATUS if self.name == "status" else f"{_AFTER_STATUS}show {self.words}"
        shown = f"{client} -r show {self.words}"
        program = _SIX if daemon == "bird6" else _FOUR
        command = f"daemon={daemon}{_FIND}\n{ask}"
        return Entry(
            Probe(f"{client}-{self.name}", command, Where.NODE, shown=shown),
            self.reader,
            self.kinds,
            re.compile(f"{SUDO}{_IN_CONTAINER}{program}(?: -[rv]| -s \\S+)* show {self.typed}"),
            self.profile,
            lacking=_NO_BIRD,
        )


_QUESTIONS = (
    _Question(
        "protocols",
        "protocols all",
        r"protocols(?: all)?(?: \S+)?",
        read_protocols,
        (BirdProtocol, BirdChannel),
        Profile.QUICK,
    ),
    _Question("status", "status", "status", read_status, (BirdStatus,)),
    _Question(
        "routes",
        "route all",
        r"route(?!.*\b(?:count|stats)\b)(?: .*)?",
        read_routes,
        (BirdRoute,),
    ),
)

ENTRIES: tuple[Entry, ...] = tuple(
    question.of(daemon) for daemon in ("bird", "bird6") for question in _QUESTIONS
)
