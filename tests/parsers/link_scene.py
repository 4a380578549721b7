# ruff: noqa: E501 -- each command stands on one line, as it is typed
"""A network namespace with devices, forwarding entries, queues and filters, to make samples of.

Only adds to namespaces of its own; nothing of it is left afterwards.
"""

import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

COMMANDS = """
ip link set lo up
ip link add up0 address 02:00:00:00:01:00 numtxqueues 2 numrxqueues 2 type veth peer name up1 address 02:00:00:00:01:01 numtxqueues 2 numrxqueues 2
ip link set up0 up
ip link set up1 up
ip link add far0 address 02:00:00:00:02:00 type veth peer name eth0 address 02:00:00:00:02:01 netns {far}
ip link set far0 up
ip link add br0 address 02:00:00:00:03:00 type bridge forward_delay 0
ip link set br0 up
ip link add port0 address 02:00:00:00:04:00 type veth peer name port1 address 02:00:00:00:04:01
ip link set port0 master br0
ip link set port0 up
ip link set port1 up
ip link add port2 address 02:00:00:00:04:02 type veth peer name port3 address 02:00:00:00:04:03
ip link set port2 master br0
bridge link set dev port2 isolated on hairpin on learning off cost 7 priority 5
ip link add vxlan.calico address 02:00:00:00:05:00 type vxlan id 4096 dstport 4789 local 192.0.2.1 dev up0 nolearning
ip link set vxlan.calico up
ip link add vxlan8 address 02:00:00:00:05:08 type vxlan external dstport 4790
ip link set vxlan8 master br0
ip link add mac0 link up0 address 02:00:00:00:06:00 type macvlan mode bridge
ip link add mac1 link up0 address 02:00:00:00:06:01 type macvtap mode vepa
ip link add down0 type ifb
ip tuntap add tap0 mode tap
ip link set tap0 address 02:00:00:00:07:00
ip link set port0 alias 'to the switch'
ip link property add dev port0 altname enp9s0f0
ip addr add 192.0.2.1/24 brd + dev up0
ip addr add 10.8.0.1 peer 10.8.0.2/32 dev up1
ip addr add 10.7.0.1/24 dev up0 metric 50 valid_lft 3000 preferred_lft 2000
ip addr add 2001:db8::1/64 dev up0 nodad
bridge fdb add 02:00:00:00:05:01 dev vxlan.calico dst 192.0.2.47
bridge fdb add 02:00:00:00:05:02 dev vxlan.calico dst 192.0.2.48 port 8472 vni 77 via up0
bridge fdb append 00:00:00:00:00:00 dev vxlan.calico dst 192.0.2.47
bridge fdb append 00:00:00:00:00:00 dev vxlan.calico dst 192.0.2.48
bridge fdb add 02:00:00:00:05:03 dev vxlan8 dst 2001:db8::9 vni 9 src_vni 9
bridge fdb add 02:00:00:00:04:09 dev port0 master static
bridge fdb add 02:00:00:00:04:0a dev port0 master static sticky
bridge fdb add 02:00:00:00:04:0b dev port0 master dynamic extern_learn
tc qdisc add dev up0 root handle 1: htb default 0x30
tc class add dev up0 parent 1: classid 1:1 htb rate 6mbit burst 15k
tc class add dev up0 parent 1:1 classid 1:10 htb rate 5mbit ceil 6mbit burst 15k
tc qdisc add dev up0 parent 1:10 handle 10: pfifo limit 50
tc qdisc add dev up1 root handle 2: tbf rate 1mbit burst 10k latency 50ms
tc qdisc add dev far0 clsact
tc qdisc add dev port1 ingress
tc qdisc add dev mac0 root handle 3: mq
tc filter add dev up0 parent 1: protocol ip prio 1 u32 match ip dport 22 0xffff flowid 1:10
tc filter add dev far0 ingress protocol ip prio 5 matchall action drop
tc filter add dev far0 egress protocol all prio 6 flower dst_mac 02:00:00:00:02:01 action pass
tc filter add dev port1 parent ffff: protocol ip prio 7 u32 match ip src 10.9.0.0/16 action mirred egress redirect dev down0
tc filter add dev port1 parent ffff: protocol arp prio 8 basic match 'u8(u8 0x1 mask 0xff at 7)' action drop
"""
"""A command that this kernel or this program does not know is left out."""

PATH = """
ip link add net0 type veth peer name left netns {router}
ip link add right mtu 1300 type veth peer name right netns {router} mtu 1300
ip link set right netns {far}
ip link set net0 up
ip -n {router} link set left up
ip -n {router} link set right up
ip -n {far} link set right up
ip addr add 192.0.2.1/24 dev net0
ip addr add 2001:db8:1::1/64 dev net0 nodad
ip -n {router} addr add 192.0.2.254/24 dev left
ip -n {router} addr add 2001:db8:1::fe/64 dev left nodad
ip -n {router} addr add 198.51.100.254/24 dev right
ip -n {router} addr add 2001:db8:2::fe/64 dev right nodad
ip -n {far} addr add 198.51.100.1/24 dev right
ip -n {far} addr add 2001:db8:2::1/64 dev right nodad
ip route add default via 192.0.2.254
ip -6 route add default via 2001:db8:1::fe
ip netns exec {router} sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
sleep 2
ping -c 2 -i 0.3 -M do -s 1400 198.51.100.1
ping -c 2 -i 0.3 -M do -s 1400 2001:db8:2::1
"""
"""The way to the last two addresses has a smaller MTU; its router says so."""


@contextmanager
def link_scene(name: str, commands: str = COMMANDS) -> Iterator[str]:
    """Yield the name of a netns with everything of ``commands`` that can be had here."""
    others = {"far": f"{name}far", "router": f"{name}router"}
    spaces = (name, *others.values())
    for each in spaces:
        subprocess.run(["ip", "netns", "add", each], check=True)
    try:
        for command in commands.strip().splitlines():
            words = ["ip", "netns", "exec", name, *shlex.split(command.format(**others))]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"left out: {command}: {done.stderr.strip()}")
        yield name
    finally:
        for each in spaces:
            subprocess.run(["ip", "netns", "del", each], check=True)
