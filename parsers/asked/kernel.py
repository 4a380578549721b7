"""Switches and counters of the kernel."""

import re

from collector.probe import Probe, Where
from parsers.entry import NETNS_EXEC, Entry, Profile
from parsers.node import read_sysctl
from parsers.records import Sysctl

# grep and not the shell's own `read`: dash reads one byte at a time, and these files answer only
# the first read, so that 10 would become 1. An interface that vanishes half way makes grep fail
# (status 2) and is asked for again; IPv6 may be off, and then there is no net/ipv6. A switch that
# this kernel does not have, or not outside the host's namespace, is not asked for.
_LOOK = r"""cd /proc/sys || exit
look() {
%s
}
said=$(look) || said=$(look) || exit
[ -z "$said" ] || printf '%%s\n' "$said"
"""

_IN_EVERY_NAMESPACE = r"""  set --
  for each in net/ipv4/icmp_echo_ignore_all net/ipv4/ip_no_pmtu_disc net/ipv4/tcp_mtu_probing; do
    [ ! -e $each ] || set -- "$@" $each
  done
  [ ! -d net/ipv6/conf ] || set -- "$@" net/ipv6/conf/*/forwarding \
    net/ipv6/conf/*/disable_ipv6 net/ipv6/conf/*/accept_ra
  exec grep -s '' net/ipv4/ip_forward net/ipv4/conf/*/forwarding net/ipv4/conf/*/rp_filter \
    net/ipv4/conf/*/proxy_arp net/ipv4/conf/*/arp_ignore "$@"
"""

_ON_THE_NODE = r"""  set --
  for each in net/bridge/bridge-nf-call-arptables net/bridge/bridge-nf-call-ip6tables \
    net/bridge/bridge-nf-call-iptables net/core/default_qdisc \
    net/core/netdev_max_backlog net/ipv4/fib_multipath_hash_fields \
    net/ipv4/fib_multipath_hash_policy net/ipv4/fib_multipath_use_neigh \
    net/ipv4/fwmark_reflect net/ipv4/ip_default_ttl net/ipv4/ip_forward_use_pmtu \
    net/ipv4/ip_local_port_range net/ipv4/ip_nonlocal_bind net/ipv4/neigh/default/gc_thresh1 \
    net/ipv4/neigh/default/gc_thresh2 net/ipv4/neigh/default/gc_thresh3 \
    net/ipv4/tcp_l3mdev_accept net/ipv4/tcp_syncookies \
    net/ipv6/bindv6only net/ipv6/fib_multipath_hash_policy net/ipv6/icmp/echo_ignore_all \
    net/ipv6/ip_nonlocal_bind net/ipv6/neigh/default/gc_thresh1 \
    net/ipv6/neigh/default/gc_thresh2 net/ipv6/neigh/default/gc_thresh3 \
    net/ipv6/route/max_size net/netfilter/nf_conntrack_acct net/netfilter/nf_conntrack_buckets \
    net/netfilter/nf_conntrack_max net/netfilter/nf_conntrack_tcp_be_liberal \
    net/netfilter/nf_conntrack_tcp_loose; do
    [ ! -e $each ] || set -- "$@" $each
  done
  grep -s '' "$@" net/ipv4/conf/*/accept_local net/ipv4/conf/*/accept_redirects \
    net/ipv4/conf/*/arp_announce net/ipv4/conf/*/arp_filter net/ipv4/conf/*/disable_policy \
    net/ipv4/conf/*/disable_xfrm net/ipv4/conf/*/promote_secondaries \
    net/ipv4/conf/*/route_localnet net/ipv4/conf/*/send_redirects \
    net/ipv4/conf/*/src_valid_mark || return
  [ ! -d net/ipv6/conf ] || grep -s '' net/ipv6/conf/*/accept_dad \
    net/ipv6/conf/*/accept_redirects net/ipv6/conf/*/keep_addr_on_down \
    net/ipv6/conf/*/proxy_ndp"""

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe(
            "sysctl",
            _LOOK % _IN_EVERY_NAMESPACE,
            Where.NETNS,
            shown="sysctl net.ipv4 net.ipv6: switches of forwarding",
        ),
        read_sysctl,
        (Sysctl,),
        re.compile(NETNS_EXEC + r"sysctl(?: .*)?"),
        Profile.QUICK,
        quiet=True,
        never_empty=True,
    ),
    Entry(
        Probe("sysctl-node", _LOOK % _ON_THE_NODE, Where.NODE, shown="sysctl net"),
        read_sysctl,
        (Sysctl,),
        re.compile(r"sysctl net"),
        quiet=True,
        never_empty=True,
    ),
)
