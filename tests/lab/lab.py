"""The lab as one object: up, down, run something, ask who reaches whom, break, heal."""

import os
import secrets
import shlex
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from tests.lab import (
    bgp,
    datastore,
    images,
    inventory,
    keys,
    needs,
    nodes,
    ping,
    pods,
    state,
    switch,
    takedown,
)
from tests.lab.plan import GATEWAY, MANAGEMENT_NIC, NIC, NODES, OUTSIDE, PODS, TIMERS, Node, Pod
from tests.lab.shell import LabBusyError, LabError, Process, run
from tests.lab.state import State

SETTLE = 30.0  # seconds in which BGP comes up with the short timers


class Lab:
    """A lab in a run directory. ``number`` (0–255) picks its management subnet 10.99.number.0/24.

    Several labs can be up at once with different numbers; only the first can be reached on its
    data addresses.
    """

    def __init__(self, number: int = 0, run_dir: Path | None = None, timers: str = "short") -> None:
        if not 0 <= number <= 255:
            raise LabError(f"a lab's number is 0 to 255, not {number}")
        if timers not in TIMERS:
            raise LabError(f"timers are {' or '.join(TIMERS)}, not {timers!r}")
        self.run_dir = (run_dir or state.ROOT / str(number)).resolve()
        self.number = number
        self.timers = timers
        self.nodes: Mapping[str, Node] = {node.name: node for node in NODES}
        self.pods: dict[str, Pod] = PODS
        self.guests: dict[str, Pod] = {}  # what a setting runs beside them, and is pinged, too
        self._saving = Lock()
        self._held = ExitStack()

    @property
    def state(self) -> State:
        """What is on the disk about the lab. Raises LabError if it is not up."""
        found = state.load(self.run_dir)
        if found is None:
            raise LabError(f"no lab is up in {self.run_dir}")
        return found

    @property
    def is_up(self) -> bool:
        """Whether this run directory has a lab, whole or in pieces."""
        return state.load(self.run_dir) is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that the applications' environments hide; none may reach a history."""
        return tuple(value for pod in self.state.secrets.values() for value in pod.values())

    def up(self, *, standing: bool = False) -> None:
        """Bring the lab up; all pods reach each other when it returns. 2 to 15 s.

        A standing lab outlives this process; any other is torn down by the next ``up`` if this
        process dies. Raises LabError (and takes down what it made) if it cannot.
        """
        if reason := needs.missing():
            raise LabError(reason)
        held = ExitStack()
        held.enter_context(state.locked(self.run_dir))
        try:
            self._clear_leftovers()
        except LabError:
            held.close()
            raise
        try:
            self._build(Process.of(os.getpid()))
        except BaseException:
            self._take_down()
            held.close()
            raise
        if standing:
            self._remember(lambda old: replace(old, owner=None))
            held.close()
        self._held = held

    def down(self) -> None:
        """Take down what is up in the run directory; nothing if nothing is.

        Raises LabError if a running test session uses it.
        """
        self._held.close()
        with state.locked(self.run_dir):
            self._take_down()

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.down()

    def run(self, node: str, script: str, *, limit: float = 60.0) -> str:
        """Run a POSIX sh script on a node; return its stdout. Raises LabError if it fails."""
        return nodes.run_on(self.process(node), script, limit=limit)

    def run_in_pod(self, workload: str, command: str) -> str:
        """Run a shell command (without single quotes) in a pod's network namespace."""
        pod = (self.pods | self.guests)[workload]
        return self.run(pod.node, pods.in_pod(pod, self.run_dir / pod.node, command))

    def process(self, node: str) -> Process:
        """PID 1 of a node. Raises LabError if the node is off or unknown."""
        found = self.state.nodes.get(node)
        if found is None or not found.alive:
            raise LabError(f"node {node} is not on (nodes: {', '.join(self.nodes)})")
        return found

    def powered(self) -> dict[str, Process]:
        """The nodes that are on, by name."""
        return {name: process for name, process in self.state.nodes.items() if process.alive}

    def power_on(self, node: str) -> None:
        """Start a node that is off, with its pods."""
        self._boot(self.nodes[node])
        for pod in self.nodes[node].pods:
            pods.start(self.process(node), pod)

    def power_off(self, node: str) -> None:
        """Cut a node's power: all that runs on it ends, its NICs are gone from the switches."""
        now = self.state
        if process := now.nodes.get(node):
            nodes.power_off(process)
        switch.unplug(now, self.nodes[node])
        self._remember(lambda old: old.with_node(node, None))

    def run_on_switch(self, script: str) -> str:
        """Run a shell script in the namespace of the data switch, which is the gateway too."""
        return run(["ip", "netns", "exec", switch.data_switch(self.state), "sh", "-ec", script])

    def port(self, node: str, setting: str) -> None:
        """Set the data switch's port of a node ``up`` or ``down``."""
        switch.port(self.state, node, setting)

    def default_route(self, node: str, gateway: str = GATEWAY) -> None:
        """Set a node's default route, as its network configuration does."""
        switch.default_route(self.state, self.nodes[node], gateway)

    def wire(self, workload: str) -> None:
        """Give a running pod what is missing of its veth, addresses and routes."""
        pod = self.pods[workload]
        self.run(pod.node, pods.wiring(pod))

    def restart_pod(self, workload: str) -> None:
        """Restart a pod's containers and wire it with the same address, as CNI would."""
        pod = self.pods[workload]
        pods.restart(self.process(pod.node), pod)

    def start_daemons(self, node: str) -> None:
        """Start those of a node's daemons that do not run, and let stopped ones go on."""
        nodes.start_daemons(self.process(node), self.state, self.run_dir, self.nodes[node])

    def bird_conf(self, node: str) -> str:
        """Return the configuration that the plan has for BIRD of a node."""
        log = str(self.run_dir / node / "bird.log")
        return bgp.bird_conf(self.nodes[node], NODES, TIMERS[self.state.timers], log)

    def configure_bird(self, node: str, text: str | None = None) -> None:
        """Write BIRD's configuration of a node and have it read, as confd does.

        None stands for the plan's. Raises LabError if BIRD refuses it.
        """
        path = self.run_dir / node / "bird.conf"
        path.write_text(self.bird_conf(node) if text is None else text)
        said = self.run(node, "birdcl -s /run/calico/bird.ctl configure")
        if "Reconfigur" not in said:
            raise LabError(f"BIRD of {node} does not take {path}: {said.strip()}")

    def change_object(self, kind: str, name: str, edit: Callable[[str], str]) -> None:
        """Have every node's calicoctl answer what ``edit`` makes of an object's YAML, "" for none.

        ``kind`` is in lower case.
        """
        for node in self.powered():
            text = self.run(node, f"cat /etc/calico/datastore/{kind}.yaml")
            self.write_objects(node, kind, datastore.edited(text, name, edit))

    def write_objects(self, node: str, kind: str, text: str) -> None:
        """Have one node's calicoctl answer this of a kind of object."""
        path = f"/etc/calico/datastore/{kind}.yaml"
        self.run(node, f"printf %s {shlex.quote(text)} >{path}")

    def restore_objects(self) -> None:
        """Have every node's calicoctl answer what the plan has."""
        plan = self.run_dir / "datastore"
        datastore.write(plan)
        for node in self.powered():
            self.run(node, f"cp -R {shlex.quote(str(plan))}/. /etc/calico/datastore/")

    def remember_fault(self, name: str, *, broken: bool) -> None:
        """Keep on the disk which faults are in place."""
        self._remember(
            lambda old: replace(
                old,
                broken=(*(fault for fault in old.broken if fault != name), *((name,) * broken)),
            )
        )

    def restore(self) -> None:
        """Put back all that the plan has: power, cables, daemons, filters, routes, pods.

        A no-op on a lab that nobody broke. Returns when all pods reach each other again; raises
        LabError if they do not.
        """
        for name in self.nodes:
            if name not in self.powered():
                self.power_off(name)  # what is left of it
                self.power_on(name)
            self._restore_node(self.nodes[name])
        self.restore_objects()
        self.run_on_switch("nft flush ruleset")
        self._remember(lambda old: replace(old, broken=()))
        self.wait_whole()

    def ping_matrix(self) -> dict[tuple[str, str], bool]:
        """Which pod's ping which pod answers, for all ordered pairs of workload names."""
        targets = {name: pod.address for name, pod in (self.pods | self.guests).items()}
        return self._ping(targets)

    def ping_outside(self) -> dict[str, bool]:
        """Which pods reach the address behind the gateway."""
        answers = self._ping({"outside": OUTSIDE})
        return {workload: answer for (workload, _), answer in answers.items()}

    def _ping(self, targets: Mapping[str, str]) -> dict[tuple[str, str], bool]:
        sources = (*self.pods.values(), *self.guests.values())
        return ping.ping(self.powered(), self.run_dir, sources, targets)

    def lost_pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs that do not answer now."""
        return frozenset(pair for pair, answered in self.ping_matrix().items() if not answered)

    def wait_whole(self, limit: float = 0.0) -> float:
        """Wait until all pods reach each other and the outside; return the seconds it took.

        Without a limit it is as long as BIRD may wait before it tries again, and some more.
        """
        limit = limit or SETTLE + 2 * TIMERS[self.state.timers].error_wait[1]
        return nodes.wait_until(
            lambda: not self.lost_pairs() and all(self.ping_outside().values()),
            limit,
            "all pods reach each other and the outside",
        )

    def inventory_toml(self, path: Path, *, addresses: str = "mgmt") -> Path:
        """Write netsnap's inventory of the lab to ``path``, with known_hosts beside it."""
        return inventory.write(self.state, self.run_dir, path, addresses)

    def _build(self, owner: Process) -> None:
        reach = switch.data_subnet_free()
        prefix = f"nslab{secrets.token_hex(2)}"
        fresh = State(self.number, prefix, self.timers, owner, reach, _secrets())
        state.save(self.run_dir, fresh)
        keys.write(self.run_dir, self.timers)
        images.write_tar(self.run_dir / "image.tar")
        switch.build(fresh)
        with ThreadPoolExecutor(max_workers=len(NODES)) as pool:
            for done in [pool.submit(self._first_boot, node) for node in NODES]:
                done.result()
        self.inventory_toml(self.run_dir / "netsnap.toml")
        self.wait_whole()

    def _first_boot(self, node: Node) -> None:
        self._boot(node)
        process = self.process(node.name)
        images.load(process, node, self.run_dir / "image.tar")
        pods.create(process, node, self.run_dir / node.name, self.state.secrets)

    def _restore_node(self, node: Node) -> None:
        process = self.process(node.name)
        self.port(node.name, "up")
        self.run(
            node.name,
            f"nft flush ruleset; ip link set {NIC} mtu 1500 up; "
            f"ip addr replace {node.address}/24 brd + dev {NIC} metric 100; "
            "echo 1 >/proc/sys/net/ipv4/ip_forward; "
            f"echo 0 >/proc/sys/net/ipv4/conf/{MANAGEMENT_NIC}/forwarding",
        )
        self.default_route(node.name)
        self.start_daemons(node.name)
        self.configure_bird(node.name)
        self.run(node.name, "birdcl -s /run/calico/bird.ctl enable all")
        for pod in node.pods:
            pods.start(process, pod)

    def _boot(self, node: Node) -> None:
        process = nodes.power_on(self.state, self.run_dir, node)
        self._remember(lambda old: old.with_node(node.name, process))
        nodes.wait_ready(process, node, self.run_dir / node.name)

    def _clear_leftovers(self) -> None:
        found = state.load(self.run_dir)
        if found is not None and not found.abandoned:
            raise LabBusyError(f"a lab is up in {self.run_dir} already (python -m tests.lab down)")
        self._take_down()
        if self.run_dir.exists() and any(self.run_dir.iterdir()):
            raise LabError(f"{self.run_dir} is not empty: taking the lab down would empty it")

    def _take_down(self) -> None:
        if found := state.load(self.run_dir):
            takedown.take_down(found, self.run_dir)

    def _remember(self, change: Callable[[State], State]) -> None:
        with self._saving:
            state.save(self.run_dir, change(self.state))


def _secrets() -> dict[str, dict[str, str]]:
    """Values that exist nowhere else, so that finding one means that it leaked."""
    names = ("DB_PASSWORD", "API_TOKEN", "AWS_SECRET_ACCESS_KEY")
    return {
        workload: {name: f"leak-{secrets.token_hex(12)}" for name in names} for workload in PODS
    }
