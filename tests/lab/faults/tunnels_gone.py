"""Calico sends what goes from node to node without tunnels, and the fabric does not carry it.

The nodes' tables are as good as before: what the fabric does, only pings see.
"""

from collections.abc import Callable

from tests.lab.faults.configured import only_lost
from tests.lab.faults.fault import Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES
from tests.lab.settings.overlay import build
from tests.lab.settings.strict_fabric import strict_fabric, without_tunnels

LOST = frozenset().union(*(across(pods_on(n.name), elsewhere(n.name)) for n in NODES))
ALWAYS, NEVER = "vxlanMode: Always", "vxlanMode: Never"
MARK = "/etc/calico/datastore/unreachable"


def _set(lab: Lab, old: str, new: str) -> None:
    lab.change_object("ippool", "default-ipv4-ippool", lambda text: text.replace(old, new))


def _toggle(lab: Lab) -> None:
    """Somebody sets the pool's mode."""
    _set(lab, ALWAYS, NEVER)
    without_tunnels(lab)


def _toggle_back(lab: Lab) -> None:
    _set(lab, NEVER, ALWAYS)
    build(lab)


def _lose_the_datastore(lab: Lab) -> None:
    """Nobody can be asked for the pool, and what is rendered anew knows of no tunnel."""
    for node in NODES:
        lab.run(node.name, f"touch {MARK}")
    without_tunnels(lab)


def _find_the_datastore(lab: Lab) -> None:
    for node in NODES:
        lab.run(node.name, f"rm -f {MARK}")
    build(lab)


def _settled(lab: Lab) -> None:
    only_lost(lab, LOST)


def _fault(
    name: str, summary: str, inject: Callable[[Lab], None], heal: Callable[[Lab], None]
) -> Fault:
    return Fault(
        name,
        summary,
        inject,
        heal,
        _settled,
        lost=LOST,
        shown=False,
        pings=True,
        setting=strict_fabric,
        verdicts=("broken",),
        slow=True,
    )


FAULTS = (
    _fault(
        "pool-encapsulation-off",
        "a pool's VXLAN mode is set to Never where the fabric carries no pod addresses",
        _toggle,
        _toggle_back,
    ),
    _fault(
        "datastore-lost",
        "Calico's datastore is gone, and the routes are made anew without the tunnels",
        _lose_the_datastore,
        _find_the_datastore,
    ),
)
