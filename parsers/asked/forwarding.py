"""What ``bridge`` and ``tc`` tell: ports, forwarding entries, queues and filters."""

import re

from collector.probe import Probe, Where
from parsers.bridges import read_fdb, read_ports, read_vlans
from parsers.entry import NETNS_EXEC, Entry
from parsers.records import BridgePort, BridgeVlan, FdbEntry, FdbMoving, Qdisc, TcClass, TcFilter
from parsers.traffic import read_classes, read_filters, read_qdiscs

_SHOW = r"(?: (?:show|list|ls|sh|s|l)\b(?:.*? dev (?P<subject>\S+))?.*)?"
"""Asked for one device, the programs do not name it in the answer."""

_OPTIONS = r"(?: -(?!j\b)\w+)*"

# Only where a filter can be, at the root or below another queue: of the others the kernel takes
# none. A queue that nobody gave a number can be named only where it is the device's root. The
# parents are numbers, for old versions know no other name of them.
_FILTERS = r"""said=$(tc qdisc show) || exit
printf '%s\n' "$said" | {
  status=0
  while read -r word type handle dev name rest; do
    if [ "$dev" = offloaded ]; then name=${rest%% *} rest=${rest#* }; fi
    case $type in
      clsact) set -- ffff:fff2 ffff:fff3 ;;
      ingress) set -- ffff: ;;
      htb|hfsc|prio|drr|ets|qfq|cbq|multiq|dsmark|atm|sfb|choke|sfq|fq_codel|cake)
        case "$handle $rest" in
          '0: root'*) set -- 0: ;;
          '0: '*) continue ;;
          *) set -- "$handle" ;;
        esac ;;
      *) continue ;;
    esac
    for parent do
      printf 'device %s parent %s\n' "$name" "$parent"
      tc -s filter show dev "$name" parent "$parent" || status=$?
    done
  done
  exit "$status"
}"""

_CLASSES = r"""said=$(tc qdisc show) || exit
printf '%s\n' "$said" | {
  status=0 asked=''
  while read -r word type handle dev name rest; do
    if [ "$dev" = offloaded ]; then name=${rest%% *}; fi
    case $type in htb|hfsc|drr|ets|qfq|cbq) ;; *) continue ;; esac
    if [ "$name" = "$asked" ]; then continue; fi
    asked=$name
    printf 'device %s\n' "$name"
    tc -s class show dev "$name" || status=$?
  done
  exit "$status"
}"""

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("bridge-fdb", "bridge fdb show", Where.NODE, needs="bridge"),
        read_fdb,
        (FdbEntry, FdbMoving),
        re.compile(rf"{NETNS_EXEC}bridge{_OPTIONS} f(?:d(?:b)?)?{_SHOW}"),
        quiet=True,
        always=True,
    ),
    Entry(
        Probe("bridge-link", "bridge -d link show", Where.NODE, needs="bridge"),
        read_ports,
        (BridgePort,),
        re.compile(rf"{NETNS_EXEC}bridge{_OPTIONS} l(?:i(?:n(?:k)?)?)?{_SHOW}"),
        quiet=True,
        always=True,
    ),
    Entry(
        Probe("bridge-vlan", "bridge vlan show", Where.NODE, needs="bridge"),
        read_vlans,
        (BridgeVlan,),
        re.compile(rf"{NETNS_EXEC}bridge{_OPTIONS} v(?:l(?:a(?:n)?)?)?{_SHOW}"),
        quiet=True,
        always=True,
    ),
    Entry(
        Probe("tc-qdisc", "tc -s qdisc show", Where.NETNS, needs="tc"),
        read_qdiscs,
        (Qdisc,),
        re.compile(rf"{NETNS_EXEC}tc{_OPTIONS} q(?:d(?:i(?:s(?:c)?)?)?)?{_SHOW}"),
        quiet=True,
        always=True,
    ),
    Entry(
        Probe(
            "tc-class",
            _CLASSES,
            Where.NODE,
            needs="tc",
            shown="tc -s class show dev DEVICE",
        ),
        read_classes,
        (TcClass,),
        re.compile(rf"{NETNS_EXEC}tc{_OPTIONS} c(?:l(?:a(?:s(?:s)?)?)?)?{_SHOW}"),
        quiet=True,
        always=True,
    ),
    Entry(
        Probe(
            "tc-filter",
            _FILTERS,
            Where.NETNS,
            needs="tc",
            shown="tc -s filter show dev DEVICE parent PARENT",
        ),
        read_filters,
        (TcFilter,),
        re.compile(rf"{NETNS_EXEC}tc{_OPTIONS} f(?:i(?:l(?:t(?:e(?:r)?)?)?)?)?{_SHOW}"),
        quiet=True,
        always=True,
    ),
)
