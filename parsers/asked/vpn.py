"""Tunnels that encrypt. No question here asks for a key."""

import re

from collector.probe import Probe, Where
from parsers.entry import NETNS_EXEC, SUDO, Entry
from parsers.records import (
    ProtocolCounters,
    WireguardInterface,
    WireguardPeer,
    XfrmPolicy,
    XfrmState,
)
from parsers.wireguard import read_wireguard
from parsers.xfrm import read_xfrm

# A kernel without a netlink socket of IPsec (protocol 6), nor one of the older kind, has neither
# policies nor states; asking would load the module. An `ip` that does not know `nokeys` must not
# be asked for states at all.
_XFRM = """\
grep -q '^[0-9a-f]* 6 ' /proc/net/netlink
[ $? != 1 ] || [ -e /proc/net/pfkey ] || exit 0
ip xfrm policy || exit
ip -s xfrm state list nokeys || exit
[ ! -e /proc/net/xfrm_stat ] || exec grep '' /proc/net/xfrm_stat"""

_NO_NOKEYS = re.compile(r'Error: argument "(?:ID" is required|nokeys" is wrong:.*)')

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe(
            "ip-xfrm",
            _XFRM,
            Where.NETNS,
            needs="ip",
            shown="ip xfrm policy; ip -s xfrm state list nokeys",
        ),
        read_xfrm,
        (XfrmPolicy, XfrmState, ProtocolCounters),
        re.compile(
            NETNS_EXEC + r"(?:ip(?: -\w+)* x(?:f(?:rm?)?)?"
            r" (?:s|st|sta|stat|state|p|po|pol|poli|polic|policy)(?: .*)?|cat /proc/net/xfrm_stat)"
        ),
        quiet=True,
        lacking=_NO_NOKEYS,
    ),
    Entry(
        Probe(
            "wg-show",
            "WG_HIDE_KEYS=always WG_COLOR_MODE=never exec wg show all",
            Where.NODE,
            needs="wg",
            shown="wg show all",
        ),
        read_wireguard,
        (WireguardInterface, WireguardPeer),
        re.compile(SUDO + r"wg(?: show(?: \S+)?)?"),
        quiet=True,
    ),
)
