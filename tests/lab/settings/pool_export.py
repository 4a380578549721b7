"""BIRD as Calico's own filter has it: it tells its peers all that it learned of the pool."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.lab import Lab
from tests.lab.plan import NODES

POOL = "192.168.0.0/16"


@contextmanager
def exporting(lab: Lab) -> Iterator[None]:
    """Have every BIRD export any prefix of the pool that is no pod's alone."""
    try:
        for node in NODES:
            text = lab.bird_conf(node.name)
            own = f"if ( net = {node.block} ) then accept;"
            wide = f"if ( net ~ [ {POOL}{{26,31}} ] ) then accept;"
            if own not in text:
                raise AssertionError(f"no {own!r} in BIRD's configuration")
            lab.configure_bird(node.name, text.replace(own, wide))
        yield
    finally:
        for node in NODES:
            lab.configure_bird(node.name)
