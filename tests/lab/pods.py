"""Pods: a pause container, an application in its network namespace, and Calico's wiring."""

import shlex
from pathlib import Path

from tests.lab.images import PAUSE
from tests.lab.nodes import run_on
from tests.lab.plan import Node, Pod
from tests.lab.shell import Process

PAUSES, APPLICATIONS = ".cid", ".app.cid"
"""The files that hold the ids of a pod's containers end so."""

# An application whose pause container was restarted alone still holds the old namespace.
_START = """
docker start {pod.pause_container} {pod.app_container} >/dev/null
set -- $(docker inspect -f '{{{{.State.Pid}}}}' {pod.pause_container} {pod.app_container})
if ! [ "/proc/$1/ns/net" -ef "/proc/$2/ns/net" ]; then
  docker restart -t 1 {pod.app_container} >/dev/null
fi
"""


def create(process: Process, node: Node, home: Path, secrets: dict[str, dict[str, str]]) -> None:
    """Run and wire all pods of a node. ``secrets`` go into the applications' environment."""
    script = ""
    for pod in node.pods:
        environment = home / f"{pod.name}.env"
        lines = (f"{name}={value}" for name, value in secrets[pod.workload].items())
        environment.write_text("\n".join((*lines, "PLAIN_SETTING=42", "")))
        script += _run_containers(pod, environment) + wiring(pod)
    run_on(process, script)


def start(process: Process, pod: Pod) -> None:
    """Start a pod's stopped containers and wire it again, as kubelet and CNI would."""
    run_on(process, f"{_START.format(pod=pod)}{wiring(pod)}")


def restart(process: Process, pod: Pod) -> None:
    """Restart both containers of a pod and wire the new namespace with the same address."""
    run_on(
        process,
        f"docker stop -t 1 {pod.app_container} >/dev/null; "
        f"docker restart -t 1 {pod.pause_container} >/dev/null; "
        f"docker start {pod.app_container} >/dev/null{wiring(pod)}",
    )


def wiring(pod: Pod) -> str:
    """Return the shell that gives a running pod its veth, addresses and routes; a no-op if it has.

    The pod has a /32 and the link-local gateway that the host's proxy ARP answers for; the host
    has a route to that one address (Calico, "Network interfaces and routing").
    """
    veth, conf = pod.veth, f"/proc/sys/net/ipv4/conf/{pod.veth}"
    inside = " && ".join(
        (
            "ip link set lo up",
            f"ip link set eth0 address {pod.mac} up",
            f"ip addr replace {pod.address}/32 dev eth0",
            "ip route replace 169.254.1.1 dev eth0 scope link",
            "ip route replace default via 169.254.1.1 dev eth0",
        )
    )
    return f"""
pid=$(docker inspect -f '{{{{.State.Pid}}}}' {pod.pause_container})
if ! nsenter -t "$pid" -n ip link show eth0 >/dev/null 2>&1; then
  ip link del {veth} 2>/dev/null || :
  ip link add {veth} address ee:ee:ee:ee:ee:ee type veth peer name eth0 netns "$pid"
fi
nsenter -t "$pid" -n sh -ec '{inside}'
ip link set {veth} up
echo 1 >{conf}/proxy_arp
echo 0 >/proc/sys/net/ipv4/neigh/{veth}/proxy_delay
ip route replace {pod.address} dev {veth} scope link
"""


def pid_of(pod: Pod, home: Path, role: str = PAUSES) -> str:
    """Return the shell that prints the pid of one of a pod's containers, 0 if it does not run.

    Asks containerd's files and not docker, which may be what is broken. Fails if containerd's
    directory or the container's id cannot be read: that is not a container that does not run.
    """
    tasks = "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby"
    task = f'{tasks}/"$id"/init.pid'
    return (
        f"id=$(cat {shlex.quote(str(home))}/{pod.name}{role}); ls -d {tasks} >/dev/null; "
        f"if [ -e {task} ]; then cat {task}; echo; else echo 0; fi"
    )


def in_pod(pod: Pod, home: Path, command: str) -> str:
    """Return the shell that runs ``command`` in the pod's network namespace on its node."""
    return f"pid=$({pid_of(pod, home)}); nsenter -t \"$pid\" -n sh -ec '{command}'"


def _run_containers(pod: Pod, environment: Path) -> str:
    labels = (
        f"--label io.kubernetes.pod.name={pod.name} "
        f"--label io.kubernetes.pod.namespace={pod.namespace} "
        f"--label io.kubernetes.pod.uid={pod.uid}"
    )
    identity, its = (
        shlex.quote(str(environment.with_name(f"{pod.name}{role}")))
        for role in (PAUSES, APPLICATIONS)
    )
    variables = shlex.quote(str(environment))
    return f"""
docker run -d --name {pod.pause_container} --cidfile {identity} --network none \\
  --hostname {pod.name} {labels} \\
  --label io.kubernetes.container.name=POD {PAUSE} >/dev/null
rm -f {its}
docker run -d --name {pod.app_container} --cidfile {its} {labels} \\
  --network container:{pod.pause_container} \\
  --label io.kubernetes.container.name={pod.application} --env-file {variables} \\
  --stop-timeout 1 {pod.image} >/dev/null"""
