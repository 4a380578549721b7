"""A BIRD is to speak from an address that its node does not have.

k8s2 has the highest address and calls its peers: it cannot. k8s3 waits for them, so that its
sessions stand: and its peers are told of a next hop that is nowhere.
"""

from collections.abc import Callable

from tests.lab.faults.configured import edit, only_lost, put_back
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named

OTHER = "10.99.9.9"


def _fault(name: str, node: str) -> Fault:
    lost = across(pods_on(node), elsewhere(node))
    own = node_named(node).address

    def inject(lab: Lab) -> None:
        edit(lab, node, (f"source address {own};", f"source address {OTHER};"))

    def settled(lab: Lab) -> None:
        only_lost(lab, lost)

    return Fault(
        name,
        f"{node}'s BIRD is to speak from {OTHER}, which {node} does not have",
        inject,
        _heal(node),
        settled,
        lost=lost,
        blame=(Blame((node,), "BIRD configuration", ("bgp_template",)),),
        innocent=tuple({"k8s1", "k8s2", "k8s3"} - {node}),
        says=(node, OTHER),
        slow=True,
    )


def _heal(node: str) -> Callable[[Lab], None]:
    def heal(lab: Lab) -> None:
        put_back(lab, node)

    return heal


FAULTS = (
    _fault("bgp-source-address-gone", "k8s2"),
    _fault("bgp-next-hop-nowhere", "k8s3"),
)
