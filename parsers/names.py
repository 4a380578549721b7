"""The stable names of a node's network namespaces: the workload's, else the mount's."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from parsers.records import Container, NetworkNamespace

FIRST_PROCESS = 1  # the pid of a node's first process, which lives in the node's own namespace

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DOCKERS = frozenset({"docker"})
_RUNTIMES_MOUNTS = (
    (re.compile(r"(?:.*/)?docker/netns/[^/]+"), _DOCKERS),
    (re.compile(f"(?:.*/)?cni-{_UUID}"), frozenset({"crictl", "podman"})),
    (re.compile(f"(?:.*/)?netns-{_UUID}"), frozenset({"podman"})),
    (re.compile(f"(?:.*/)?{_UUID}"), frozenset({"crictl"})),
)
"""What the mounts of containers' namespaces are called, and whose containers these can be.

containerd and podman before 4.0 say cni-UUID, podman since netns-UUID, CRI-O plain UUID.
"""


def scope_of(inode: int) -> str:
    """Return the scope under which a namespace's answers are kept."""
    return f"net:[{inode}]"


def workload_names(
    namespaces: Iterable[NetworkNamespace], containers: Iterable[Container]
) -> dict[str, str]:
    """Map the scopes of namespaces that containers live in to the workloads' names.

    All containers of a pod share one namespace. Where they do not (the sandbox was made anew and
    an older container was left behind), the one that an application shares with the sandbox has
    the workload's name, or else an application's, for a workload is where its application is.
    Each other is "WORKLOAD (container NAME)". The node's own namespace is not among them; one that
    was there before the container that was put into it (podman's ``--network ns:PATH``) keeps its
    own name.
    """
    others = [namespace for namespace in namespaces if not is_host(namespace)]
    by_pid = {pid: each.inode for each in others for pid in each.pids}
    by_mount = {_tail(mount): each.inode for each in others for mount in each.mounts}
    homes: dict[str, dict[int, Container]] = defaultdict(dict)  # workload → inode → who names it
    lived_in: dict[str, set[int]] = defaultdict(set)  # workload → where its applications are
    for container in sorted(containers, key=_first_to_name):
        # Of a sandbox without a process of its own, as CRI-O has them, only the mount tells.
        alone = container.role == "sandbox" and container.status == "running"
        mounted = by_mount.get(_tail(container.sandbox_key)) if container.sandbox_key else None
        inode = by_pid.get(container.pid or 0) or mounted
        if inode and (container.pid or alone) and not container.network_mode.startswith("ns:"):
            homes[container.workload].setdefault(inode, container)
            if container.role != "sandbox":
                lived_in[container.workload].add(inode)
    claims: dict[int, list[tuple[tuple[bool, bool, str], str]]] = defaultdict(list)
    for workload, by_inode in homes.items():
        ordered = sorted(by_inode.items(), key=lambda home: home[0] not in lived_in[workload])
        for place, (inode, container) in enumerate(ordered):
            name = f"{workload} (container {short_name(container)})" if place else workload
            claims[inode].append((_first_to_name(container), name))
    return _told_apart({inode: min(claimed)[1] for inode, claimed in claims.items()})


def mount_names(namespaces: Iterable[NetworkNamespace]) -> dict[str, str]:
    """Map the scopes of namespaces that are mounted somewhere to "mount:NAME".

    Docker's own mounts do not count: their names change with each start of a container.
    """
    names: dict[int, str] = {}
    for namespace in namespaces:
        mounts = [each for each in namespace.mounts if _makers(each) != _DOCKERS]
        if mounts and not is_host(namespace):
            ours = [mount for mount in mounts if _makers(mount) is None]
            names[namespace.inode] = f"mount:{PurePosixPath(min(ours or mounts)).name}"
    return _told_apart(names)


def is_an_admins(namespace: NetworkNamespace) -> bool:
    """Say whether a namespace was mounted by somebody, and by no runtime."""
    return bool(namespace.mounts) and all(_makers(mount) is None for mount in namespace.mounts)


def runtimes_of(namespace: NetworkNamespace) -> frozenset[str] | None:
    """Return the runtimes whose container a namespace can be by its mounts, None if anyone's."""
    makers = [made for mount in namespace.mounts if (made := _makers(mount)) is not None]
    return frozenset[str]().union(*makers) if makers else None


def _makers(mount: str) -> frozenset[str] | None:
    found = (makers for pattern, makers in _RUNTIMES_MOUNTS if pattern.fullmatch(mount))
    return next(found, None)


def _tail(path: str) -> str:
    """Return the end of a mount's path that tells it from another: the list shortens /run/netns."""
    name = path.rpartition("/")[2]
    return f"docker/netns/{name}" if "docker/netns/" in path else name


def is_host(namespace: NetworkNamespace) -> bool:
    """Say whether a listed namespace is the node's own, whose scope is HOST."""
    return FIRST_PROCESS in namespace.pids


def short_name(container: Container) -> str:
    """Return the name within its pod: "netperf" of "k8s_netperf.468d5a53_…", "app" of "a/b/app"."""
    if container.role and container.name.startswith(f"{container.workload}/"):
        return container.name.rpartition("/")[2]
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
