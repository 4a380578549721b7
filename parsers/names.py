"""The stable names of a node's network namespaces: the workload's, else the mount's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from parsers.records import Container, NetworkNamespace

FIRST_PROCESS = 1  # the pid of a node's first process, which lives in the node's own namespace

_DOCKER_MOUNT = "docker/netns/"


def scope_of(inode: int) -> str:
    """Return the scope under which a namespace's answers are kept."""
    return f"net:[{inode}]"


def workload_names(
    namespaces: Iterable[NetworkNamespace], containers: Iterable[Container]
) -> dict[str, str]:
    """Map the scopes of namespaces that containers live in to the workloads' names.

    All containers of a pod share one namespace. Where they do not (the sandbox was made anew and
    an older container was left behind), the sandbox's has the workload's name and each other
    "WORKLOAD (container NAME)". The node's own namespace is not among them.
    """
    others = [namespace for namespace in namespaces if not is_host(namespace)]
    by_pid = {pid: each.inode for each in others for pid in each.pids}
    by_mount = {mount.rpartition("/")[2]: each.inode for each in others for mount in each.mounts}
    homes: dict[str, dict[int, Container]] = defaultdict(dict)  # workload → inode → who names it
    for container in sorted(containers, key=_first_to_name):
        sandbox = container.sandbox_key.rpartition("/")[2]
        inode = by_pid.get(container.pid or 0) or by_mount.get(sandbox)
        if container.pid and inode:
            homes[container.workload].setdefault(inode, container)
    claims: dict[int, list[tuple[tuple[bool, bool, str], str]]] = defaultdict(list)
    for workload, by_inode in homes.items():
        for place, (inode, container) in enumerate(by_inode.items()):
            name = f"{workload} (container {short_name(container)})" if place else workload
            claims[inode].append((_first_to_name(container), name))
    return _told_apart({inode: min(claimed)[1] for inode, claimed in claims.items()})


def mount_names(namespaces: Iterable[NetworkNamespace]) -> dict[str, str]:
    """Map the scopes of namespaces that are mounted somewhere to "mount:NAME".

    Docker's own mounts do not count: their names change with each start of a container.
    """
    names: dict[int, str] = {}
    for namespace in namespaces:
        mounts = [mount for mount in namespace.mounts if _DOCKER_MOUNT not in mount]
        if mounts and not is_host(namespace):
            names[namespace.inode] = f"mount:{PurePosixPath(min(mounts)).name}"
    return _told_apart(names)


def is_host(namespace: NetworkNamespace) -> bool:
    """Say whether a listed namespace is the node's own, whose scope is HOST."""
    return FIRST_PROCESS in namespace.pids


def short_name(container: Container) -> str:
    """Return the name within its pod: "netperf" of "k8s_netperf.468d5a53_…"."""
    if container.name.startswith("k8s_"):
        return container.name.split("_")[1].partition(".")[0]
    return container.name


def _first_to_name(container: Container) -> tuple[bool, bool, str]:
    """Order containers: the sandbox names a namespace, then who does not borrow another's."""
    borrows = container.network_mode.startswith("container:")
    return (container.role != "sandbox", borrows, container.name)


def _told_apart(names: Mapping[int, str]) -> dict[str, str]:
    """Make names unique: of namespaces with one name, those after the first get " #2", " #3"."""
    count: Counter[str] = Counter()
    unique: dict[str, str] = {}
    for inode in sorted(names):
        name = names[inode]
        count[name] += 1
        unique[scope_of(inode)] = name if count[name] == 1 else f"{name} #{count[name]}"
    return unique
