"""Another configuration for a node's BIRD, as confd, a person or a bad upgrade writes it."""

from tests.lab.faults.fault import Pair
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import node_named


def edit(lab: Lab, node: str, *edits: tuple[str, str]) -> None:
    """Replace texts of a node's planned configuration, each of which stands there."""
    text = lab.bird_conf(node)
    for old, new in edits:
        if old not in text:
            raise ValueError(f"bird.conf of {node} has no {old!r}")
        text = text.replace(old, new)
    lab.configure_bird(node, text)


def put_back(lab: Lab, *nodes: str) -> None:
    """Give these nodes the configuration that the plan has."""
    for node in nodes:
        lab.configure_bird(node)


def in_session(peer: str, statement: str) -> tuple[str, str]:
    """Return an edit that adds a statement to the session with a peer."""
    header = f"protocol bgp Mesh_{node_named(peer).session_suffix} from bgp_template {{\n"
    return header, f"{header}  {statement}\n"


def only_lost(lab: Lab, pairs: frozenset[Pair], limit: float = 30.0) -> None:
    """Wait until these pairs do not answer, and all others do."""
    wait_until(lambda: lab.lost_pairs() == pairs, limit, f"{len(pairs)} pairs are lost")
