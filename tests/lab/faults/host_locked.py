"""A host policy of Calico's protects k8s3's own NIC, and its failsafe ports lack BGP's."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC

NODE = "k8s3"
LOST = across(pods_on(NODE), elsewhere(NODE))
RULES = f"""\
*filter
:cali-INPUT - [0:0]
:cali-from-host-endpoint - [0:0]
:cali-fh-{NIC} - [0:0]
:cali-failsafe-in - [0:0]
-A INPUT -m comment --comment "cali:Cz_u1IQiXIMmKD4c" -j cali-INPUT
-A cali-INPUT -m comment --comment "cali:A8i0FbtDhEKFQBGA" -j cali-from-host-endpoint
-A cali-from-host-endpoint -i {NIC} -m comment --comment "cali:q8ktPMl2WIhqDgBA" -g cali-fh-{NIC}
-A cali-fh-{NIC} -m comment --comment "cali:h-3tZyBCJ0yWz_Kp" -j cali-failsafe-in
-A cali-fh-{NIC} -p icmp -m comment --comment "cali:1bNRcKc6LpOZHhR_" -j ACCEPT
-A cali-fh-{NIC} -m comment --comment "Drop if no policies passed packet" -j DROP
-A cali-failsafe-in -p tcp -m multiport --dports 22,2379,2380,6443 -j ACCEPT
-A cali-failsafe-in -p udp -m multiport --dports 53,67,68 -j ACCEPT
COMMIT
"""


def inject(lab: Lab) -> None:
    """Write the rules that Felix makes of such a HostEndpoint."""
    lab.run(NODE, f"iptables-restore --noflush <<'RULES'\n{RULES}RULES")


def heal(lab: Lab) -> None:
    """Take the table away."""
    lab.run(NODE, "nft delete table ip filter")


def settled(lab: Lab) -> None:
    """Both its sessions die; the others drop its block, and it theirs."""
    block_withdrawn(lab, NODE, at=("k8s1", "k8s2"))
    block_withdrawn(lab, "k8s1", at=(NODE,))
    block_withdrawn(lab, "k8s2", at=(NODE,))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "host-locked",
    f"{NODE}'s host policy lets no BGP in",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame((NODE,), "filter rule", ("cali-fh-",)),),
    says=(f"a packet filter of {NODE} drops BGP",),
    slow=True,
)
