"""A machine that is no node takes k8s3's address: the others send k8s3's packets to it."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import GATEWAY, NIC, node_named
from tests.lab.shell import run
from tests.lab.switch import data_switch

NODE = node_named("k8s3")
MAC = "00:25:90:4a:ad:99"
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))
OTHERS = ("k8s1", "k8s2")


def inject(lab: Lab) -> None:
    """Plug a machine into the switch and have the others learn its hardware address."""
    stranger, sw = _stranger(lab), data_switch(lab.state)
    run(["ip", "netns", "add", stranger])
    cable = f"stranger type veth peer name eth0 address {MAC} netns {stranger}"
    run(["ip", "-n", sw, "link", "add", *cable.split()])
    run(["ip", "-n", sw, "link", "set", "stranger", "master", "br0", "up"])
    run(["ip", "-n", stranger, "link", "set", "eth0", "up"])
    run(["ip", "-n", stranger, "addr", "add", f"{NODE.address}/24", "dev", "eth0"])
    lab.run_on_switch("ip neigh flush dev br0")
    for name in OTHERS:
        lab.run(name, f"ip neigh flush dev {NIC}")
    for address in (GATEWAY, *(node_named(name).address for name in OTHERS)):
        ping = f"ping -n -q -c 2 -i 0.2 -W 1 {address}"
        run(["ip", "netns", "exec", stranger, *ping.split()], ok=(0, 1))


def heal(lab: Lab) -> None:
    """Unplug it and have the others forget it."""
    run(["ip", "netns", "del", _stranger(lab)], ok=(0, 1))
    lab.run_on_switch("ip link del stranger 2>/dev/null || :; ip neigh flush dev br0")
    for name in OTHERS:
        lab.run(name, f"ip neigh flush dev {NIC}")


def _stranger(lab: Lab) -> str:
    return f"{lab.state.prefix}-stranger"


def settled(lab: Lab) -> None:
    """The stranger refuses the others' BGP packets."""
    block_withdrawn(lab, "k8s3", at=OTHERS)
    pairs_lost(lab, LOST)


FAULT = Fault(
    "duplicate-node-address",
    f"a stranger answers for k8s3's {NODE.address}",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=workloads_on("k8s3"),
    blame=(Blame(OTHERS, "neighbour", (NODE.address,)),),
    says=(NODE.address, MAC),
)
