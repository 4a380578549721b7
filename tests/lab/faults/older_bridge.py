"""calico-node starts anew on k8s3 and takes the address of a docker bridge that was there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.lab.faults import autodetected_address as autodetected
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab

MAKE = f"docker network create --subnet {autodetected.SUBNET} {autodetected.NETWORK} >/dev/null"
REMOVE = f"docker network rm {autodetected.NETWORK} >/dev/null 2>&1 || :"


@contextmanager
def _bridge(lab: Lab) -> Iterator[None]:
    """Make the network long before."""
    lab.run("k8s3", MAKE)
    try:
        yield
    finally:
        lab.run("k8s3", REMOVE)


FAULT: Fault = replace(
    autodetected.FAULT,
    name="older-bridge-autodetected",
    summary="Calico takes the address of an older docker bridge for k8s3's",
    inject=autodetected.take,
    setting=_bridge,
    slow=True,
)
