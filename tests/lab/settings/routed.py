"""A cluster whose nodes send what is for each other's pods to a router, and speak no BGP."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.faults import mesh_off
from tests.lab.lab import Lab
from tests.lab.plan import GATEWAY, NIC, NODES

SWITCH = "/proc/sys/net/ipv4"


@contextmanager
def by_the_gateway(lab: Lab) -> Iterator[None]:
    """Have the gateway forward between the nodes, each of which knows it as the way to all."""
    others = [(node, each) for node in NODES for each in NODES if each != node]
    try:
        mesh_off.inject(lab)
        mesh_off.settled(lab)
        lab.run_on_switch(
            f"echo 1 >{SWITCH}/ip_forward; "
            f"for each in {SWITCH}/conf/*/send_redirects; do echo 0 >$each; done"
        )
        for node, other in others:
            lab.run(
                node.name, f"ip route replace {other.block} via {GATEWAY} dev {NIC} proto static"
            )
        yield
    finally:
        for node, other in others:
            lab.run(
                node.name, f"ip route del {other.block} via {GATEWAY} proto static 2>/dev/null || :"
            )
        lab.run_on_switch(f"echo 0 >{SWITCH}/ip_forward")
        mesh_off.heal(lab)
