"""Reader of ``crictl inspectp`` and ``crictl inspect``, as containerd and CRI-O answer them.

Objects of ``status`` (the CRI's own words, k8s.io/cri-api runtime/v1 api.proto) and ``info`` (the
runtime's). crictl before 1.31 prints them one after the other, later ones a list.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from parsers.gather import Gathering
from parsers.jsontext import Item, number_at, read_json, text_at, texts_at
from parsers.reading import Reading
from parsers.records import Container
from parsers.text import Text

_STATUS = {
    "SANDBOX_READY": "running",
    "SANDBOX_NOTREADY": "exited",
    "CONTAINER_CREATED": "created",
    "CONTAINER_RUNNING": "running",
    "CONTAINER_EXITED": "exited",
    "CONTAINER_UNKNOWN": "unknown",
}
_NETWORK = {"NODE": "host", "POD": "pod", "CONTAINER": "container", "TARGET": "target"}


@dataclass(frozen=True, slots=True)
class _Found:
    line: int
    record: Container


def read_cri(text: Text) -> Reading:
    """Read sandboxes and containers; a text that was cut, or tells of something else, is blind.

    A pod or a container that was made anew leaves its former self behind under the same name. Of
    those with one name the running ones are told, or else the newest.
    """
    document = read_json(text.lines)
    gathered = Gathering(text.lines, document.ledger)
    pods = dict(_pod(item.value) for item in document.items if _kind(item.value) == "sandbox")
    found: list[_Found] = []
    odd = ""
    for item in document.items:
        record = _record(item, pods)
        if record is not None:
            found.append(_Found(item.line, record))
            continue
        odd = f"the object at line {item.line} is no container and no sandbox that is understood"
        for number in range(item.line, item.last_line + 1):
            gathered.refuse(number)
    for each in _current(found):
        gathered.add(each.line, each.record)
    return gathered.reading(document.damage or odd)


def _current(found: list[_Found]) -> list[_Found]:
    by_name: dict[str, list[_Found]] = defaultdict(list)
    for each in found:
        by_name[each.record.name].append(each)
    current: list[_Found] = []
    for same in by_name.values():
        running = [each for each in same if each.record.status == "running"]
        current += running or [max(same, key=_age)]
    return current


def _age(found: _Found) -> tuple[str, int]:
    return found.record.created_at, found.record.restart_count or 0


def _kind(given: Any) -> str:
    state = text_at(given, "status", "state")
    return state.partition("_")[0].lower() if state in _STATUS else ""


def _pod(given: Any) -> tuple[str, str]:
    """Return a sandbox's id, and its pod as "NAMESPACE/POD"."""
    names = (text_at(given, "status", "metadata", part) for part in ("namespace", "name"))
    return text_at(given, "status", "id"), "/".join(names)


def _record(item: Item, pods: dict[str, str]) -> Container | None:
    given = item.value
    if not text_at(given, "status", "id") or not text_at(given, "status", "metadata", "name"):
        return None
    match _kind(given):
        case "sandbox":
            return _sandbox(given)
        case "container":
            return _container(given, pods)
        case _:
            return None


def _sandbox(given: Any) -> Container:
    pod = _pod(given)[1]
    options = ("status", "linux", "namespaces", "options")
    mode = text_at(given, *options, "network")
    created = text_at(given, "status", "createdAt")
    return replace(
        _alike(given),
        name=pod,
        workload=pod,
        role="sandbox",
        image=text_at(given, "info", "image"),
        network_mode=_NETWORK.get(mode, mode.lower()),
        addresses=_addresses(given),
        sandbox_key=_network_path(given),
        started_at=created,
    )


def _container(given: Any, pods: dict[str, str]) -> Container:
    own = text_at(given, "status", "metadata", "name")
    sandbox = text_at(given, "info", "sandboxID")
    pod = pods.get(sandbox) or _labelled(given)
    reason = text_at(given, "status", "reason")
    return replace(
        _alike(given),
        name=f"{pod}/{own}" if pod else own,
        workload=pod or own,
        role="app" if pod else "",
        exit_code=number_at(given, "status", "exitCode"),
        oom_killed=reason == "OOMKilled",
        image=_image(given),
        image_id=text_at(given, "status", "imageRef"),
        network_mode=f"container:{pods.get(sandbox, sandbox[:12])}" if sandbox else "",
        env=_environment(given),
        started_at=text_at(given, "status", "startedAt"),
        finished_at=text_at(given, "status", "finishedAt"),
    )


def _alike(given: Any) -> Container:
    """Return what sandboxes and containers say in the same words."""
    return Container(
        name="",
        id=text_at(given, "status", "id"),
        status=_STATUS[text_at(given, "status", "state")],
        pid=number_at(given, "info", "pid"),
        created_at=text_at(given, "status", "createdAt"),
        restart_count=number_at(given, "status", "metadata", "attempt"),
        runtime="crictl",
    )


def _labelled(given: Any) -> str:
    """Return the pod that the kubelet's labels name, "" without them."""
    labels = ("status", "labels")
    namespace = text_at(given, *labels, "io.kubernetes.pod.namespace")
    pod = text_at(given, *labels, "io.kubernetes.pod.name")
    return f"{namespace}/{pod}" if namespace and pod else ""


def _image(given: Any) -> str:
    said = text_at(given, "status", "image", "userSpecifiedImage")
    return said or text_at(given, "status", "image", "image")


def _addresses(given: Any) -> tuple[str, ...]:
    first = text_at(given, "status", "network", "ip")
    more = _list_at(given, "status", "network", "additionalIps")
    found = (first, *(text_at(each, "ip") for each in more))
    return tuple(f"pod={address}" for address in found if address)


def _network_path(given: Any) -> str:
    for each in _list_at(given, "info", "runtimeSpec", "linux", "namespaces"):
        if text_at(each, "type") == "network":
            return text_at(each, "path")
    return ""


def _environment(given: Any) -> tuple[str, ...]:
    """Return what the pod's maker asked for; of CRI-O, which does not tell, all that there is."""
    info = given.get("info")
    if isinstance(info, dict) and "config" not in info:
        return texts_at(given, "info", "runtimeSpec", "process", "env")
    variables = _list_at(given, "info", "config", "envs")
    told = ((text_at(each, "key"), text_at(each, "value")) for each in variables)
    return tuple(f"{name}={value}" for name, value in told if name)


def _list_at(given: Any, *path: str) -> list[Any]:
    for key in path:
        given = given.get(key) if isinstance(given, dict) else None
    return given if isinstance(given, list) else []
