"""Tunnels' packets are dropped: by k8s3's own filter, or by the switch, which no node shows."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named
from tests.lab.settings.overlay import PORT, overlay

NODE = node_named("k8s3")
LOST = across(pods_on(NODE.name), elsewhere(NODE.name))


def on_node(lab: Lab) -> None:
    """Have the node take no packets for its tunnel's port."""
    lab.run(NODE.name, f"iptables -I INPUT -p udp --dport {PORT} -j DROP")


def off_node(lab: Lab) -> None:
    """Take the table away."""
    lab.run(NODE.name, "nft delete table ip filter")


def on_switch(lab: Lab) -> None:
    """Have the switch pass no packets of that port to and from the node."""
    lab.run_on_switch(
        "nft 'add table bridge fabric; "
        "add chain bridge fabric forward { type filter hook forward priority 0; }; "
        f"add rule bridge fabric forward ip saddr {NODE.address} udp dport {PORT} drop; "
        f"add rule bridge fabric forward ip daddr {NODE.address} udp dport {PORT} drop'"
    )


def off_switch(lab: Lab) -> None:
    """Take the filter away."""
    lab.run_on_switch("nft delete table bridge fabric")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULTS = (
    Fault(
        "tunnel-port-dropped",
        f"{NODE.name}'s filter drops what comes in for its tunnel",
        on_node,
        off_node,
        settled,
        lost=LOST,
        blame=(Blame((NODE.name,), "filter rule", (str(PORT),)),),
        innocent=("k8s1", "k8s2"),
        says=(f"{NODE.name} drops it", str(PORT)),
        setting=overlay,
        slow=True,
    ),
    Fault(
        "tunnel-port-dropped-in-fabric",
        f"the switch drops the tunnels' packets to and from {NODE.name}",
        on_switch,
        off_switch,
        settled,
        lost=LOST,
        shown=False,
        says=("16 of 30 pings", f"to and from {NODE.name}"),
        setting=overlay,
        pings=True,
        slow=True,
    ),
)
