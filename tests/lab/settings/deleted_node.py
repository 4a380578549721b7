"""A node that was taken down and not out of Calico: BIRD of every other still looks for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.lab import Lab
from tests.lab.plan import AS_NUMBER, NODES

ADDRESS = "172.16.0.60"
_PEER = f"""
protocol bgp Mesh_{ADDRESS.replace(".", "_")} from bgp_template {{
  neighbor {ADDRESS} as {AS_NUMBER};
}}
"""


@contextmanager
def still_registered(lab: Lab) -> Iterator[None]:
    """Have every BIRD look for a node that is no more."""
    try:
        for node in NODES:
            lab.configure_bird(node.name, lab.bird_conf(node.name) + _PEER)
        yield
    finally:
        for node in NODES:
            lab.configure_bird(node.name)
