"""All faults that the lab can make: each module here that has a ``FAULT`` or several ``FAULTS``.

A new fault is one new file; there is no list to add it to.
"""

import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from tests.lab.faults.fault import Blame, Fault
from tests.lab.lab import Lab
from tests.lab.shell import LabError


def _found() -> Iterator[Fault]:
    for module in pkgutil.iter_modules(__path__):
        there = vars(import_module(f"{__name__}.{module.name}"))
        yield from there.get("FAULTS", ())
        if fault := there.get("FAULT"):
            yield fault


EVERY: tuple[Fault, ...] = tuple(sorted(_found(), key=lambda fault: fault.name))

FAULTS: tuple[Fault, ...] = tuple(fault for fault in EVERY if fault.shown)

# What no node shows: the fault lies outside the nodes, or hides a node from the one who asks.
UNSHOWN: tuple[Fault, ...] = tuple(fault for fault in EVERY if not fault.shown)


def named(name: str) -> Fault:
    """Return the fault of that name. Raises LabError with the names there are."""
    for fault in EVERY:
        if fault.name == name:
            return fault
    raise LabError(f"no fault {name!r} (faults: {', '.join(fault.name for fault in EVERY)})")


def make(lab: Lab, fault: Fault) -> None:
    """Inject a fault and wait until its effect is there."""
    lab.remember_fault(fault.name, broken=True)
    fault.inject(lab)
    fault.settled(lab)


def undo(lab: Lab, fault: Fault) -> None:
    """Heal a fault; if it was the last one, wait until all pods reach each other again."""
    fault.heal(lab)
    lab.remember_fault(fault.name, broken=False)
    if not lab.state.broken:
        lab.wait_whole()


@contextmanager
def broken(lab: Lab, fault: Fault) -> Iterator[None]:
    """Hold a fault in place for the time of a block; heal it even if it did not come about."""
    try:
        make(lab, fault)
        yield
    finally:
        undo(lab, fault)


__all__ = ["EVERY", "FAULTS", "UNSHOWN", "Blame", "Fault", "broken", "make", "named", "undo"]
