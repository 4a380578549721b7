"""Two plain containers on a docker bridge network of k8s2, which everybody has a route to."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.images import PAUSE
from tests.lab.lab import Lab
from tests.lab.plan import NODES, Pod, node_named
from tests.lab.pods import APPLICATIONS, PAUSES

NODE = "k8s2"
NETWORK, SUBNET, BRIDGE = "shop", "10.44.0.0/24", "br-shop"
CACHE = Pod(NODE, "", "cache", "cache", PAUSE, "10.44.0.2", "")
FRONT = Pod(NODE, "", "front", "front", PAUSE, "10.44.0.3", "")


@contextmanager
def docker_bridge(lab: Lab) -> Iterator[None]:
    """The lab with the network and its containers."""
    try:
        lab.run(
            NODE,
            f"docker network create -o com.docker.network.bridge.name={BRIDGE} "
            f"--subnet {SUBNET} {NETWORK} >/dev/null",
        )
        for name in ("cache", "front"):
            start(lab, name)
        via = f"{SUBNET} via {node_named(NODE).address}"
        for node in NODES:
            if node.name != NODE:
                lab.run(node.name, f"ip route add {via} proto static")
        lab.run_on_switch(f"ip route add {via}")
        for pod in (CACHE, FRONT):
            lab.guests[pod.workload] = pod
        lab.wait_whole()
        yield
    finally:
        lab.guests.clear()
        lab.run(NODE, "docker rm -f $(docker ps -aq --filter label=shop) >/dev/null 2>&1 || :")
        lab.run(NODE, f"docker network rm {NETWORK} >/dev/null 2>&1 || :")
        for node in NODES:
            lab.run(node.name, f"ip route del {SUBNET} 2>/dev/null || :")
        lab.run_on_switch(f"ip route del {SUBNET} 2>/dev/null || :")


def start(lab: Lab, name: str) -> None:
    """Run a container of that name; docker gives it the next address."""
    home = lab.run_dir / NODE
    identity, its = (home / f"{name}{role}" for role in (PAUSES, APPLICATIONS))
    lab.run(
        NODE,
        f"rm -f {identity}; docker run -d --name {name} --label shop --cidfile {identity} "
        f"--network {NETWORK} {PAUSE} >/dev/null; cp {identity} {its}",
    )


def veth(lab: Lab, pod: Pod) -> str:
    """Return the name of the host's end of a container's veth pair."""
    index = (
        lab.run_in_pod(pod.workload, "ip -o link show eth0").partition("@if")[2].partition(":")[0]
    )
    line = lab.run(pod.node, f"ip -o link show | grep '^{index}: '")
    return line.split()[1].partition("@")[0]
