"""k8s3 has another address after a new DHCP lease; Calico and the others still use the old one."""

from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC, node_named

NODE = node_named("k8s3")
OTHER = "172.16.0.33"
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Put one address in the place of the other; the gateway learns of it."""
    lab.run(
        "k8s3",
        f"ip addr del {NODE.address}/24 dev {NIC}; "
        f"ip addr add {OTHER}/24 brd + dev {NIC} metric 100",
    )
    lab.default_route("k8s3")
    lab.run_on_switch(f"ip route replace {NODE.block} via {OTHER}")


def heal(lab: Lab) -> None:
    """Put the old one back."""
    lab.run(
        "k8s3",
        f"ip addr del {OTHER}/24 dev {NIC}; "
        f"ip addr replace {NODE.address}/24 brd + dev {NIC} metric 100",
    )
    lab.default_route("k8s3")
    lab.run_on_switch(f"ip route replace {NODE.block} via {NODE.address}")


FAULT = Fault(
    "node-address-changed",
    f"k8s3's address is {OTHER} instead of {NODE.address}",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=LOST,
    blame=(Blame(("k8s3",), "address", (f"{NODE.address}/24",)),),
    innocent=("k8s1", "k8s2"),
    says=(f"Calico takes k8s3 to be at {NODE.address}", "does not have it"),
    slow=True,
)
