"""Readers of ``docker ps`` and ``docker inspect`` (and of podman's, which prints the same)."""

import re
from dataclasses import dataclass, replace
from typing import Any

from parsers import fsm
from parsers.gather import Gathering
from parsers.jsontext import number_at, read_json, switch_at, text_at, texts_at
from parsers.reading import Reading
from parsers.records import Container, ContainerSummary
from parsers.text import Text

_COLUMN = re.compile(r"[A-Z]+(?: [A-Z]+)*")
_CELL = re.compile(r'"(?:[^"\\]|\\.)*"(?= {2}| *$)|\S+(?: \S+)*')
_MAY_BE_EMPTY = frozenset({"PORTS", "LABELS", "MOUNTS", "NETWORKS", "LOCAL VOLUMES", "SIZE"})
_STATUS = re.compile(
    r"Up\b|Exited\b|Created\b|Restarting\b|Removal\b|Removing\b|Dead\b|Paused\b"
    r"|Initialized\b|Configured\b|Stopp(?:ed|ing)\b|Ghost\b"
)

_KUBERNETES_NAME_PARTS = 6  # k8s, container, pod, namespace, uid, attempt
_NEVER = "0001-01-01T00:00:00Z"


def read_ps(text: Text) -> Reading:
    """Read the table of ``docker ps``: the cells of a row stand where the header says."""
    rows = fsm.run("docker-ps", text.lines)
    gathered = Gathering.of(text.lines, rows)
    columns: list[tuple[str, int]] = []
    for row in rows.rows:
        if row["Header"]:
            columns = [(found[0], found.start()) for found in _COLUMN.finditer(row["Header"])]
            continue
        cells = _cells(row["Row"], columns)
        if cells is None:
            gathered.refuse(row.line)
        else:
            gathered.add(row.line, _summary(cells))
    return gathered.reading("" if columns else "no table of containers in the answer")


def _cells(row: str, columns: list[tuple[str, int]]) -> dict[str, str] | None:
    """Return the cells by column, or None where they do not fit: a wrong guess is worse."""
    found = list(_CELL.finditer(row))
    names = [name for name, _ in columns]
    empty = [name for name in names if name in _MAY_BE_EMPTY]
    if len(found) == len(names):
        placed = dict(zip(names, (cell[0] for cell in found), strict=True))
    elif len(found) == len(names) - 1 and len(empty) == 1:
        filled = (name for name in names if name not in empty)
        placed = dict(zip(filled, (cell[0] for cell in found), strict=True))
    else:
        placed = _by_position(found, columns)
    if len(placed) < len(found) or set(names) - set(placed) - _MAY_BE_EMPTY:
        return None
    return placed if _STATUS.match(placed.get("STATUS", "Up")) else None


def _by_position(found: list[re.Match[str]], columns: list[tuple[str, int]]) -> dict[str, str]:
    placed: dict[str, str] = {}
    for cell in found:
        here = [name for name, start in columns if start <= cell.start()]
        if here:
            placed[here[-1]] = cell[0]
    return placed


def _summary(cells: dict[str, str]) -> ContainerSummary:
    container_id = cells.get("CONTAINER ID", "")
    return ContainerSummary(
        name=cells.get("NAMES", cells.get("NAME", container_id)),
        id=container_id,
        image=cells.get("IMAGE", ""),
        command=cells.get("COMMAND", ""),
        created=cells.get("CREATED", cells.get("CREATED AT", "")),
        status=cells.get("STATUS", ""),
        ports=cells.get("PORTS", ""),
    )


def read_inspect(text: Text) -> Reading:
    """Read ``docker inspect``: a list of containers, or one; a text that was cut is blind."""
    document = read_json(text.lines)
    containers = [(item.line, _container(item.value)) for item in document.items]
    names = {record.id: record.name for _, record in containers if record is not None}
    gathered = Gathering(text.lines, document.ledger)
    odd = ""
    for (line, record), item in zip(containers, document.items, strict=True):
        if record is None:
            odd = f"the object at line {line} is no container"
            for each in range(item.line, item.last_line + 1):
                gathered.refuse(each)
        else:
            gathered.add(line, replace(record, network_mode=_mode(record.network_mode, names)))
    return gathered.reading(document.damage or odd)


def _container(given: Any) -> Container | None:
    """Make a record of one object; None if it is not about a container."""
    name = text_at(given, "Name").removeprefix("/")
    container_id = text_at(given, "Id") or text_at(given, "ID")
    if not (name or container_id) or not isinstance(given.get("State"), dict):
        return None
    belongs = _belongs(given, name or container_id)
    return Container(
        name=name or container_id,
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
    )


@dataclass(frozen=True, slots=True)
class _Belonging:
    workload: str
    role: str


def _belongs(given: Any, name: str) -> _Belonging:
    """Say which workload a container is part of, by its labels, else by its ``k8s_…`` name.

    The kubelet's names: ``k8s_CONTAINER.HASH_POD_NAMESPACE_UID_RANDOM`` until Kubernetes 1.5,
    ``k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`` since.
    """
    parts = name.split("_")
    is_kubernetes = len(parts) == _KUBERNETES_NAME_PARTS and parts[0] == "k8s"
    container = parts[1].partition(".")[0] if is_kubernetes else ""
    pod = text_at(given, "Config", "Labels", "io.kubernetes.pod.name")
    namespace = text_at(given, "Config", "Labels", "io.kubernetes.pod.namespace")
    if not (pod and namespace):
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
