"""Containers, as a runtime tells of them."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class ContainerSummary(Record):
    """A row of ``docker ps`` and its like; of ``crictl pods``, whose names are "NAMESPACE/POD".

    ``crictl ps`` calls its containers "NAMESPACE/POD/NAME", as far as it tells these.
    """

    kind: ClassVar[str] = "container-summary"
    name: Identity[str]
    id: Incarnation[str] = ""
    image: State[str] = ""
    command: State[str] = ""
    created: Drift[str] = ""
    status: Drift[str] = ""  # "Up 16 hours": docker inspect has the instant
    ports: State[str] = ""
    runtime: State[str] = ""  # docker, podman …: who was asked


@dataclass(frozen=True, slots=True)
class Container(Record):
    """A container (``docker inspect`` and its like), or a pod's sandbox (``crictl inspectp``).

    ``workload`` is the stable name of what the container belongs to: "namespace/pod" for a
    Kubernetes container (from its labels or its k8s_… name), else the container's own name.
    ``role`` is "sandbox" for a pause container, "app" for another container of a pod, else "".
    A container of ``crictl`` is called "NAMESPACE/POD/NAME", its pod's sandbox "NAMESPACE/POD".
    Times are RFC 3339 as printed. ``env`` holds masked values only.
    """

    kind: ClassVar[str] = "container"
    name: Identity[str]
    id: Incarnation[str] = ""
    workload: State[str] = ""
    role: State[str] = ""
    status: State[str] = ""  # running, exited, paused …
    health: State[str] = ""
    exit_code: State[int | None] = None
    oom_killed: State[bool | None] = None
    image: State[str] = ""
    image_id: State[str] = ""
    network_mode: State[str] = ""  # container ids inside it are shortened to "container:NAME"
    addresses: State[tuple[str, ...]] = ()  # "bridge=172.17.0.2" for each docker network
    restart_policy: State[str] = ""
    env: State[tuple[str, ...]] = ()
    pid: Incarnation[int | None] = None
    sandbox_key: Incarnation[str] = ""
    created_at: Incarnation[str] = ""
    started_at: Incarnation[str] = ""
    finished_at: Incarnation[str] = ""
    restart_count: Drift[int | None] = None
    runtime: State[str] = ""  # docker, podman …: who was asked
