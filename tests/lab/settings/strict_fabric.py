"""A fabric below the overlay that carries the nodes' own addresses alone, as most clouds do."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.datastore import POOL
from tests.lab.lab import Lab
from tests.lab.plan import NODES
from tests.lab.settings.overlay import DEVICE, overlay


@contextmanager
def strict_fabric(lab: Lab) -> Iterator[None]:
    """Have the switch drop packets of pods; with the overlay it sees none between nodes."""
    with overlay(lab):
        lab.run_on_switch(
            "nft 'add table bridge cloud; "
            "add chain bridge cloud forward { type filter hook forward priority 0; }; "
            f"add rule bridge cloud forward ip saddr {POOL} ip daddr {POOL} drop'"
        )
        try:
            yield
        finally:
            lab.run_on_switch("nft delete table bridge cloud")


def without_tunnels(lab: Lab) -> None:
    """Route between the nodes, as BIRD does where no pool wants a tunnel; Felix takes its own."""
    for node in NODES:
        lab.run(
            node.name,
            f"ip link del {DEVICE}; ip route del blackhole {node.block} proto 80 2>/dev/null || :",
        )
    for node in NODES:
        lab.configure_bird(node.name)
