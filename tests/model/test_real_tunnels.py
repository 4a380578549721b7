"""The model of VXLAN against the kernel's: real namespaces, read as by a sweep, and pinged."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from collector.capture import HOST
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from parsers.catalogue import entry
from parsers.read import read_text
from parsers.roles import Record
from tests.model.cluster import World, facts

pytestmark = [
    pytest.mark.needs("ip", "bridge", "ping"),
    pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root"),
]
PREFIX = f"nsv{os.getpid()}"
ONE, TWO = "one", "two"
NUMBER = {ONE: 1, TWO: 2}
POD = "default/pod-{}"
IN_POD = ("ip-addr", "ip-route", "ip-rule", "ip-neigh")
ON_NODE = (*IN_POD, "sysctl", "bridge-fdb")


def _run(netns: str, *command: str) -> str:
    words = ("ip", "netns", "exec", f"{PREFIX}{netns}", *command)
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Nodes:
    """Two nodes on one link, a pod on each, and VXLAN between them as Calico sets it up."""

    def do(self, netns: str, script: str) -> None:
        """Run a shell script in a namespace."""
        _run(netns, "sh", "-ec", script)

    def world(self) -> World:
        """Read all namespaces as a sweep does."""
        world: World = {}
        for node in NUMBER:
            for netns, probes, name in (
                (node, ON_NODE, HOST),
                (f"pod{node}", IN_POD, POD.format(node)),
            ):
                records: list[Record] = []
                for probe in probes:
                    said = _run(netns, "sh", "-c", entry(probe).probe.command)
                    records += read_text(probe, said.encode()).records
                world[node, name] = records
        return world

    def pings(self) -> bool:
        """Ping from pod to pod, the only two there are."""
        pod = ("ip", "netns", "exec", f"{PREFIX}pod{ONE}")
        ping = ("ping", "-n", "-c2", "-i0.2", "-W1", "10.7.2.9")
        done = subprocess.run((*pod, *ping), check=False, capture_output=True)
        return done.returncode == 0


_NODE = """
ip link set lo up; ip link set up0 up; ip address add 10.9.0.{own}/24 dev up0
ip link add vxlan.calico address 66:00:00:00:00:0{own} type vxlan id 4096 dstport 4789 \
  local 10.9.0.{own} nolearning
ip link set vxlan.calico up mtu 1450; ip address add 10.7.{own}.0/32 dev vxlan.calico
ip link set cali{own} up
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv4/conf/cali{own}/proxy_arp
echo 0 >/proc/sys/net/ipv4/neigh/cali{own}/proxy_delay
ip route add default via 10.9.0.254
ip route add 10.7.{own}.9/32 dev cali{own}
ip route add 10.7.{far}.0/26 via 10.7.{far}.0 dev vxlan.calico onlink
ip neighbour add 10.7.{far}.0 lladdr 66:00:00:00:00:0{far} dev vxlan.calico nud permanent
bridge fdb add 66:00:00:00:00:0{far} dev vxlan.calico dst 10.9.0.{far} self permanent
"""
_POD = """
ip link set lo up; ip link set eth0 up; ip address add 10.7.{own}.9/32 dev eth0
ip route add 169.254.1.1 dev eth0; ip route add default via 169.254.1.1
"""


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    """Make the namespaces and take them away again."""
    ip = shutil.which("ip") or "ip"
    names = [f"{PREFIX}{prefix}{node}" for prefix in ("", "pod") for node in NUMBER]
    probe = subprocess.run(
        ("unshare", "--net", ip, "link", "add", "v", "type", "vxlan", "id", "1", "dstport", "4789"),
        check=False, capture_output=True,
    )  # fmt: skip
    if probe.returncode:
        pytest.skip("this kernel has no VXLAN")
    try:
        for name in names:
            subprocess.run((ip, "netns", "add", name), check=True)
        _run(
            ONE,
            "ip",
            "link",
            "add",
            "up0",
            "type",
            "veth",
            "peer",
            "up0",
            "netns",
            f"{PREFIX}{TWO}",
        )
        for node, own in NUMBER.items():
            pod = f"{PREFIX}pod{node}"
            veth = ("link", "add", f"cali{own}", "type", "veth", "peer", "eth0", "netns", pod)
            _run(node, "ip", *veth)
        made = Nodes()
        for node, own in NUMBER.items():
            made.do(node, _NODE.format(own=own, far=3 - own))
            made.do(f"pod{node}", _POD.format(own=own))
        yield made
    finally:
        for name in names:
            subprocess.run((ip, "netns", "delete", name), check=False, capture_output=True)


_FDB = "bridge fdb {} dev vxlan.calico self"
FAULTS = {
    "none": (ONE, ("true",), True),
    "no forwarding entry": (ONE, (_FDB.format("del 66:00:00:00:00:02"),), False),
    "no neighbour": (TWO, ("ip neighbour del 10.7.1.0 dev vxlan.calico",), False),
    "another hardware address": (
        ONE,
        (
            "ip neighbour replace 10.7.2.0 lladdr 66:00:00:00:00:99 dev vxlan.calico nud permanent",
            f"{_FDB.format('add 66:00:00:00:00:99')} dst 10.9.0.2 permanent",
        ),
        False,
    ),
    "another node": (ONE, (f"{_FDB.format('replace 66:00:00:00:00:02')} dst 10.9.0.77",), False),
    "down at the other end": (TWO, ("ip link set vxlan.calico down",), False),
    "the wire": (TWO, ("ip link set up0 down",), False),
    "flooded": (
        ONE,
        (
            _FDB.format("del 66:00:00:00:00:02"),
            f"{_FDB.format('append 00:00:00:00:00:00')} dst 10.9.0.2 permanent",
        ),
        True,
    ),
}
"""Where, what is done there, and whether a ping still passes."""


@pytest.mark.parametrize("fault", FAULTS)
def test_the_model_says_what_ping_says(nodes: Nodes, fault: str) -> None:
    netns, commands, works = FAULTS[fault]
    nodes.do(netns, "; ".join(commands))
    assert nodes.pings() is works
    network = Network.of(facts(nodes.world()))
    there, back = pairs(network)
    assert {there.works, back.works} == {works}, (there.there.reason, there.back.reason)
