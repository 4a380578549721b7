"""The model of packet filters against the kernel's: real rules, real pings, real connections."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import permutations

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.flow import Service
from netsnap.model.network import Network
from netsnap.model.pairs import both_states
from parsers.catalogue import entry
from parsers.read import read_text
from parsers.roles import Record
from tests.model.cluster import World, facts

pytestmark = [
    pytest.mark.needs("ip", "ping", "nft", "ipset", "iptables-legacy", "iptables-nft"),
    pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root"),
]
Pair = tuple[str, str]
PREFIX = f"nsf{os.getpid()}"
NODE, A, B = "node", "a", "b"
ADDRESS = {A: "10.7.0.2", B: "10.7.0.3"}
IN_POD = ("ip-addr", "ip-route", "ip-rule", "ip-neigh")
FILTERS = ("nft-ruleset", "iptables-save", "ipset-list", "ip-xfrm")
WAIT = 0.4
"""Seconds after which what is not answered is lost; an answer takes a millisecond."""
PORT = 8080

_NODE = """
ip link set lo up; echo 1 >/proc/sys/net/ipv4/ip_forward
ip link add up0 type veth peer up1; ip link set up0 up; ip link set up1 up
ip address add 10.9.0.1/24 dev up0
ip route add default via 10.9.0.254
for own in a b; do
  ip link set cali$own up; echo 1 >/proc/sys/net/ipv4/conf/cali$own/proxy_arp
  echo 0 >/proc/sys/net/ipv4/neigh/cali$own/proxy_delay
done
ip route add 10.7.0.2/32 dev calia; ip route add 10.7.0.3/32 dev calib
"""
_POD = """
ip link set lo up; ip link set eth0 up; ip address add {address}/32 dev eth0
ip route add 169.254.1.1 dev eth0; ip route add default via 169.254.1.1
"""
_CLEAN = """
nft flush ruleset; ip xfrm policy flush; ip rule del table 7 2>/dev/null || true
for t in raw mangle nat filter; do
  iptables-legacy -t $t -F; iptables-legacy -t $t -X
done
iptables-legacy -P FORWARD ACCEPT; ipset flush; ipset destroy; conntrack -F 2>/dev/null || true
"""
_LISTEN = """
import socket
found = socket.create_server(("", {port}))
print("listening", flush=True)
while True:
    found.accept()[0].close()
"""
_CONNECT = """
import socket, sys
socket.create_connection((sys.argv[1], {port}), timeout={wait}).close()
"""


def _in(netns: str, *command: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", f"{PREFIX}{netns}", *command)


def _run(netns: str, *command: str) -> str:
    done = subprocess.run(_in(netns, *command), check=True, capture_output=True, text=True)
    return done.stdout


def _read(netns: str, probes: tuple[str, ...]) -> list[Record]:
    records: list[Record] = []
    for probe in probes:
        said = _run(netns, "sh", "-c", entry(probe).probe.command)
        reading = read_text(probe, said.encode())
        assert not reading.ledger.unknown
        records += reading.records
    return records


@cache
def _pods() -> World:
    return {("k8s1", pod): _read(pod, IN_POD) for pod in (A, B)}


@dataclass(frozen=True)
class Node:
    """A node that forwards between two pods, each with a service."""

    def do(self, script: str) -> None:
        """Run a shell script on the node."""
        _run(NODE, "sh", "-ec", script)

    def network(self, service: Service | None = None) -> Network:
        """Read all namespaces as a sweep does."""
        own = _read(NODE, (*IN_POD, "sysctl", *FILTERS))
        return Network.of(facts({("k8s1", HOST): own, **_pods()}), service=service)

    def unpinged(self) -> set[Pair]:
        """Ping once in both directions, and return those that are lost."""
        return _lost(("ping", "-n", "-c1", f"-W{WAIT}"))

    def unconnected(self, port: int) -> set[Pair]:
        """Open a TCP connection in both directions, and return those that are lost."""
        script = _CONNECT.format(port=port, wait=WAIT)
        return _lost((sys.executable, "-Sc", script))


def _lost(command: tuple[str, ...]) -> set[Pair]:
    running = {
        pair: subprocess.Popen(
            _in(pair[0], *command, ADDRESS[pair[1]]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for pair in permutations(ADDRESS, 2)
    }
    return {pair for pair, each in running.items() if each.wait() != 0}


@pytest.fixture(scope="module")
def made() -> Iterator[Node]:
    """Make the namespaces and services, and take them away again."""
    names = [NODE, A, B]
    listening = []
    try:
        for name in names:
            subprocess.run(("ip", "netns", "add", f"{PREFIX}{name}"), check=True)
        for pod in (A, B):
            veth = ("link", "add", f"cali{pod}", "type", "veth", "peer", "eth0")
            _run(NODE, "ip", *veth, "netns", f"{PREFIX}{pod}")
        _run(NODE, "sh", "-ec", _NODE)
        for pod in (A, B):
            _run(pod, "sh", "-ec", _POD.format(address=ADDRESS[pod]))
            server = subprocess.Popen(
                _in(pod, sys.executable, "-Sc", _LISTEN.format(port=PORT)), stdout=subprocess.PIPE
            )
            listening.append(server)
            assert server.stdout is not None
            assert server.stdout.readline()
        yield Node()
    finally:
        for server in listening:
            server.terminate()
            server.communicate()
        for name in names:
            subprocess.run(
                ("ip", "netns", "delete", f"{PREFIX}{name}"), check=False, capture_output=True
            )


@pytest.fixture
def node(made: Node) -> Iterator[Node]:
    """Give the node without rules."""
    made.do(_CLEAN)
    yield made
    made.do(_CLEAN)


def modelled(network: Network) -> dict[Pair, bool | None]:
    """Return what the model says of both directions; None where it has a doubt."""
    ends = {name: Endpoint(name, "k8s1", name, (address,)) for name, address in ADDRESS.items()}
    found = {}
    for one, other in permutations(ADDRESS, 2):
        state = both_states(network, ends[one], ends[other])[0]
        found[one, other] = None if state.works and state.doubts else state.works
    return found


BOTH = {(A, B), (B, A)}
A_IN, B_IN = {(B, A)}, {(A, B)}
"""Only what asks A, or B, is lost."""
NONE: set[Pair] = set()

L, N = "iptables-legacy", "iptables-nft"
CALICO = """
{closed}; {p} -N cali-FORWARD; {p} -N cali-to; {p} -N cali-pi; {f} -j cali-FORWARD
{f} -m comment --comment accepted -m mark --mark 0x10000/0x10000 -j ACCEPT
{p} -A cali-FORWARD -j MARK --set-xmark 0x0/0xe0000
{p} -A cali-FORWARD -o cali+ -j cali-to
{p} -A cali-FORWARD -j MARK --set-xmark 0x10000/0x10000
{p} -A cali-to {answers}
{p} -A cali-to -m conntrack --ctstate INVALID -j DROP
{p} -A cali-to -j MARK --set-xmark 0x0/0x10000
{p} -A cali-to -j cali-pi
{p} -A cali-to -m mark --mark 0x10000/0x10000 -j RETURN
{p} -A cali-to -j DROP
{p} -A cali-pi {s} src -j MARK --set-xmark 0x10000/0x10000
{p} -A cali-pi -m mark --mark 0x10000/0x10000 -j RETURN
"""
"""The rules that Felix makes for a policy that lets in who is in a set, as few as there can be."""

WORDS = {
    "f": "{p} -A FORWARD",
    "raw": "{p} -t raw -A PREROUTING",
    "new": "-m conntrack --ctstate NEW",
    "answers": "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
    "s": "-m set --match-set s",
    "closed": "{p} -P FORWARD DROP",
    "calico": CALICO,
}
"""What is short for what in the cases; {p} is the program."""

CASES = {
    "nothing": ("true", NONE),
    "policy": ("{closed}", BOTH),
    "policy, one side": ("{closed}; {f} {answers}; {f} -i calia -j ACCEPT", A_IN),
    "reject": ("{f} -d 10.7.0.3/32 -j REJECT --reject-with icmp-host-prohibited", BOTH),
    "new to one": ("{f} -d 10.7.0.3 {new} -j DROP", B_IN),
    "old form of state": ("{f} -d 10.7.0.3 -m state --state NEW -j DROP", B_IN),
    "not from": ("{f} ! -s 10.7.0.2 {new} -j DROP", A_IN),
    "not from it either": ("{f} ! -s 10.7.0.0/24 -j DROP", NONE),
    "by the interface": ("{f} -i cali+ -j DROP", BOTH),
    "by no interface": ("{f} ! -i cali+ -j DROP", NONE),
    "to the interface": ("{f} -o calib {new} -j DROP", B_IN),
    "return": ("{p} -N x; {f} -j x; {p} -A x -s 10.7.0.0/24 -j RETURN; {p} -A x -j DROP", NONE),
    "goto": ("{p} -N x; {f} -g x; {f} -j DROP; {p} -A x -p tcp -j DROP", NONE),
    "jump": ("{p} -N x; {f} -j x; {f} -j ACCEPT; {p} -A x -j DROP", BOTH),
    "a range": ("{f} -m iprange --src-range 10.7.0.3-10.7.0.9 -j DROP", BOTH),
    "a type": ("{f} -p icmp -m icmp --icmp-type 8 -o calia -j DROP", A_IN),
    "another type": ("{f} -p icmp -m icmp --icmp-type 3 -j DROP", NONE),
    "a set": ("ipset create s hash:ip; ipset add s 10.7.0.2; {f} {s} src {new} -j DROP", B_IN),
    "not in a set": (
        (
            "ipset create s hash:ip; ipset add s 10.7.0.2; "
            "{f} -m set ! --match-set s dst {new} -j DROP"
        ),
        B_IN,
    ),
    "nets": (
        (
            "ipset create s hash:net; ipset add s 10.7.0.0/24; ipset add s 10.7.0.3 nomatch; "
            "{f} {new} {s} src -j DROP"
        ),
        B_IN,
    ),
    "three parts": (
        (
            "ipset create s hash:ip,port,net; "
            "ipset add s 10.7.0.2,icmp:echo-request,10.7.0.0/24; {f} {s} src,src,dst -j DROP"
        ),
        B_IN,
    ),
    "nets and interfaces": (
        (
            "ipset create s hash:net,iface; ipset add s 10.7.0.0/24,calib; "
            "{f} {new} {s} src,src -j DROP"
        ),
        A_IN,
    ),
    "echo in a set": (
        (
            "ipset create s hash:ip,port; ipset add s 10.7.0.2,icmp:echo-request; "
            "{f} {s} src,src -j DROP"
        ),
        B_IN,
    ),
    "a port in a set": (
        "ipset create s hash:ip,port; ipset add s 10.7.0.2,tcp:80; {f} {s} src,src -j DROP",
        NONE,
    ),
    "a list of sets": (
        (
            "ipset create s hash:ip; ipset add s 10.7.0.3; ipset create l list:set; "
            "ipset add l s; {f} -m set --match-set l src {new} -j DROP"
        ),
        A_IN,
    ),
    "a bitmap": (
        (
            "ipset create s bitmap:ip range 10.7.0.0/24; ipset add s 10.7.0.3; "
            "{f} {new} {s} src -j DROP"
        ),
        A_IN,
    ),
    "marks": (
        (
            "{p} -t mangle -A PREROUTING -s 10.7.0.2 -j MARK --set-xmark 0x5/0xf; "
            "{f} -m mark --mark 0x4/0xc {new} -j DROP"
        ),
        B_IN,
    ),
    "no marks": ("{f} -m mark ! --mark 0x0 -j DROP", NONE),
    "a mark of a connection": (
        "{f} {new} -s 10.7.0.2 -j MARK --set-mark 3; {f} -m mark --mark 3 -j DROP",
        B_IN,
    ),
    "raw": ("{raw} -d 10.7.0.3 -j DROP", BOTH),
    "raw, before tracking": ("{raw} {new} -j DROP", NONE),
    "raw, invalid": ("{raw} -m conntrack --ctstate INVALID -j DROP", BOTH),
    "untracked": (
        "{raw} -j NOTRACK; {closed}; {f} -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT",
        BOTH,
    ),
    "untracked, and so let pass": (
        "{raw} -j CT --notrack; {closed}; {f} -m conntrack --ctstate UNTRACKED -j ACCEPT",
        NONE,
    ),
    "untracked requests": (
        (
            "{raw} -i calia -p icmp -m icmp --icmp-type 8 -j NOTRACK; {closed}; "
            "{f} -m conntrack --ctstate UNTRACKED,NEW -j ACCEPT; {f} {answers}"
        ),
        B_IN,
    ),
    "to the node itself": ("{raw} -m addrtype --dst-type LOCAL -j DROP", NONE),
    "to nobody of the node": ("{f} -m addrtype ! --dst-type LOCAL {new} -o calib -j DROP", B_IN),
    "from the others": ("{f} -m addrtype --src-type UNICAST {new} -i calib -j DROP", A_IN),
    "not by the way back": ("{raw} -m rpfilter --invert -j DROP", NONE),
    "by the way back": ("{raw} -m rpfilter -i calia -j DROP", BOTH),
    "not by the way back, which leads elsewhere": (
        (
            "ip route replace 10.7.0.2/32 dev lo table 7; ip rule add to 10.7.0.2 iif lo table 7;"
            " {raw} -m rpfilter --invert -j DROP"
        ),
        BOTH,
    ),
    "Calico's policy for both": (
        "ipset create s hash:net; ipset add s 10.7.0.0/24; {calico}",
        NONE,
    ),
    "Calico's policy for one": (
        "ipset create s hash:net; ipset add s 10.7.0.2; {calico}",
        A_IN,
    ),
    "Calico's policy for nobody": ("ipset create s hash:net; {calico}", BOTH),
}
"""What is done on the node with iptables, and the pings that are lost by it."""


def expanded(script: str, program: str) -> str:
    """Write a case out."""
    for _ in range(2):  # what is short may stand for what is shortened
        script = script.format(p="{p}", **WORDS)
    return script.format(p=program)


@pytest.mark.parametrize("program", [L, N])
@pytest.mark.parametrize("case", CASES)
def test_the_model_loses_the_pings_that_the_kernel_drops(
    node: Node, case: str, program: str
) -> None:
    script, lost = CASES[case]
    node.do(expanded(script, program))
    assert node.unpinged() == lost
    assert modelled(node.network()) == {pair: pair not in lost for pair in BOTH}


RAW, MANGLE = (f"type filter hook prerouting priority {name}" for name in ("raw", "mangle"))
FORWARD = "type filter hook forward priority {}"
NFT = {
    "a mark": (
        {"m": (MANGLE, "ip saddr 10.7.0.2 meta mark set 0x5"),
         "f": (FORWARD.format(0), "meta mark & 0xc == 0x4 ct state new drop")},
        B_IN,
    ),
    "a mark on a mark": (
        {"m": (MANGLE, "meta mark set 0x1; ip saddr 10.7.0.2 meta mark set meta mark | 0x10"),
         "f": (FORWARD.format(0), "ct state established accept; meta mark 0x11 accept; drop")},
        A_IN,
    ),
    "a mark of the next chain": (
        {"f": (FORWARD.format(0), "meta mark 0x1 drop"),
         "g": (FORWARD.format(10), "meta mark set 0x1")},
        NONE,
    ),
    "a mark of the chain before": (
        {"f": (FORWARD.format(0), "meta mark 0x1 drop"),
         "g": (FORWARD.format("filter - 5"), "meta mark set 0x1")},
        BOTH,
    ),
    "an accept that is no last word": (
        {"f": (FORWARD.format(0), "accept"), "g": (FORWARD.format(10), "ct state new reject")},
        BOTH,
    ),
    "untracked": (
        {"r": (RAW, "notrack"), "f": (FORWARD.format(0), "ct state untracked drop")},
        BOTH,
    ),
    "before tracking": ({"r": (RAW, "ct state new drop")}, NONE),
}  # fmt: skip
"""Chains of nft with their hooks and lines, and the pings that are lost by them."""


@pytest.mark.parametrize("case", NFT)
def test_the_model_follows_marks_and_states_through_chains_of_nft(node: Node, case: str) -> None:
    chains, lost = NFT[case]
    for name, (hook, lines) in chains.items():
        node.do(f"nft 'table ip t {{ chain {name} {{ {hook}; {lines}; }}; }}'")
    assert node.unpinged() == lost
    assert modelled(node.network()) == {pair: pair not in lost for pair in BOTH}


def test_the_model_asks_no_table_that_sleeps(node: Node) -> None:
    node.do(f"nft 'table ip t {{ chain f {{ {FORWARD.format(0)}; policy drop; }}; }}'")
    assert set(modelled(node.network()).values()) == {False}
    node.do("nft 'flush ruleset; table ip t { flags dormant; chain f { drop; }; }'")
    node.do(f"nft 'table ip t {{ flags dormant; chain g {{ {FORWARD.format(0)}; drop; }}; }}'")
    assert node.unpinged() == NONE
    assert set(modelled(node.network()).values()) == {True}


SERVICES = {
    "a port": ("{f} -p tcp -m tcp --dport 8080 -d 10.7.0.3 -j DROP", B_IN),
    "another port": ("{f} -p tcp -m tcp --dport 8081 -j DROP", NONE),
    "another protocol": ("{f} -p udp -m udp --dport 8080 -j DROP", NONE),
    "ports": ("{f} -p tcp -m multiport --dports 80,8000:8100 -j DROP", BOTH),
    "a port of an answer": (
        "{f} -p tcp -m tcp --sport 8080 -s 10.7.0.3 -j DROP",
        B_IN,
    ),
    "what opens": ("{f} -p tcp --syn -o calia -j DROP", A_IN),
    "what answers": ("{f} -p tcp --tcp-flags SYN,ACK SYN,ACK -o calia -j DROP", B_IN),
    "only pings": ("{closed}; {f} -p icmp -j ACCEPT", BOTH),
    "all but pings": ("{f} -p icmp -j DROP", NONE),
    "one service": (
        ("{closed}; {f} {answers}; {f} -d 10.7.0.3 -p tcp --dport 8080 {new} -j ACCEPT"),
        A_IN,
    ),
    "a set of services": (
        ("ipset create s hash:ip,port; ipset add s 10.7.0.3,tcp:8080; {f} {s} dst,dst -j REJECT"),
        B_IN,
    ),
}
LINES = {
    "tcp dport 8080 ip daddr 10.7.0.3 drop": B_IN,
    "tcp dport != 8080 drop": BOTH,  # what answers is to another port
    "ct state new tcp dport 8000-8100 drop": BOTH,
    "meta l4proto { tcp, udp } th dport { 53, 8080 } oifname calia drop": A_IN,
    "udp dport 8080 drop": NONE,
    "icmp type echo-request drop": NONE,
    "tcp flags syn / syn,ack oifname calib drop": B_IN,
    "ip protocol tcp oifname calia ct state new reject with tcp reset": A_IN,
    "tcp dport vmap { 8080 : drop, 22 : accept }": BOTH,
}


@pytest.mark.parametrize("program", [L, N])
@pytest.mark.parametrize("case", SERVICES)
def test_the_model_refuses_the_connections_that_the_kernel_drops(
    node: Node, case: str, program: str
) -> None:
    script, lost = SERVICES[case]
    node.do(expanded(script, program))
    _holds_of_connections(node, lost)


@pytest.mark.parametrize("line", LINES)
def test_the_model_reads_nfts_lines_of_ports_as_the_kernel_does(node: Node, line: str) -> None:
    node.do(f"nft 'table ip t {{ chain f {{ {FORWARD.format(0)}; {line}; }}; }}'")
    _holds_of_connections(node, LINES[line])


def _holds_of_connections(node: Node, lost: set[Pair]) -> None:
    assert node.unconnected(PORT) == lost
    found = modelled(node.network(Service("tcp", PORT)))
    assert found == {pair: pair not in lost for pair in BOTH}


@pytest.mark.parametrize(
    "rule",
    [
        "-p tcp --sport 40000:41000 -j DROP",
        "-p tcp -m statistic --mode random --probability 0.5 -j DROP",
    ],
)
def test_what_cannot_be_known_of_a_connection_is_a_doubt(node: Node, rule: str) -> None:
    node.do(f"{L} -A FORWARD {rule}")
    assert set(modelled(node.network(Service("tcp", PORT))).values()) == {None}
    assert set(modelled(node.network()).values()) == {True}


A_TO_B, B_TO_A = "src 10.7.0.2 dst 10.7.0.3", "src 10.7.0.3 dst 10.7.0.2"
IPSEC = {
    "forwarded": (f"{A_TO_B} dir fwd action block", BOTH),
    "on the way out": (f"{B_TO_A} dir out action block", BOTH),
    "not for the node itself": (f"{A_TO_B} dir in action block", NONE),
    "others": ("src 10.8.0.0/16 dst 10.7.0.3 dir fwd action block", NONE),
    "echo requests": (f"{A_TO_B} proto icmp type 8 code 0 dir fwd action block", B_IN),
    "another protocol": (f"{A_TO_B} proto tcp dport 80 dir fwd action block", NONE),
    "a stronger one": (
        (
            f"{A_TO_B} proto icmp type 8 dir fwd action allow priority 1; "
            f"{A_TO_B} dir fwd action block priority 2"
        ),
        A_IN,
    ),
    "a weaker one": (
        (
            f"{A_TO_B} dir fwd action allow priority 9; "
            "src 10.7.0.0/24 dst 10.7.0.3 dir fwd action block priority 3"
        ),
        BOTH,
    ),
    "by the interface": (f"{A_TO_B} dev calia dir fwd action block", None),
    "wrapped": (f"{A_TO_B} dir out tmpl src 10.9.0.1 dst 10.9.0.2 proto esp mode tunnel", None),
}
"""Policies of IPsec and the pings that are lost by them; None is a doubt."""


@pytest.mark.parametrize("case", IPSEC)
def test_policies_of_ipsec_that_block_lose_what_they_mean(node: Node, case: str) -> None:
    policies, lost = IPSEC[case]
    node.do("; ".join(f"ip xfrm policy add {each}" for each in policies.split("; ")))
    found = modelled(node.network())
    if lost is None:
        assert None in found.values()
        assert False not in found.values()
    else:
        assert node.unpinged() == lost
        assert found == {pair: pair not in lost for pair in BOTH}


def test_rules_of_both_backends_count_each(node: Node) -> None:
    node.do(f"{L} -A FORWARD -i calia -m conntrack --ctstate NEW -j DROP")
    node.do(f"{N} -A FORWARD -i calib -m conntrack --ctstate NEW -j ACCEPT")
    assert node.unpinged() == B_IN
    assert modelled(node.network()) == {(A, B): False, (B, A): True}
