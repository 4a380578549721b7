"""Ground truth: which pods answer which, asked from where the pods' applications are."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.lab.nodes import run_on
from tests.lab.plan import Pod
from tests.lab.pods import APPLICATIONS, pid_of
from tests.lab.shell import LabError, Process

# One packet, one second; a second packet before it counts as lost.
_ONE = "ping -n -q -c1 -W1 $2 >/dev/null 2>&1 || ping -n -q -c1 -W1 $2 >/dev/null 2>&1"
_ASK = f"ask() {{ if {_ONE}; then echo $1 1; else echo $1 0; fi; }}"


def ping(
    powered: Mapping[str, Process],
    run_dir: Path,
    pods: Sequence[Pod],
    targets: Mapping[str, str],
) -> dict[tuple[str, str], bool]:
    """Ping every target from every pod, all at once; at most about 5 s.

    A pod's target answers only if its application has the address: an answer that somebody else
    gives in its place is none.

    ``powered`` maps nodes to PID 1, ``targets`` names to addresses. The result has every pair
    (workload, target name) of unequal names; a pod that does not run answers and reaches nothing.
    Raises LabError if a running pod could not be asked.
    """
    result = {
        (pod.workload, target): False
        for pod in pods
        for target in targets
        if target != pod.workload
    }
    elsewhere = {pod.workload for pod in pods if pod.node in powered and pod.workload in targets}
    with ThreadPoolExecutor(max_workers=max(1, len(powered))) as pool:
        ask = partial(_from_node, powered, run_dir, pods, targets)
        for found, owners in pool.map(ask, powered):
            result.update(found)
            elsewhere -= owners
    return {pair: answered and pair[1] not in elsewhere for pair, answered in result.items()}


def _from_node(
    powered: Mapping[str, Process],
    run_dir: Path,
    pods: Sequence[Pod],
    targets: Mapping[str, str],
    node: str,
) -> tuple[dict[tuple[str, str], bool], frozenset[str]]:
    """Return which pings were answered, and which pods have the address they are pinged at."""
    process, home = powered[node], run_dir / node
    own = [pod for pod in pods if pod.node == node]
    asks = (pid_of(pod, home, APPLICATIONS) for pod in own)
    pids = run_on(process, "; ".join(asks)).split()
    sources = [(pod.workload, pid) for pod, pid in zip(own, pids, strict=True) if pid != "0"]
    script = " ".join(_from_pod(workload, pid, targets) for workload, pid in sources) + " wait"
    answers = [line.split() for line in run_on(process, script, limit=30.0).splitlines()]
    found = {(each[0], each[1]): each[2] == "1" for each in answers if len(each) > 1}
    owners = frozenset(each[0] for each in answers if len(each) == 1)
    wanted = _pairs([workload for workload, _ in sources], targets)
    if set(found) != wanted:
        raise LabError(f"{node}: {len(wanted - set(found))} pings could not be sent")
    return found, owners


def _from_pod(workload: str, pid: str, targets: Mapping[str, str]) -> str:
    asks = "".join(
        f'ask "{workload} {name}" {address} & '
        for name, address in targets.items()
        if name != workload
    )
    own = targets.get(workload, "")
    tell = f'if ip -o addr | grep -qF " {own}/"; then echo "{workload}"; fi; ' if own else ""
    return f"nsenter -t {pid} -n sh -c '{_ASK}; {tell}{asks}wait' &"


def _pairs(sources: Sequence[str], targets: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(source, target) for source in sources for target in targets if target != source}
