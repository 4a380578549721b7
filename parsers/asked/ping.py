"""Pings that the collector was asked to send: in no profile, written anew for each sweep.

Who pings whom is known only once the nodes and workloads are, so the catalogue's entry has no
command; ``probe`` makes one for a sweep. It is POSIX sh and runs in every network namespace: one
that has none of the listed addresses leaves at once. It prints a line a question::

    source 192.168.86.2
    192.168.86.2 > 192.168.23.194 small 56 bytes: sent 2 received 2 rtt 0.061 ms
    192.168.86.2 > 192.168.23.194 full 1472 bytes: sent 2 received 0 said From 172.16.0.57 …
    192.168.86.2 > 192.168.23.195 small 56 bytes: late
    done

``bytes`` are ICMP's data; the headers make the packet 28 bytes longer (48 with IPv6). A full
packet is as long as the MTU of the way out and must not be fragmented; it is sent only where a
small one was answered. "cannot" stands where this ping cannot forbid fragments, "late" where the
time was used up, "not sent" where ping ended without its statistics.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collector.probe import Probe, Where
from parsers.addresses import address
from parsers.entry import Entry
from parsers.pings import read_pings
from parsers.records import Ping

NAME = "ping"
SHOWN = "ping OTHERS"
PACKETS = 2
AT_ONCE = 8
LIMIT = 10.0
"""Seconds that the questions of one namespace may take; the script stops itself before that."""

_BEGIN_UNTIL = 6
"""Seconds in which a ping may begin; the last ones take up to 1.3 s a size more."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Addresses of one family that ping each other.

    The address at place i pings those at i + d for each d of ``steps``, counted round.
    """

    addresses: tuple[str, ...]
    steps: tuple[int, ...]


ENTRY = Entry(
    Probe(NAME, "", Where.NETNS, needs="ping", limit=LIMIT, shown=SHOWN),
    read_pings,
    (Ping,),
    re.compile(NAME),
    quiet=True,
)
ENTRIES: tuple[Entry, ...] = (ENTRY,)


def fits(text: str) -> bool:
    """Say whether an address may stand in a command: canonical, and nothing but an address."""
    return bool(re.fullmatch(r"[0-9a-f:.]+", text)) and address(text) == text


def probe(rings: Sequence[Ring]) -> Probe:
    """Return the question with its targets in it.

    Raises ValueError for an address that is not in canonical form: these come from nodes, and
    nothing else of theirs may get into a command.
    """
    calls = []
    for ring in rings:
        for each in ring.addresses:
            if not fits(each):
                raise ValueError(f"{each!r} is no address in canonical form")
        steps = " ".join(str(int(step)) for step in ring.steps)
        calls.append(f"ring '{steps}' {' '.join(ring.addresses)}")
    command = "\n".join((_SCRIPT, *calls, _END))
    return Probe(NAME, command, Where.NETNS, needs="ping", limit=LIMIT, shown=SHOWN)


_SCRIPT = rf"""set -f
said=$(ip -o addr show scope global) || exit
own=' ' was=''
for word in $said; do
  case $was in inet|inet6) own="$own${{word%%/*}} " ;; esac
  was=$word
done
read -r stop rest </proc/uptime
stop=$((${{stop%.*}} + {_BEGIN_UNTIL})) sources=0 df=''
# try SIZE BYTES OPTION... : true if anything came back
try() {{
  class=$1 bytes=$2
  shift 2
  text=$($program -n -c {PACKETS} -i 0.2 -W 1 -I "$source" -s "$bytes" "$@" "$target" 2>&1)
  received='' sent='' rtt='' why=''
  case $text in *' packets transmitted, '*)
    received=${{text##*' packets transmitted, '}} received=${{received%%[!0-9]*}}
    sent=${{text%%' packets transmitted, '*}} sent=${{sent##*[!0-9]}} ;;
  esac
  case $text in *' min/avg/max'*) rtt=${{text##* = }} rtt=${{rtt#*/}} rtt=${{rtt%%/*}} ;; esac
  IFS='
'
  for line in $text; do
    case $line in From\ *|*ping:\ *|*ping6:\ *) why=$line; break ;; esac
  done
  unset IFS
  if [ -n "$sent" ] && [ -n "$received" ]; then
    end="sent $sent received $received${{rtt:+ rtt $rtt ms}}"
  else
    end='not sent'
  fi
  end="$end${{why:+ said $why}}"
  printf '%s > %s %s %s bytes: %s\n' "$source" "$target" "$class" "$bytes" "$end"
  [ "${{received:-0}}" -gt 0 ]
}}
full() {{
  way=$(ip route get "$target" from "$source")
  device=${{way##* dev }} device=${{device%%[!-A-Za-z0-9_.:@]*}}
  link=$(ip -o link show dev "$device")
  bytes=${{link##* mtu }} bytes=${{bytes%%[!0-9]*}}
  case $way in
    *' mtu lock '*) less=${{way##* mtu lock }} ;;
    *' mtu '*) less=${{way##* mtu }} ;;
    *) less='' ;;
  esac
  less=${{less%%[!0-9]*}}
  if [ -n "$less" ] && [ "$less" -lt "$bytes" ]; then bytes=$less; fi
  if [ -z "$bytes" ] || [ "$bytes" -gt 65535 ]; then bytes=65535; fi
  bytes=$((bytes - headers))
  if [ "$df" = yes ]; then try full "$bytes" -M do
  else printf '%s > %s full %s bytes: cannot\n' "$source" "$target" "$bytes"; fi
}}
one() {{
  read -r now rest </proc/uptime
  if [ "${{now%.*}}" -ge "$stop" ]; then
    printf '%s > %s small 56 bytes: late\n' "$source" "$target"
  elif try small 56; then full; fi
}}
# ring STEPS ADDRESS... : {AT_ONCE} at a time take every {AT_ONCE}th step
ring() {{
  steps=$1 place=0 source=''
  shift
  for target do
    case $own in *" $target "*) source=$target; break ;; esac
    place=$((place + 1))
  done
  if [ -z "$source" ]; then return; fi
  sources=$((sources + 1)) program=ping headers=28
  if [ -z "$df" ]; then
    case $(ping -V 2>&1) in *iputils*) df=yes ;; *) df=no ;; esac
  fi
  case $source in *:*) headers=48
    case $(ping -6 -c 1 -W 1 ::1 2>&1) in
      *'packets transmitted'*) program='ping -6' ;;
      *) program=ping6 ;;
    esac ;;
  esac
  printf 'source %s\n' "$source"
  for worker in {" ".join(str(number) for number in range(AT_ONCE))}; do
    (
      turn=0
      for step in $steps; do
        if [ $((turn % {AT_ONCE})) = "$worker" ]; then
          eval "target=\${{$(((place + step) % $# + 1))}}"
          case $own in *" $target "*) ;; *) one ;; esac
        fi
        turn=$((turn + 1))
      done
    ) &
  done
  wait
}}"""
_END = """if [ "$sources" = 0 ]; then echo 'source none'; fi
echo done"""
