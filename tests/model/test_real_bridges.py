"""What the kernel asks of frames that a bridge passes on, against what the model says of them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.pairs import both_states
from parsers.catalogue import entry
from parsers.read import read_text
from parsers.roles import Record
from tests.model.cluster import facts

pytestmark = [
    pytest.mark.needs("ip", "bridge", "ping", "nft"),
    pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root"),
]
PREFIX = f"nsb{os.getpid()}"
NODE, A, B = "node", "a", "b"
ADDRESS = {A: "10.5.0.2", B: "10.5.0.3"}
IN_POD = ("ip-addr", "ip-route", "ip-rule", "ip-neigh")
ON_NODE = (
    *IN_POD,
    "sysctl",
    "sysctl-node",
    "nft-ruleset",
    "iptables-save",
    "ipset-list",
    "ip-xfrm",
)
TO_B = "ip xfrm policy add src 0.0.0.0/0 dst 10.5.0.3/32 dir {} action block"
FILTER = "nft 'table ip t { chain f { type filter hook forward priority 0; policy drop; }; }'"
_NODE = """
ip link set lo up; echo 1 >/proc/sys/net/ipv4/ip_forward
ip link add br0 type bridge; ip link set br0 up; ip address add 10.5.0.1/24 dev br0
ip link set va master br0 up; ip link set vb master br0 up
"""
_POD = "ip link set lo up; ip link set eth0 up; ip address add {}/24 dev eth0"


def _run(netns: str, *command: str) -> str:
    words = ("ip", "netns", "exec", f"{PREFIX}{netns}", *command)
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def _read(netns: str, probes: tuple[str, ...]) -> list[Record]:
    records: list[Record] = []
    for probe in probes:
        said = _run(netns, "sh", "-c", entry(probe).probe.command)
        records += read_text(probe, said.encode()).records
    return records


@pytest.fixture(scope="module")
def _made() -> Iterator[None]:
    names = (NODE, A, B)
    try:
        for name in names:
            subprocess.run(("ip", "netns", "add", f"{PREFIX}{name}"), check=True)
        for pod in (A, B):
            veth = ("link", "add", f"v{pod}", "type", "veth", "peer", "eth0")
            _run(NODE, "ip", *veth, "netns", f"{PREFIX}{pod}")
            _run(pod, "sh", "-ec", _POD.format(ADDRESS[pod]))
        _run(NODE, "sh", "-ec", _NODE)
        assert any(_pings() for _ in range(20))  # a port takes a moment to forward
        yield
    finally:
        for name in names:
            subprocess.run(("ip", "netns", "delete", f"{PREFIX}{name}"), check=False)


@pytest.fixture
def _clean(_made: None) -> Iterator[None]:
    yield
    _run(NODE, "sh", "-ec", "ip xfrm policy flush; nft flush ruleset")


def _pings() -> bool:
    words = ("ip", "netns", "exec", f"{PREFIX}{A}", "ping", "-n", "-c1", "-W0.4", ADDRESS[B])
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


def _modelled() -> bool | None:
    pods = {("k8s1", pod): _read(pod, IN_POD) for pod in (A, B)}
    network = Network.of(facts({("k8s1", HOST): _read(NODE, ON_NODE), **pods}))
    ends = [Endpoint(name, "k8s1", name, (address,)) for name, address in ADDRESS.items()]
    state = both_states(network, *ends)[0]
    return None if state.works and state.doubts else state.works


@pytest.mark.parametrize("shown", ["0", "1"])
@pytest.mark.parametrize(
    ("script", "asked"),
    [*((TO_B.format(each), False) for each in ("in", "out", "fwd")), (FILTER, True)],
)
@pytest.mark.usefixtures("_clean")
def test_a_bridge_asks_the_filter_where_it_is_to_and_ipsec_never(
    shown: str, script: str, *, asked: bool
) -> None:
    switch = "/proc/sys/net/bridge/bridge-nf-call-iptables"
    if not Path(switch).exists():
        pytest.skip("this kernel has no br_netfilter")
    _run(NODE, "sh", "-ec", f"echo {shown} >{switch}; {script}")
    works = not (asked and shown == "1")
    assert _pings() is works
    assert _modelled() is works
