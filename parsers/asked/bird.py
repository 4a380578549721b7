"""BIRD: what it does, asked through its control socket, and its configuration."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from collector.probe import Probe, Where
from parsers.bird import read_protocols
from parsers.birdconfig import read_config
from parsers.birdroutes import read_routes
from parsers.birdstatus import read_status
from parsers.entry import SUDO, Entry, Profile
from parsers.reading import Reading
from parsers.records import BirdChannel, BirdConfig, BirdProtocol, BirdRoute, BirdStatus
from parsers.roles import Record
from parsers.text import Text

_NO_BIRD = re.compile(
    r"no birdcl or birdc on the node to ask \S+|no control socket of BIRD on the node"
)
_IN_CONTAINER = r"(?:(?:docker|podman|nerdctl|crictl|kubectl)(?: \S+)* exec(?: \S+)* )?"
_SIX = r"bird(?:cl?6|cl?(?= (?:-[rv] )*-s \S*bird6))"
_FOUR = r"bird(?:cl?(?! (?:-[rv] )*-s \S*bird6))"

# Every process of a daemon's name in the node's own network namespace, whichever runtime started
# it. One that may not be looked at is told apart from none.
_PROCESSES = r"""
for p in $(grep -slx "$daemon" /proc/[0-9]*/comm); do
  p=${p%/comm}
  if [ "$p/ns/net" -ef /proc/self/ns/net ]; then pids="$pids $p"
  elif [ ! -e "$p/ns/net" ]; then
    { read -r pid comm state rest <"$p/stat"; } 2>/dev/null && [ "$state" != Z ] && closed=$p
  fi
done"""

# A process's control socket as it sees it itself; where the node has no client, its container's.
# Calico's own comes first. What may not be looked at is told apart from what is not there, a
# socket without a client from no socket, and a BIRD without a socket from no BIRD.
_FIND = (
    r"""
closed='' pids='' socket='' process='' path='' ask=''
"""
    + _PROCESSES
    + r"""
usual="/var/run/calico/$daemon.ctl /run/calico/$daemon.ctl /run/bird/$daemon.ctl"
set -f
for p in $pids; do
  own=$(tr '\0' '\n' <"$p/cmdline" | sed -n -e '/^-[A-Za-z]*s$/{n;p;}' -e 's|^-[A-Za-z]*s/|/|p')
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
)


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
            Probe(f"{client}-{self.name}", command, Where.NODE, shown=shown, waits_for=daemon),
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

# The files that the processes were started with, as they see them, and what these include; of a
# daemon that does not run, those in the usual places. A blank line ends a file without a newline.
# The body of `show` is a subshell: it calls itself, and sh knows no variables of a function.
_CONFIG = (
    r"""
status=0 found=''
show() (
  status=0 at=$1$2
  if [ -L "$at" ]; then link=$(readlink "$at"); case $link in /*) at=$1$link ;; esac; fi
  case $2 in */*) d=${2%/*}/ ;; *) d='' ;; esac
  printf '==> %s %s <==\n' "$daemon" "$2"
  cat "$at" && echo || exit 1
  [ "$3" -lt 8 ] || exit 0
  IFS='
'
  set -f
  for f in $(sed -n 's/^[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$at"); do
    case $f in /*) ;; *) f=$d$f ;; esac
    set +f
    for g in $1$f; do
      if [ ! -e "$g" ]; then case $f in *[*?[]*) continue ;; esac; fi
      show "$1" "${g#"$1"}" $(($3 + 1)) || status=1
    done
    set -f
  done
  exit $status
)
for daemon in bird bird6; do
  pids='' closed=''"""
    + _PROCESSES
    + r"""
  for p in $pids; do
    own=$(tr '\0' '\n' <"$p/cmdline" | sed -n -e '/^-[A-Za-z]*c$/{n;p;}' -e 's|^-[A-Za-z]*c/|/|p')
    for f in "$own" /etc/bird/$daemon.conf /etc/$daemon.conf /usr/local/etc/$daemon.conf ''; do
      case $f in
        /*) root=$p/root ;;
        ?*) root=$p/cwd/ ;;
        *) [ -n "$own" ] || { echo "$p: names no configuration, and the usual is not there" >&2
          found=1 status=1; }; continue ;;
      esac
      [ -n "$own" ] || [ -e "$root$f" ] || continue
      found=1
      show "$root" "$f" 0 || status=1
      break
    done
  done
  for f in /etc/calico/confd/config/$daemon.cfg /etc/bird/$daemon.conf /etc/$daemon.conf; do
    d=${f%/*}
    [ ! -d "$d" ] || [ -x "$d" ] || closed=$d
    [ -z "$pids" ] && [ -e "$f" ] || continue
    found=1
    show '' "$f" 0 || status=1
  done
  if [ -n "$closed" ]; then echo "$closed: Permission denied" >&2; found=1 status=1; fi
done
if [ -z "$found" ]; then echo "no configuration of BIRD on the node" >&2; exit 1; fi
exit $status"""
)

ENTRIES: tuple[Entry, ...] = (
    *(question.of(daemon) for daemon in ("bird", "bird6") for question in _QUESTIONS),
    Entry(
        Probe("bird-config", _CONFIG, Where.NODE, shown="cat bird.cfg"),
        read_config,
        (BirdConfig,),
        re.compile(rf"{SUDO}{_IN_CONTAINER}cat (?:\S*/)?bird6?(?:_\w+)?\.(?:cfg|conf)"),
        lacking=re.compile("no configuration of BIRD on the node"),
    ),
)
