"""Reader of ``docker inspect`` (and of nerdctl's and podman's, which print nearly the same)."""

from dataclasses import dataclass, replace
from typing import Any

from parsers.gather import Gathering
from parsers.jsontext import number_at, read_json, switch_at, text_at, texts_at
from parsers.reading import Reading
from parsers.records import Container
from parsers.text import Text

_KUBERNETES_NAME_PARTS = 6  # k8s, container, pod, namespace, uid, attempt
_NEVER = "0001-01-01T00:00:00Z"


def read_inspect(text: Text) -> Reading:
    """Read ``docker inspect``: a list of containers, or one; a text that was cut is blind.

    ``podman pod ps --format json`` may stand before it, which tells the pods' names.
    """
    document = read_json(text.lines)
    runtime = text.probe.partition("-")[0]
    pods = dict(_pod(item.value) for item in document.items if _is_pod(item.value))
    containers = [(item.line, _container(item.value, runtime, pods)) for item in document.items]
    names = {record.id: record.name for _, record in containers if record is not None}
    gathered = Gathering(text.lines, document.ledger)
    odd = ""
    for (line, record), item in zip(containers, document.items, strict=True):
        if _is_pod(item.value):
            continue
        if record is None:
            odd = f"the object at line {line} is no container"
            for each in range(item.line, item.last_line + 1):
                gathered.refuse(each)
        else:
            gathered.add(line, replace(record, network_mode=_mode(record.network_mode, names)))
    return gathered.reading(document.damage or odd)


def _is_pod(given: Any) -> bool:
    """Say whether this is a pod of podman's, whose containers say its id and not its name."""
    return isinstance(given, dict) and "InfraId" in given and "State" not in given


def _pod(given: Any) -> tuple[str, str]:
    return text_at(given, "Id"), text_at(given, "Name")


def _container(given: Any, runtime: str, pods: dict[str, str]) -> Container | None:
    """Make a record of one object; None if it is not about a container."""
    name = text_at(given, "Name").removeprefix("/")
    container_id = text_at(given, "Id") or text_at(given, "ID")
    if not (name or container_id) or not isinstance(given.get("State"), dict):
        return None
    name = _steady(given, name or container_id, pods)
    belongs = _belongs(given, name, pods)
    return Container(
        name=name,
        id=container_id,
        workload=belongs.workload,
        role=belongs.role,
        status=_status(given),
        health=text_at(given, "State", "Health", "Status"),
        exit_code=number_at(given, "State", "ExitCode"),
        oom_killed=switch_at(given, "State", "OOMKilled"),
        image=text_at(given, "Config", "Image") or text_at(given, "ImageName"),
        image_id=text_at(given, "Image"),
        network_mode=text_at(given, "HostConfig", "NetworkMode"),
        addresses=_addresses(given),
        restart_policy=_restart_policy(given),
        env=texts_at(given, "Config", "Env"),
        pid=number_at(given, "State", "Pid"),
        sandbox_key=text_at(given, "NetworkSettings", "SandboxKey"),
        created_at=text_at(given, "Created"),
        started_at=text_at(given, "State", "StartedAt"),
        finished_at=text_at(given, "State", "FinishedAt"),
        restart_count=number_at(given, "RestartCount"),
        runtime=runtime,
    )


def _steady(given: Any, name: str, pods: dict[str, str]) -> str:
    """Call podman's infra container by its pod: its own name begins with the pod's id."""
    pod = text_at(given, "Pod")
    return f"{pods[pod]}-infra" if pod in pods and name == f"{pod[:12]}-infra" else name


@dataclass(frozen=True, slots=True)
class _Belonging:
    workload: str
    role: str


def _belongs(given: Any, name: str, pods: dict[str, str]) -> _Belonging:
    """Say which workload a container is part of, by its labels, else by its ``k8s_…`` name.

    A container of a pod of podman's is part of that.

    The kubelet's names: ``k8s_CONTAINER.HASH_POD_NAMESPACE_UID_RANDOM`` until Kubernetes 1.5,
    ``k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`` since.
    """
    parts = name.split("_")
    is_kubernetes = len(parts) == _KUBERNETES_NAME_PARTS and parts[0] == "k8s"
    container = parts[1].partition(".")[0] if is_kubernetes else ""
    pod = text_at(given, "Config", "Labels", "io.kubernetes.pod.name")
    namespace = text_at(given, "Config", "Labels", "io.kubernetes.pod.namespace")
    if not (pod and namespace):
        if own := pods.get(text_at(given, "Pod")):
            return _Belonging(own, "sandbox" if switch_at(given, "IsInfra") else "app")
        if not is_kubernetes:
            return _Belonging(name, "")
        pod, namespace = parts[2], parts[3]
    container = text_at(given, "Config", "Labels", "io.kubernetes.container.name") or container
    kind = text_at(given, "Config", "Labels", "io.kubernetes.docker.type")
    is_sandbox = kind == "podsandbox" or container == "POD"
    return _Belonging(f"{namespace}/{pod}", "sandbox" if is_sandbox else "app")


def _status(given: Any) -> str:
    """Return State.Status, or what the switches of Docker before 1.9 amount to."""
    said = text_at(given, "State", "Status")
    if said:
        return said
    for name in ("Restarting", "Paused", "Running", "Dead"):
        if switch_at(given, "State", name):
            return name.lower()
    return "created" if text_at(given, "State", "StartedAt") in ("", _NEVER) else "exited"


def _addresses(given: Any) -> tuple[str, ...]:
    settings = given.get("NetworkSettings")
    networks = settings.get("Networks") if isinstance(settings, dict) else None
    if isinstance(networks, dict) and networks:
        found = sorted(networks.items())
    else:  # before Docker 1.9 there was one network, and its bridge
        found = [(text_at(settings, "Bridge") or "default", settings)]
    return tuple(
        f"{name}={text_at(network, field)}"
        for name, network in found
        for field in ("IPAddress", "GlobalIPv6Address")
        if text_at(network, field)
    )


def _restart_policy(given: Any) -> str:
    name = text_at(given, "HostConfig", "RestartPolicy", "Name")
    most = number_at(given, "HostConfig", "RestartPolicy", "MaximumRetryCount")
    return f"{name}:{most}" if name and most else name


def _mode(mode: str, names: dict[str, str]) -> str:
    """Name the other container in ``container:ID``: its id changes whenever it is made anew."""
    kind, _, other = mode.partition(":")
    return f"container:{names.get(other, other[:12])}" if kind == "container" else mode
