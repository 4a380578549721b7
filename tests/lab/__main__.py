"""``python -m tests.lab``: the lab in a person's hands."""

import argparse
import subprocess
import sys
from pathlib import Path

from tests.lab.faults import FAULTS, UNSHOWN, make, named, undo
from tests.lab.lab import Lab
from tests.lab.nodes import enter
from tests.lab.plan import PODS
from tests.lab.shell import LabError


def main(arguments: list[str] | None = None) -> int:
    """Run one command of the lab; 0 for success, 1 for pairs that fail, 2 for trouble."""
    options = _parser().parse_args(arguments)
    try:
        lab = Lab(options.number, options.run_dir, options.timers)
        return int(_COMMANDS[options.command](lab, options))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _up(lab: Lab, _: argparse.Namespace) -> int:
    lab.up(standing=True)
    print(f"up; inventory: {lab.run_dir / 'netsnap.toml'}")
    return 0


def _down(lab: Lab, _: argparse.Namespace) -> int:
    lab.down()
    return 0


def _status(lab: Lab, _: argparse.Namespace) -> int:
    if not lab.is_up:
        print(f"no lab is up in {lab.run_dir}")
        return 1
    now = lab.state
    print(f"run directory  {lab.run_dir}\nprefix         {now.prefix}")
    for node in lab.nodes.values():
        process = lab.powered().get(node.name)
        print(f"{node.name}  {node.address}  {f'PID 1 is {process.pid}' if process else 'off'}")
    print(f"faults         {', '.join(now.broken) or 'none'}")
    return 0


def _ping(lab: Lab, _: argparse.Namespace) -> int:
    matrix, outside = lab.ping_matrix(), lab.ping_outside()
    names = list(PODS)
    for source in names:
        row = ["-" if source == target else ".x"[not matrix[source, target]] for target in names]
        print(f"{source:34} {' '.join(row)}   outside {'.x'[not outside[source]]}")
    lost = sum(not answered for answered in matrix.values())
    print(f"{lost} of {len(matrix)} pairs lost")
    return 1 if lost else 0


def _inventory(lab: Lab, options: argparse.Namespace) -> int:
    path = options.path or lab.run_dir / "netsnap.toml"
    print(lab.inventory_toml(path, addresses="data" if options.data_addresses else "mgmt"))
    return 0


def _shell(lab: Lab, options: argparse.Namespace) -> int:
    command = enter(lab.process(options.node), "sh", "-c", "cd; exec sh -i")
    return subprocess.run(command, check=False).returncode


def _break(lab: Lab, options: argparse.Namespace) -> int:
    make(lab, named(options.fault))
    return _ping(lab, options)


def _heal(lab: Lab, options: argparse.Namespace) -> int:
    if options.fault is None:
        lab.restore()
    else:
        undo(lab, named(options.fault))
    return _ping(lab, options)


_COMMANDS = {
    "break": _break, "heal": _heal,
    "up": _up, "down": _down, "status": _status, "ping": _ping, "inventory": _inventory,
    "shell": _shell,
}  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("--run-dir", type=Path, help="default: .lab/NUMBER in the repository")
    parser.add_argument("--number", type=int, default=0, help="0–255: subnet 10.99.NUMBER.0/24")
    parser.add_argument("--timers", default="short", help="short (seconds) or bird (minutes)")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, words in (
        ("up", "bring three nodes up and leave them up"),
        ("down", "take down what is up, whole or in pieces"),
        ("status", "say what is up and which faults are in place"),
        ("ping", "ask every pod for every other one"),
    ):
        commands.add_parser(name, help=words)
    written = commands.add_parser("inventory", help="write netsnap's inventory")
    written.add_argument("path", type=Path, nargs="?")
    written.add_argument("--data-addresses", action="store_true")
    faults = "; ".join(f"{fault.name}: {fault.summary}" for fault in (*FAULTS, *UNSHOWN))
    commands.add_parser("break", help="make a fault", epilog=faults).add_argument("fault")
    mending = commands.add_parser("heal", help="undo a fault, or put everything back")
    mending.add_argument("fault", nargs="?")
    commands.add_parser("shell", help="a shell on a node").add_argument("node")
    return parser


if __name__ == "__main__":
    sys.exit(main())
