"""Ground truth: which pods answer which, asked from inside the pods' namespaces."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.lab.nodes import run_on
from tests.lab.plan import NODES, Node
from tests.lab.pods import pid_of
from tests.lab.shell import LabError, Process

# One packet, one second; a second packet before it counts as lost.
_ONE = "ping -n -q -c1 -W1 $2 >/dev/null 2>&1 || ping -n -q -c1 -W1 $2 >/dev/null 2>&1"
_ASK = f"ask() {{ if {_ONE}; then echo $1 1; else echo $1 0; fi; }}"


def ping(
    powered: Mapping[str, Process], run_dir: Path, targets: Mapping[str, str]
) -> dict[tuple[str, str], bool]:
    """Ping every target from every pod, all at once; at most about 5 s.

    ``powered`` maps nodes to PID 1, ``targets`` names to addresses. The result has every pair
    (workload, target name) of unequal names; a pod that does not run answers and reaches nothing.
    Raises LabError if a running pod could not be asked.
    """
    result = {
        (pod.workload, target): False
        for node in NODES
        for pod in node.pods
        for target in targets
        if target != pod.workload
    }
    on = [node for node in NODES if node.name in powered]
    with ThreadPoolExecutor(max_workers=max(1, len(on))) as pool:
        ask = partial(_from_node, powered, run_dir, targets)
        for found in pool.map(ask, on):
            result.update(found)
    return result


def _from_node(
    powered: Mapping[str, Process], run_dir: Path, targets: Mapping[str, str], node: Node
) -> dict[tuple[str, str], bool]:
    process, home = powered[node.name], run_dir / node.name
    pids = run_on(process, "; ".join(pid_of(pod, home) for pod in node.pods)).split()
    sources = [(pod.workload, pid) for pod, pid in zip(node.pods, pids, strict=True) if pid != "0"]
    script = " ".join(_from_pod(workload, pid, targets) for workload, pid in sources) + " wait"
    answers = [line.split() for line in run_on(process, script, limit=30.0).splitlines()]
    found = {(source, target): answer == "1" for source, target, answer in answers}
    wanted = _pairs([workload for workload, _ in sources], targets)
    if set(found) != wanted:
        raise LabError(f"{node.name}: {len(wanted - set(found))} pings could not be sent")
    return found


def _from_pod(workload: str, pid: str, targets: Mapping[str, str]) -> str:
    asks = "".join(
        f'ask "{workload} {name}" {address} & '
        for name, address in targets.items()
        if name != workload
    )
    return f"nsenter -t {pid} -n sh -c '{_ASK}; {asks}wait' &"


def _pairs(sources: Sequence[str], targets: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(source, target) for source in sources for target in targets if target != source}
