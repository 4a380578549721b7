"""What an up lab leaves on the disk, so that anyone can find it and take it down.

The state is written before the thing it names is made: after a kill at any moment it names at
least everything that exists.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.lab.shell import LabBusyError, LabError, Process

ROOT = Path(__file__).resolve().parents[2] / ".lab"


@dataclass(frozen=True, slots=True)
class State:
    """``prefix`` begins the name of all that the lab makes on the machine.

    ``owner`` is the process that the lab must not outlive, None for a lab that a person put up.
    ``nodes`` maps each powered node to its PID 1, ``secrets`` each workload to the values that
    its application carries in its environment, ``broken`` names the faults that are in place.
    """

    number: int
    prefix: str
    timers: str
    owner: Process | None
    data_reach: bool
    secrets: dict[str, dict[str, str]]
    nodes: dict[str, Process] = field(default_factory=dict)
    broken: tuple[str, ...] = ()

    @property
    def abandoned(self) -> bool:
        """Whether the process that owned the lab is gone."""
        return self.owner is not None and not self.owner.alive

    def with_node(self, name: str, process: Process | None) -> "State":
        """This state with a node powered (or, for None, not)."""
        nodes = {key: value for key, value in self.nodes.items() if key != name}
        return replace(self, nodes=nodes if process is None else {**nodes, name: process})


def save(run_dir: Path, state: State) -> None:
    """Write the state so that a reader sees the old one or the new one."""
    run_dir.mkdir(parents=True, exist_ok=True)
    draft = run_dir.parent / f"{run_dir.name}.state.new"
    draft.write_text(json.dumps(asdict(state), indent=2))
    draft.replace(run_dir / "state.json")


def load(run_dir: Path) -> State | None:
    """Read the state, None if there is no lab in this run directory."""
    try:
        text = (run_dir / "state.json").read_text()
    except FileNotFoundError:
        return None
    try:
        return _decode(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(f"{run_dir / 'state.json'} is not a lab's state: {error}") from error


def _decode(data: dict[str, Any]) -> State:
    owner = data["owner"]
    return State(
        number=data["number"],
        prefix=data["prefix"],
        timers=data["timers"],
        owner=None if owner is None else Process(**owner),
        data_reach=data["data_reach"],
        secrets=data["secrets"],
        nodes={name: Process(**process) for name, process in data["nodes"].items()},
        broken=tuple(data["broken"]),
    )


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Hold the run directory. Raises LabBusyError at once if another process does.

    The lock file lies beside the directory, which goes when the lab goes.
    """
    run_dir.parent.mkdir(parents=True, exist_ok=True)
    with (run_dir.parent / f"{run_dir.name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LabBusyError(f"the lab in {run_dir} is in use by another process") from error
        yield
