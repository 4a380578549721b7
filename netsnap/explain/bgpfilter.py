"""Whether a node's packet filters surely drop the packets of a BGP session that stands."""

from netsnap.model.flow import Flow, Header
from netsnap.model.sieve import BEGINS, ENDS
from netsnap.model.space import Space
from parsers.facts import Fact

BGP_PORT = 179
UNNAMED_PORT = 50000
"""Stands for the port that the one who connects has from its kernel."""


class Filters:
    """One node's packet filters, asked about BGP."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def drops(self, flow: Flow, ports: tuple[int, int]) -> Fact | None:
        """Return the line that surely ends a packet, None if none surely does.

        ``ports`` are those of the packet's source and its destination. A packet without an
        incoming interface is the node's own.
        """
        sent = flow.sent._replace(header=Header("tcp", *ports))
        hooks = ENDS if flow.iif else BEGINS
        return self._space.ruleset.judge(hooks, flow._replace(sent=sent)).drop
