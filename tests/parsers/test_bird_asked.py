"""A real BIRD is found and asked wherever it runs on the node: in a container's mounts, too."""

import dataclasses
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome
from parsers.catalogue import entry
from parsers.read import read
from parsers.records import BirdConfig, BirdProtocol, BirdRoute, BirdStatus
from parsers.roles import Record
from tests.collector.node import SHELLS, answers

pytestmark = [
    pytest.mark.needs("bird"),
    pytest.mark.skipif(os.geteuid() != 0, reason="makes namespaces, as root only"),
]

CONFIG = """\
router id 10.0.0.1;
protocol device { }
protocol static { route 192.168.0.0/26 blackhole; route 192.168.1.0/26 unreachable; }
"""
QUESTIONS = ("birdcl-protocols", "birdcl-status", "birdcl-routes", "bird-config")
HIDDEN = "mount -t tmpfs none /run && mkdir /run/calico && "
"""A mount namespace of its own, as a container has: /run is not the node's."""

NO_CLIENT = (
    "for c in birdc birdcl birdc6 birdcl6; do"
    ' at=$(command -v $c) && mount --bind /dev/null "$at"; done; '
)
WITHOUT_CLIENT = ("unshare", "--mount", "sh", "-c", f'{NO_CLIENT} exec "$@"', "sh")


@pytest.fixture
def netns() -> Iterator[str]:
    name = f"nsbird{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


@contextmanager
def bird(
    netns: str, folder: Path, before: str = HIDDEN, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run BIRD in a network namespace that plays the node's."""
    (folder / "bird.cfg").write_text(CONFIG)
    script = f'{before} exec bird -f -c {folder}/bird.cfg -s /run/calico/bird.ctl -P "$1"'
    enter = ["nsenter", f"--net=/run/netns/{netns}", "unshare", "--mount", "sh", "-c", script]
    started = folder / "started"
    env = {**os.environ, **environment}
    with subprocess.Popen([*enter, "sh", str(started)], env=env) as process:
        try:
            deadline = time.monotonic() + 10
            while not started.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            yield process
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()


def asked(
    netns: str, shell: Sequence[str] = ("sh",), prefix: Sequence[str] = (), limit: float = 10
) -> dict[str, Capture]:
    """Ask what the catalogue asks, by the script that a node runs."""
    probes = [dataclasses.replace(entry(name).probe, limit=limit) for name in QUESTIONS]
    inside = ("nsenter", f"--net=/run/netns/{netns}", *prefix)
    return {name: got for (name, _, _), got in answers(probes, shell, prefix=inside).items()}


def found(got: dict[str, Capture], name: str) -> tuple[Record, ...]:
    reading = read(got[name])
    assert (reading.blind, reading.ledger.unknown) == ("", ())
    return reading.records


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_bird_whose_mounts_the_node_does_not_see_is_asked(
    shell: list[str], netns: str, tmp_path: Path
) -> None:
    with bird(netns, tmp_path) as process:
        got = asked(netns, shell)
    assert not Path("/run/calico/bird.ctl").exists()
    names = {each.name for each in found(got, "birdcl-protocols") if isinstance(each, BirdProtocol)}
    assert names == {"device1", "static1"}
    (status,) = found(got, "birdcl-status")
    assert isinstance(status, BirdStatus)
    assert status.process.startswith(f"{process.pid}/")
    routes = [each for each in found(got, "birdcl-routes") if isinstance(each, BirdRoute)]
    assert {each.prefix: each.type for each in routes} == {
        "192.168.0.0/26": "blackhole",
        "192.168.1.0/26": "unreachable",
    }
    statements = [each for each in found(got, "bird-config") if isinstance(each, BirdConfig)]
    assert [each.statement for each in statements][:2] == [
        "router id 10.0.0.1",
        "protocol device { … }",
    ]


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_where_the_node_has_no_client_that_of_the_container_asks(
    shell: list[str], netns: str, tmp_path: Path
) -> None:
    with bird(netns, tmp_path):
        got = asked(netns, shell, WITHOUT_CLIENT)
    assert len(found(got, "birdcl-routes")) == 2


def test_without_any_client_bird_is_lacking_a_question_and_not_its_routes(
    netns: str, tmp_path: Path
) -> None:
    with bird(netns, tmp_path, HIDDEN + NO_CLIENT):
        reading = read(asked(netns, prefix=WITHOUT_CLIENT)["birdcl-routes"])
    assert "no birdcl or birdc on the node" in reading.blind
    assert reading.records == ()


def test_a_bird_that_hangs_costs_its_own_answers_and_its_later_ones_little(
    netns: str, tmp_path: Path
) -> None:
    with bird(netns, tmp_path) as process:
        process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        got = asked(netns, limit=5)
        took = time.monotonic() - began
    hung = [name for name, each in got.items() if each.outcome is Outcome.TIMED_OUT]
    assert hung == ["birdcl-protocols", "birdcl-status", "birdcl-routes"]
    assert found(got, "bird-config")
    assert took < 15  # and not three times the limit and what it takes to end them


def test_a_bird_whose_socket_is_gone_is_not_taken_for_no_bird(netns: str, tmp_path: Path) -> None:
    with bird(netns, tmp_path) as process:
        Path(f"/proc/{process.pid}/root/run/calico/bird.ctl").unlink()
        reading = read(asked(netns)["birdcl-routes"])
    assert "no control socket was found of the bird that runs" in reading.blind
    assert not reading.lacking


def test_a_bird_in_another_network_namespace_is_not_the_nodes(netns: str, tmp_path: Path) -> None:
    other = f"{netns}b"
    subprocess.run(["ip", "netns", "add", other], check=True)
    try:
        with bird(other, tmp_path):
            reading = read(asked(netns)["birdcl-status"])
    finally:
        subprocess.run(["ip", "netns", "delete", other], check=True)
    assert reading.lacking


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns", ""])
def test_a_time_in_the_zone_of_bird_is_told_in_utc(zone: str, netns: str, tmp_path: Path) -> None:
    began = datetime.now(UTC)
    with bird(netns, tmp_path, TZ=zone):
        time.sleep(1.5)
        got = asked(netns)
    (status,) = found(got, "birdcl-status")
    assert isinstance(status, BirdStatus)
    times = [status.rebooted_at, status.reconfigured_at]
    for name in ("birdcl-protocols", "birdcl-routes"):
        times += [
            each.since_at for each in found(got, name) if isinstance(each, BirdProtocol | BirdRoute)
        ]
    assert len(times) == 2 + 2 + 2
    for each in times:
        assert abs(datetime.fromisoformat(each) - began) < timedelta(seconds=3)


@pytest.mark.needs("setpriv")
def test_a_bird_that_we_may_not_look_at_is_not_taken_for_no_bird(
    netns: str, tmp_path: Path
) -> None:
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    with bird(netns, tmp_path):
        got = asked(netns, prefix=nobody)
    for name in QUESTIONS:
        reading = read(got[name])
        assert "Permission denied" in reading.blind
        assert not reading.lacking
