"""The physical network: a switch with the gateway, a management switch, and the tester's ports.

The switch namespace holds the bridge ``br0`` of the data subnet; the bridge is the gateway too,
which forwards nothing and has the "outside" address on its lo. The management switch is a bridge
in a namespace of its own.
"""

import ipaddress

from tests.lab.plan import (
    DATA_SUBNET,
    GATEWAY,
    GATEWAY_MAC,
    MANAGEMENT_NIC,
    NIC,
    NODES,
    OUTSIDE,
    TESTER,
    Node,
    management_address,
)
from tests.lab.shell import LabBusyError, run
from tests.lab.state import State


def data_switch(state: State) -> str:
    """The namespace of the data switch."""
    return f"{state.prefix}-sw"


def management_switch(state: State) -> str:
    """The namespace of the management switch."""
    return f"{state.prefix}-mg"


def node_namespace(state: State, name: str) -> str:
    """The network namespace of a node."""
    return f"{state.prefix}-{name}"


def tester_links(state: State) -> tuple[str, str]:
    """The tester's own two links: management, data."""
    return f"{state.prefix}m", f"{state.prefix}d"


def taken(subnet: str) -> str | None:
    """Return this machine's own route or address that overlaps the subnet, None for none."""
    wanted = ipaddress.ip_network(subnet)
    for line in run(["ip", "-4", "route", "show", "table", "all"]).splitlines():
        words = [word for word in line.split() if word[:1].isdigit()]
        if words and ipaddress.ip_network(words[0], strict=False).overlaps(wanted):
            return line.strip()
    return None


def build(state: State) -> None:
    """Make both switches and give the tester its ports.

    Raises LabBusyError if the management subnet is in use on this machine.
    """
    management = f"10.99.{state.number}.0/24"
    if other := taken(management):
        raise LabBusyError(f"{management} is in use on this machine ({other}): is another lab up?")
    for namespace in (data_switch(state), management_switch(state)):
        run(["ip", "netns", "add", namespace])
        _ip(namespace, "link set lo up")
        _ip(namespace, "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
        _ip(namespace, "link set br0 up")
    gateway = data_switch(state)
    run(["ip", "netns", "exec", gateway, "sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward"])
    # A bridge without a MAC of its own takes one of its ports', and another when that port goes.
    _ip(gateway, f"link set br0 address {GATEWAY_MAC}")
    _ip(gateway, f"addr add {GATEWAY}/24 dev br0")
    _ip(gateway, f"addr add {OUTSIDE}/32 dev lo")
    for node in NODES:
        _ip(gateway, f"route add {node.block} via {node.address}")
    links = tester_links(state)
    _give_tester(links[0], management_switch(state), f"10.99.{state.number}.1/24")
    if state.data_reach:
        _give_tester(links[1], gateway, f"{TESTER}/24")


def data_subnet_free() -> bool:
    """Whether this machine may have an address on the data subnet."""
    return taken(DATA_SUBNET) is None


def plug(state: State, node: Node) -> None:
    """Give a node its namespace and its two NICs, with addresses and default route."""
    namespace = node_namespace(state, node.name)
    run(["ip", "netns", "add", namespace])
    _ip(namespace, "link set lo up")
    octet = f"{node.host_number:02x}"
    _cable(namespace, NIC, f"00:25:90:4a:ad:{octet}", data_switch(state), node.name)
    _cable(
        namespace, MANAGEMENT_NIC, f"00:25:90:4b:ad:{octet}", management_switch(state), node.name
    )
    _ip(namespace, f"addr add {management_address(state.number, node)}/24 dev {MANAGEMENT_NIC}")
    _ip(namespace, f"addr add {node.address}/24 brd + dev {NIC} metric 100")
    default_route(state, node)


def default_route(state: State, node: Node, gateway: str = GATEWAY) -> None:
    """Set the node's default route, as its network configuration does."""
    _ip(
        node_namespace(state, node.name),
        f"route replace default via {gateway} dev {NIC} proto static metric 100",
    )


def unplug(state: State, node: Node) -> None:
    """Take a powered-off node's NICs and namespace away."""
    namespace = node_namespace(state, node.name)
    if namespace in namespaces():
        for nic in (NIC, MANAGEMENT_NIC):
            run(["ip", "-n", namespace, "link", "del", nic], ok=(0, 1))
        run(["ip", "netns", "del", namespace])


def dismantle(state: State) -> None:
    """Take away all namespaces and links whose names begin with the lab's prefix."""
    for name in namespaces():
        if name.startswith(f"{state.prefix}-"):
            run(["ip", "netns", "del", name])
    for link in tester_links(state):
        run(["ip", "link", "del", link], ok=(0, 1))


def namespaces() -> tuple[str, ...]:
    """The named network namespaces of this machine."""
    return tuple(line.split()[0] for line in run(["ip", "netns", "list"]).splitlines() if line)


def port(state: State, name: str, setting: str) -> None:
    """Set a port of the data switch ``up`` or ``down``; the ports bear the nodes' names."""
    _ip(data_switch(state), f"link set {name} {setting}")


def _cable(namespace: str, nic: str, mac: str, switch: str, name: str) -> None:
    _ip(switch, f"link add {name} type veth peer name {nic} address {mac} netns {namespace}")
    _ip(switch, f"link set {name} master br0 up")
    _ip(namespace, f"link set {nic} mtu 1500 up")


def _give_tester(link: str, switch: str, address: str) -> None:
    run(["ip", "link", "add", link, "type", "veth", "peer", "name", "tester", "netns", switch])
    _ip(switch, "link set tester master br0 up")
    run(["ip", "link", "set", link, "addrgenmode", "none"])
    run(["ip", "addr", "add", address, "dev", link])
    run(["ip", "link", "set", link, "up"])


def _ip(namespace: str, arguments: str) -> None:
    run(["ip", "-n", namespace, *arguments.split()])
