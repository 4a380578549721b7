"""A second NIC on k8s1 and k8s2, by which k8s2 alone sends what is for k8s1's pods."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.lab import Lab
from tests.lab.plan import node_named
from tests.lab.shell import run
from tests.lab.switch import data_switch, node_namespace

SECOND_NIC = "enp1s0f1"
TABLE = 200
NODES = ("k8s1", "k8s2")


@contextmanager
def asymmetric(lab: Lab) -> Iterator[None]:
    """The lab with answers that take another way than what they answer."""
    switch, block = data_switch(lab.state), node_named("k8s1").block
    try:
        for name in NODES:
            port = ("link", "add", f"{name}b", "type", "veth", "peer", "name", SECOND_NIC)
            run(["ip", "-n", switch, *port, "netns", node_namespace(lab.state, name)])
            run(["ip", "-n", switch, "link", "set", f"{name}b", "master", "br0", "up"])
            own = f"10.78.0.{node_named(name).host_number}"
            lab.run(name, f"ip addr add {own}/24 dev {SECOND_NIC}; ip link set {SECOND_NIC} up")
        gateway = f"10.78.0.{node_named('k8s1').host_number}"
        lab.run(
            "k8s2",
            f"ip route add {block} via {gateway} dev {SECOND_NIC} table {TABLE}; "
            f"ip rule add to {block} lookup {TABLE} pref {TABLE}",
        )
        yield
    finally:
        lab.run("k8s2", f"ip rule del pref {TABLE} 2>/dev/null || :")
        for name in NODES:
            lab.run(name, f"ip link del {SECOND_NIC} 2>/dev/null || :")
