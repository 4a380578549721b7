"""A container calico-node on every node, as the one that brings BIRD there; here it only stands."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.images import PAUSE
from tests.lab.lab import Lab
from tests.lab.plan import NODES

NAME, IMAGE = "calico-node", "calico/node"
OLD, NEW = "v3.28.2", "v3.29.0"


@contextmanager
def calico_node(lab: Lab) -> Iterator[None]:
    """Run it in the node's own network."""
    try:
        for node in NODES:
            run(lab, node.name, OLD)
        yield
    finally:
        for node in NODES:
            lab.run(node.name, f"docker rm -f {NAME} >/dev/null 2>&1 || :")


def run(lab: Lab, node: str, version: str) -> None:
    """Run the container from this version, in place of any other."""
    image = shlex.quote(f"{IMAGE}:{version}")
    lab.run(
        node,
        f"docker tag {PAUSE} {image}; docker rm -f {NAME} >/dev/null 2>&1 || :; "
        f"docker run -d --name {NAME} --network host {image} >/dev/null",
    )
