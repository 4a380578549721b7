# ruff: noqa: E501 -- each command stands on one line, as it is typed
"""A network namespace with one of everything that the kernel lets us make.

Used by the oracle test and to make the samples. Only adds to a namespace of its own.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

OPTIONAL = """
link add eth0.5 link up0 type vlan id 5
link add dummy0 type dummy
link add tunl9 type ipip local 192.0.2.1 remote 192.0.2.9
link add vrf-red type vrf table 10
link add bond0 type bond
link add gre6 type ip6gre local 2001:db8::1 remote 2001:db8::9
route add 10.16.0.0/16 encap ip id 100 dst 192.0.2.99 dev up0
rule add from 192.0.2.0/24 lookup 10 pref 110 tos 0x10
"""
"""What not every kernel has a module for."""

COMMANDS = """
link set lo up
link add up0 address 02:00:00:00:01:00 type veth peer name up1 address 02:00:00:00:01:01
link set up0 up
link set up1 up
link add far0 address 02:00:00:00:02:00 type veth peer name eth0 address 02:00:00:00:02:01 netns {far}
link set far0 up
link add br0 address 02:00:00:00:03:00 type bridge
link set br0 up
link add port0 address 02:00:00:00:04:00 type veth peer name port1 address 02:00:00:00:04:01
link set port0 master br0
link set port0 up
link set port1 up
link add vxlan.calico address 02:00:00:00:05:00 type vxlan id 4096 dstport 4789 local 192.0.2.1 dev up0 nolearning
link set vxlan.calico up
link add mac0 link up0 address 02:00:00:00:06:00 type macvlan mode bridge
link add down0 type ifb
link set port0 alias 'to the switch'
link property add dev port0 altname enp9s0f0
link property add dev port0 altname a@b;c
addr add 192.0.2.1/24 brd + dev up0
addr add 192.0.2.2/24 dev up0 label up0:second
addr add 10.9.8.7/32 dev lo
addr add 10.8.0.1 peer 10.8.0.2/32 dev up1
addr add 10.7.0.1/24 dev up0 metric 50 valid_lft 3000 preferred_lft 2000
addr add 10.6.0.1/24 dev up0 noprefixroute scope link
addr add 2001:db8::1/64 dev up0 nodad
addr add 2001:db8:1::1/64 dev up1 nodad valid_lft 3000 preferred_lft 0
route add default via 192.0.2.254 dev up0
route add blackhole 192.168.167.64/26 proto bird
route add unreachable 10.1.0.0/16 metric 20
route add prohibit 10.2.0.0/16
route add throw 10.3.0.0/16 table 200
route add 192.168.23.192/26 via 192.0.2.47 dev up0 proto bird
route add 192.168.167.84 dev br0 scope link
route add 10.4.0.0/16 proto bird nexthop via 192.0.2.11 dev up0 weight 2 nexthop via 192.0.2.12 dev up0 nexthop dev br0
route add 10.5.0.0/16 via inet6 fe80::1 dev up0
route add 10.10.0.0/16 via 203.0.113.1 dev up0 onlink proto 80 mtu lock 1400 advmss 1360 src 192.0.2.2
route add 10.11.0.0/16 dev up0 tos 0x10 metric 7 realm 5
route add 10.12.0.0/16 dev br0 table 4000000000 initcwnd 10 rto_min 20ms
route add local 10.13.0.0/16 dev lo table 200
route add broadcast 10.13.255.255 dev up0 table 200
route add multicast 224.1.0.0/16 dev up0
nexthop add id 7 via 192.0.2.13 dev up0
nexthop add id 8 via 192.0.2.14 dev up0
nexthop add id 9 group 7/8,3
route add 10.14.0.0/16 nhid 7
route add 10.15.0.0/16 nhid 9
-6 route add default via 2001:db8::fe dev up0
-6 route add 2001:db8:77::/48 proto bird nexthop via 2001:db8::a dev up0 weight 3 nexthop via fe80::b dev up0
-6 route add blackhole 2001:db8:66::/48
-6 route add unreachable 2001:db8:65::/48 metric 5
-6 route add prohibit 2001:db8:64::/48
-6 route add 2001:db8:62::/48 via 2001:db8::c dev up0 expires 900
-6 route add 2001:db8:61::/48 via fe80::c dev up0 pref high table 300
-6 route add throw 2001:db8:60::/48 table 300
rule add from 192.168.167.64/26 lookup 200 pref 100
rule add not from 10.0.0.0/8 to 10.9.0.0/16 fwmark 0x10/0xff iif up0 lookup 4000000000 pref 101
rule add iif nosuch blackhole pref 102
rule add oif up1 prohibit pref 103
rule add pref 104 uidrange 1000-2000 ipproto tcp sport 80 dport 443-445 unreachable
rule add pref 105 lookup main suppress_prefixlength 0 protocol bird
rule add pref 106 goto 200
rule add pref 107 goto 32766
rule add pref 108 from 10.0.0.0/8 lookup 200 realms 3/4
-6 rule add from 2001:db8:1::/64 lookup 300 pref 100
neigh add 192.0.2.47 lladdr 02:00:00:00:00:47 dev up0 nud permanent
neigh add 192.0.2.48 lladdr 02:00:00:00:00:48 dev up0 nud stale
neigh add 192.0.2.50 dev up0 lladdr 02:00:00:00:00:50 nud reachable router
neigh add 2001:db8::c dev up0 lladdr 02:00:00:00:00:0c nud permanent extern_learn
neigh add proxy 192.0.2.51 dev up0
"""
"""What every kernel with containers has."""


def ip(*words: str) -> str:
    """Run ``ip`` and return what it prints."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {shlex.join(words)}: {done.stderr}"
    return done.stdout


@contextmanager
def scene(name: str = "") -> Iterator[str]:
    """Yield the name of a netns with everything in it; nothing of it is left afterwards."""
    name = name or f"nspscene{os.getpid()}"
    far = f"{name}far"
    ip("netns", "add", name)
    ip("netns", "add", far)
    try:
        for command in COMMANDS.strip().splitlines():
            ip("-n", name, *shlex.split(command.format(far=far)))
        for command in OPTIONAL.strip().splitlines():
            words = ["ip", "-n", name, *shlex.split(command)]
            subprocess.run(words, capture_output=True, check=False)
        yield name
    finally:
        ip("netns", "del", name)
        ip("netns", "del", far)
