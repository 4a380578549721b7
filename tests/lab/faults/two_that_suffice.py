"""Two faults on one node of which each alone ends its BGP sessions: both have to be undone."""

from tests.lab.faults import bgp_cut_on_node
from tests.lab.faults.bird_ended import KILLED
from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab


def inject(lab: Lab) -> None:
    """Drop BGP, and kill the BIRD."""
    bgp_cut_on_node.inject(lab)
    KILLED.inject(lab)


def heal(lab: Lab) -> None:
    """Let BGP through, and start the BIRD."""
    bgp_cut_on_node.heal(lab)
    KILLED.heal(lab)


FAULT = Fault(
    "bgp-cut-and-bird-killed",
    "k8s3's firewall drops TCP 179, and its BIRD is killed",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=KILLED.lost,
    blame=(*KILLED.blame, *bgp_cut_on_node.FAULT.blame),
    innocent=("k8s1", "k8s2"),
    says=KILLED.says,
    slow=True,
)
