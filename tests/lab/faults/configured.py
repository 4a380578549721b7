"""Another configuration for a node's BIRD, as confd, a person or a bad upgrade writes it."""

from tests.lab import bgp
from tests.lab.faults.fault import Pair
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import NODES, TIMERS, node_named

BIRDC = "birdc -s /run/calico/bird.ctl"


def planned(lab: Lab, node: str) -> str:
    """Return the configuration that the plan has for a node."""
    log = str(lab.run_dir / node / "bird.log")
    return bgp.bird_conf(node_named(node), NODES, TIMERS[lab.state.timers], log)


def configure(lab: Lab, node: str, text: str) -> None:
    """Write a node's bird.conf and have its BIRD read it. Raises LabError if it refuses it."""
    (lab.run_dir / node / "bird.conf").write_text(text)
    lab.run(node, f"{BIRDC} configure | grep -E 'Reconfigured|Reconfiguration in progress'")


def edit(lab: Lab, node: str, *edits: tuple[str, str]) -> None:
    """Replace texts of a node's planned configuration, each of which stands there."""
    text = planned(lab, node)
    for old, new in edits:
        if old not in text:
            raise ValueError(f"bird.conf of {node} has no {old!r}")
        text = text.replace(old, new)
    configure(lab, node, text)


def put_back(lab: Lab, *nodes: str) -> None:
    """Give these nodes the configuration that the plan has."""
    for node in nodes:
        configure(lab, node, planned(lab, node))


def in_session(node: str, peer: str, statement: str) -> tuple[str, str]:
    """Return an edit that adds a statement to a node's session with a peer."""
    header = f"protocol bgp Mesh_{node_named(peer).session_suffix} from bgp_template {{\n"
    return header, f"{header}  {statement}\n"


def only_lost(lab: Lab, pairs: frozenset[Pair], limit: float = 30.0) -> None:
    """Wait until these pairs do not answer, and all others do."""
    wait_until(lambda: lab.lost_pairs() == pairs, limit, f"{len(pairs)} pairs are lost")
