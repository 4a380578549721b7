"""Pods that the plan does not have: to come, to go and to move."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.lab import pods
from tests.lab.lab import Lab
from tests.lab.plan import Pod


def pod(node: str, name: str, address: str) -> Pod:
    """Describe a pod; ``address`` is one of its node's block."""
    uid = f"c0ffee00-e21a-11e6-9e5d-{int(address.rsplit('.', 1)[1]):012x}"
    image = "alectolytic/netperf:latest"
    return Pod(node, "default", name, "netperf", image, address, uid)


def start(lab: Lab, extra: Pod) -> None:
    """Run and wire a pod that is not there."""
    node = replace(lab.nodes[extra.node], pods=(extra,))
    home = lab.run_dir / extra.node
    (home / f"{extra.name}.cid").unlink(missing_ok=True)
    pods.create(lab.process(extra.node), node, home, {extra.workload: {}})


def stop(lab: Lab, extra: Pod) -> None:
    """Take a pod away with all that CNI made for it; nothing if it is not there."""
    lab.run(
        extra.node,
        f"docker rm -f {extra.app_container} {extra.pause_container} >/dev/null 2>&1 || :; "
        f"ip link del {extra.veth} 2>/dev/null || :",
    )


@contextmanager
def running(lab: Lab, *extra: Pod) -> Iterator[None]:
    """Have these pods for the time of a block."""
    try:
        for each in extra:
            start(lab, each)
        yield
    finally:
        for each in extra:
            stop(lab, each)
