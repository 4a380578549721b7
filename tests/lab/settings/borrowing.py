"""Blocks that lend addresses: a node tells its peers of each address that it borrowed.

Calico's export filter has the node's own blocks and not the addresses in them, and every other
address of the pools (calico/node, ``bird_aggr.cfg.template`` and ``bird_ipam.cfg.template``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.datastore import POOL
from tests.lab.lab import Lab
from tests.lab.plan import NODES


@contextmanager
def borrowing(lab: Lab) -> Iterator[None]:
    """Have every BIRD announce borrowed addresses."""
    try:
        for node in NODES:
            lab.configure_bird(node.name, _configuration(lab, node.name, node.block))
        yield
    finally:
        for node in NODES:
            lab.configure_bird(node.name)


def _configuration(lab: Lab, name: str, block: str) -> str:
    own = f"if ( net = {block} ) then accept;"
    lent = f"{own}\n  if ( net ~ {block} ) then reject;\n  if ( net ~ {POOL} ) then accept;"
    return lab.bird_conf(name).replace(own, lent)
