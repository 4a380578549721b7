"""What ``ethtool`` tells of interfaces."""

import re

from collector.probe import Probe, Where
from parsers.devices import read_driver, read_features, read_link, read_settings
from parsers.drivers import read_driver_statistics
from parsers.entry import NETNS_EXEC, Entry, Profile, whole_lines
from parsers.records import (
    DeviceSetting,
    DriverStatistics,
    InterfaceDriver,
    InterfaceFeature,
    LinkSettings,
)

_NO_COUNTERS = whole_lines(
    r"no stats available|Cannot get (?:driver information|stats strings information|stats):"
    r" Operation not supported"
)

_NOT_SUPPORTED = r"(?:netlink error|Cannot get .*): Operation not supported"
_NOTHING_TO_TELL = whole_lines(_NOT_SUPPORTED)
"""A driver without such settings."""

_NO_LINK_TO_TELL = whole_lines(
    _NOT_SUPPORTED + r"|(?:netlink error|Cannot get wake-on-lan settings): Operation not permitted"
)
"""What wakes a card is told to root alone, and the rest of the link is whole."""

# Of the host's interfaces all but lo and the ends of containers. `ip` tells which: /sys may be that
# of another namespace. 75 is ethtool's "no data available".
_EACH = r"""said=$(ip -d -o link show) || exit
status=0
set -f
IFS='
'
for line in $said; do
  case $line in
    *'\    veth'|*'\    veth '*|*'\    link/loopback'*) continue ;;
  esac
  name=${line#*: }
  name=${name%%: <*}
  name=${name%@*}
  case $name in -*) printf 'not asked: %s\n' "$name"; continue ;; esac
  {ask} || [ $? = 75 ] || status=1
done
exit $status"""

# A card's password for being woken stays on the node.
_LINK = """link() {
  said=$(ethtool "$name")
  code=$?
  case $said in
    *'SecureOn password:'*)
      said=$(printf '%s\\n' "$said" | sed 's/\\(SecureOn password:\\).*/\\1 hidden/') ;;
  esac
  [ -z "$said" ] || printf '%s\\n' "$said"
  return "$code"
}
"""


def _each(ask: str) -> str:
    """Return the command that asks each interface in turn; ``$name`` is the interface."""
    return _EACH.replace("{ask}", ask)


def _typed(options: str) -> re.Pattern[str]:
    return re.compile(rf"{NETNS_EXEC}ethtool(?: (?:{options}))(?: (?P<subject>\S+))?")


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
    Entry(
        Probe(
            "ethtool-link",
            _LINK + _each("link"),
            Where.NODE,
            needs="ethtool",
            shown="ethtool INTERFACE",
        ),
        read_link,
        (LinkSettings,),
        re.compile(NETNS_EXEC + r"ethtool [^-\s]\S*"),
        harmless=_NO_LINK_TO_TELL,
        always=True,
    ),
    Entry(
        Probe(
            "ethtool-k",
            _each('ethtool -k "$name"'),
            Where.NODE,
            needs="ethtool",
            shown="ethtool -k INTERFACE",
        ),
        read_features,
        (InterfaceFeature,),
        _typed("-k|--show-features|--show-offload"),
        harmless=_NOTHING_TO_TELL,
        always=True,
    ),
    Entry(
        Probe(
            "ethtool-i",
            _each("""printf 'Driver of %s:\\n' "$name"; ethtool -i "$name\""""),
            Where.NODE,
            needs="ethtool",
            shown="ethtool -i INTERFACE",
        ),
        read_driver,
        (InterfaceDriver,),
        _typed("-i|--driver"),
        harmless=_NOTHING_TO_TELL,
        always=True,
    ),
    Entry(
        Probe(
            "ethtool-settings",
            _each('ethtool -g "$name" || [ $? = 75 ] || status=1; ethtool -a "$name"'),
            Where.NODE,
            needs="ethtool",
            shown="ethtool -g INTERFACE; ethtool -a INTERFACE",
        ),
        read_settings,
        (DeviceSetting,),
        _typed("-g|--show-ring|-a|--show-pause"),
        Profile.FULL,
        harmless=_NOTHING_TO_TELL,
        always=True,
    ),
)
