"""Calico's VXLAN overlay (``vxlanMode: Always``) instead of routes between the nodes.

A node's tunnel address is the first of its block. Felix makes the device, its neighbours, its
forwarding entries and the routes (proto 80); BIRD keeps the sessions and its hands off the kernel.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.lab.lab import Lab
from tests.lab.plan import NIC, NODES, PODS, Node

DEVICE = "vxlan.calico"
VNI, PORT = 4096, 4789
INNER, PLAIN = 1450, 1500
"""The MTU of pods with the overlay and without."""


def address(node: Node) -> str:
    """Return the address of a node's tunnel device."""
    return node.block.partition("/")[0]


def mac(node: Node) -> str:
    """Return the hardware address of a node's tunnel device."""
    return f"66:b2:00:00:00:{node.host_number:02x}"


@contextmanager
def overlay(lab: Lab) -> Iterator[None]:
    """Send what goes from node to node through tunnels."""
    try:
        _say(lab)
        build(lab)
        _resize(lab, INNER)
        lab.wait_whole()
        yield
    finally:
        for node in NODES:
            lab.run(node.name, f"ip link del {DEVICE} 2>/dev/null || :; ip route flush proto 80")
            lab.configure_bird(node.name)
        lab.restore_objects()
        _resize(lab, PLAIN)
        lab.wait_whole()


def build(lab: Lab) -> None:
    """Make the tunnels, and have BIRD keep off the kernel."""
    for node in NODES:
        _leave_the_kernel_alone(lab, node)
    for node in NODES:
        lab.run(node.name, _make(node))


def device(node: Node, *, vni: int = VNI, port: int = PORT) -> str:
    """Return the shell that makes the tunnel device of a node, with all that Felix puts on it."""
    options = f"id {vni} local {node.address} dev {NIC} dstport {port} nolearning"
    lines = [
        f"ip link add {DEVICE} mtu {INNER} address {mac(node)} type vxlan {options}",
        f"ip addr add {address(node)}/32 dev {DEVICE}",
        f"ip link set {DEVICE} up",
        *(line for other in NODES if other is not node for line in _towards(other)),
    ]
    return "; ".join(lines)


def _towards(other: Node) -> Iterator[str]:
    far = address(other)
    yield neighbour(other)
    yield f"bridge fdb replace {mac(other)} dev {DEVICE} dst {other.address} self permanent"
    yield f"ip route replace {other.block} via {far} dev {DEVICE} onlink proto 80"


def neighbour(other: Node) -> str:
    """Return the shell that tells a node the hardware address of another node's tunnel device."""
    return f"ip neigh replace {address(other)} lladdr {mac(other)} dev {DEVICE} nud permanent"


def _make(node: Node) -> str:
    blocks = "; ".join(f"ip route del {each.block} proto bird 2>/dev/null || :" for each in NODES)
    return f"{blocks}; ip route replace blackhole {node.block} proto 80; {device(node)}"


def _leave_the_kernel_alone(lab: Lab, node: Node) -> None:
    own = "export filter calico_kernel_programming;"
    text = lab.bird_conf(node.name).replace("export all;", own)
    rules = "".join(f"  if ( net = {each.block} ) then reject;\n" for each in NODES)
    head = f"filter calico_kernel_programming {{\n{rules}  accept;\n}}\n\nprotocol kernel {{"
    lab.configure_bird(node.name, text.replace("protocol kernel {", head))


def _say(lab: Lab) -> None:
    """Write what Calico's objects say of an overlay."""
    pool = ("vxlanMode: Never", "vxlanMode: Always")
    lab.change_object("ippool", "default-ipv4-ippool", lambda text: text.replace(*pool))
    for node in NODES:
        lab.change_object("node", node.name, partial(_with_tunnel, node))


def _with_tunnel(node: Node, text: str) -> str:
    fields = (f"ipv4VXLANTunnelAddr: {address(node)}", f"vxlanTunnelMACAddr: {mac(node)}")
    return text + "".join(f"    {field}\n" for field in fields)


def _resize(lab: Lab, mtu: int) -> None:
    for pod in PODS.values():
        lab.run(pod.node, f"ip link set {pod.veth} mtu {mtu}")
        lab.run_in_pod(pod.workload, f"ip link set eth0 mtu {mtu}")
