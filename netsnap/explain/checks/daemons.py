"""Programs that the network hangs on: stopped, dead, failed, killed for their memory, held back."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from parsers.records import CalicoProcess, Daemon, ServiceUnit

_WRONG = {
    "stopped": (Severity.ERROR, "is stopped: it is there and does nothing"),
    "zombie": (Severity.ERROR, "has ended, and is a zombie"),
    "dead": (Severity.ERROR, "has ended"),
    "traced": (Severity.WARNING, "is held by a debugger"),
}

_VITAL = frozenset(
    """docker containerd crio cri-docker podman kubelet kube-proxy k3s k3s-agent rke2-server
    rke2-agent snap.microk8s.daemon-kubelite bird frr calico-node calico-felix calico-confd confd
    openvswitch-switch""".split()  # noqa: SIM905 -- a list that a person edits
)
"""Units without which pods or their routes are not kept up."""

_FAILING = ("failed", "auto-restart", "auto-restart-queued")


def daemons(case: Case) -> Iterator[Finding]:
    """Yield a finding for each daemon or unit that does not run as it should."""
    yield from _processes(case)
    yield from _of_calico(case)
    yield from _units(case)
    yield from _killed(case)
    yield from _held_back(case)


def _processes(case: Case) -> Iterator[Finding]:
    for fact, daemon in case.of(Daemon, netns=HOST):
        if daemon.state in _WRONG:
            severity, what = _WRONG[daemon.state]
            sentence = f"{_name(daemon)} on {fact.key.node} {what}"
            yield Finding(severity, fact.key.node, HOST, sentence, (fact,))


def _name(daemon: Daemon) -> str:
    return f"{daemon.name} {daemon.mode}".strip()


def _of_calico(case: Case) -> Iterator[Finding]:
    """What calicoctl looks for among the processes. Where IPv6 is not used, bird6 may be off."""
    for fact, process in case.of(CalicoProcess, netns=HOST):
        if process.status == "running":
            continue
        severity = Severity.NOTICE if process.name.endswith("6") else Severity.ERROR
        what = "is not running" if process.status == "not running" else process.status
        sentence = f"{process.name} on {fact.key.node}: {what}, says calicoctl"
        yield Finding(severity, fact.key.node, HOST, sentence, (fact,))


def _units(case: Case) -> Iterator[Finding]:
    for fact, unit in case.of(ServiceUnit, netns=HOST):
        node, name = fact.key.node, unit.name.removesuffix(".service")
        is_vital = name in _VITAL
        failing = next((each for each in _FAILING if each in (unit.active, unit.sub)), "")
        if failing:
            severity = Severity.ERROR if is_vital else Severity.WARNING
            sentence = f"the unit {name} on {node} is in {unit.active} ({unit.sub})"
            yield Finding(severity, node, HOST, sentence, (fact,), f"systemctl status {name}")
        elif unit.active == "inactive" and unit.enabled == "enabled":
            severity = Severity.WARNING if is_vital else Severity.NOTICE
            sentence = f"the unit {name} on {node} is enabled, and inactive"
            yield Finding(severity, node, HOST, sentence, (fact,), f"systemctl status {name}")
        if unit.restarts:
            sentence = f"systemd has restarted {name} on {node} by itself: {unit.restarts} times"
            yield Finding(Severity.NOTICE, node, HOST, sentence, (fact,))


def _killed(case: Case) -> Iterator[Finding]:
    for fact, daemon in case.of(Daemon, netns=HOST):
        if daemon.out_of_memory_kills:
            sentence = (
                f"the kernel killed {daemon.out_of_memory_kills} processes for want of memory in "
                f"the control group of {_name(daemon)} on {fact.key.node}"
            )
            yield Finding(Severity.WARNING, fact.key.node, HOST, sentence, (fact,))


def _held_back(case: Case) -> Iterator[Finding]:
    for fact, daemon in case.of(Daemon, netns=HOST):
        if daemon.throttled_periods:
            seconds = (daemon.throttled_microseconds or 0) / 1_000_000
            sentence = (
                f"{_name(daemon)} on {fact.key.node} had to wait for its CPU quota "
                f"{daemon.throttled_periods} times, {seconds:.1f} s in all, since it has that quota"
            )
            yield Finding(Severity.NOTICE, fact.key.node, HOST, sentence, (fact,))
