"""Sweeps of what real commands say in network namespaces made for the purpose."""

import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from collector.capture import Capture, Outcome, Question, Reach, Sweep, Visit

BEGIN = datetime(2026, 11, 23, 11, 0, 0, 250_000, tzinfo=UTC)

COMMANDS = {
    "ip-addr": "ip -d addr show",
    "ip-route": "ip -4 route show table all",
    "ip6-route": "ip -6 route show table all",
    "ip-rule": "ip -4 rule show",
    "ip-neigh": "ip neigh show",
}


@cache
def said(address: str) -> dict[str, tuple[int, bytes, bytes]]:
    """Run all commands in a new netns where lo and a bridge are; (status, out, err) of each."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        pytest.skip("needs ip and unshare: Debian's iproute2 and util-linux")
    script = (
        "ip link set lo up && ip link add br0 address 02:00:00:00:00:01 type bridge && "
        f"ip addr add {address}/24 dev br0 && ip link set br0 up && "
        "ip route add blackhole 192.168.0.0/26 proto bird || exit 77\n"
    ) + "".join(
        f"{command} > {name}.out 2> {name}.err; echo $? > {name}.status\n"
        for name, command in COMMANDS.items()
    )
    with TemporaryDirectory(prefix="netsnap-said-") as folder:
        run = subprocess.run(
            ["unshare", "--map-root-user", "--net", "sh", "-c", script],
            capture_output=True,
            check=False,
            cwd=folder,
        )
        if run.returncode == 77 or run.stderr:
            pytest.skip(f"needs network namespaces: {run.stderr.decode()}")
        return {name: _said(Path(folder), name) for name in COMMANDS}


def _said(folder: Path, name: str) -> tuple[int, bytes, bytes]:
    status, out, err = (folder / f"{name}.{end}" for end in ("status", "out", "err"))
    return int(status.read_text()), out.read_bytes(), err.read_bytes()


def capture(node: str, probe: str, address: str, at: datetime, scope: str = "host") -> Capture:
    """What a probe says in a netns with that address."""
    status, out, err = said(address)[probe]
    return Capture(
        node,
        Question(probe, scope),
        COMMANDS[probe],
        Outcome.ANSWERED,
        status,
        out,
        err,
        at,
        0.003211,
    )


def visit(node: str, addresses: Sequence[str], at: datetime) -> Visit:
    """All probes in the host's netns, with the first address, and in a netns for each other."""
    scopes = ["host", *(f"net:[{4_026_532_000 + n}]" for n in range(1, len(addresses)))]
    captures = [
        capture(node, probe, address, at + timedelta(microseconds=5_003 * n), scope)
        for n, (scope, address) in enumerate(zip(scopes, addresses, strict=True))
        for probe in COMMANDS
    ]
    return Visit(
        node,
        "172.16.0.57",
        Reach.REACHED,
        at,
        at + timedelta(seconds=1),
        clock_offset=-0.0125,
        captures=tuple(captures),
    )


def failures(node: str, at: datetime) -> Visit:
    """A visit that broke off: every outcome that is not an answer, and text nobody would expect."""
    odd = "it said \udcff\x00\n\u202e'\";--"
    captures = tuple(
        Capture(
            node,
            Question("ip-route", f"net:[{n}]"),
            "ip -4 route show table all",
            outcome,
            None,
            b"default via 10.0.0.1 dev e",
            b"\xff\x00",
            None,
            None,
            odd,
        )
        for n, outcome in enumerate(Outcome)
        if outcome is not Outcome.ANSWERED
    )
    return Visit(node, "", Reach.CUT_OFF, at, at + timedelta(seconds=3), odd, None, captures)


def unreachable(node: str, at: datetime) -> Visit:
    """A visit that came to nothing."""
    return Visit(node, "172.16.0.47", Reach.UNREACHABLE, at, at, "connection refused")


def sweep(minutes: float = 0, *, hosts: Sequence[str] = ("10.1.0.1",), pods: int = 2) -> Sweep:
    """A sweep begun so many minutes after BEGIN: a node for each of ``hosts``, and two not seen."""
    at = BEGIN + timedelta(minutes=minutes)
    visits = [
        visit(f"k8s{n}", [host, *(f"10.2.{n}.{pod + 1}" for pod in range(pods))], at)
        for n, host in enumerate(hosts, 1)
    ]
    lost = (failures("k8s8", at), unreachable("k8s9", at))
    return Sweep(at, at + timedelta(seconds=4), (*visits, *lost))
