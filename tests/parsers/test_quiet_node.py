"""A node that nothing happens to is the same five seconds later, whatever it counted meanwhile."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.catalogue import entry
from parsers.read import read
from parsers.reading import Reading
from parsers.roles import Record, Role, fields_of

pytestmark = [
    pytest.mark.needs("bird"),
    pytest.mark.needs("ping"),
    pytest.mark.needs("ss"),
    pytest.mark.needs("unshare"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network namespaces"),
]

PROBES = (
    *("node", "sysctl", "sysctl-node", "protocol-counters", "softnet", "daemons", "ss-bgp"),
    "kernel-log",
)
MOVING = ("protocol-counters", "softnet", "ss-bgp")
"""What the traffic between the two rounds must show in."""

_BIRD = """
router id 192.0.2.1;
protocol device { scan time 1; }
protocol bgp gone {
  local as 64512; neighbor 192.0.2.9 as 64513; multihop; source address 192.0.2.1;
  connect delay time 1; connect retry time 1;
}
"""
# BIRD's one session is down, so that it tries again and again; its worker comes and goes.
_SCENE = """
ip link set lo up
ip addr add 192.0.2.1/32 dev lo
ip link add eth0 type veth peer name far
ip link set eth0 up
ip addr add 192.0.2.2/24 dev eth0
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0
bird -c {home}/bird.cfg -s {home}/bird.ctl -P {home}/bird.pid
sleep 2
"""
_BETWEEN = "ping -q -c 20 -i 0.2 192.0.2.1 >/dev/null; sleep 1\n"


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ask all probes, wait for five seconds, ask again: NAME.1 and NAME.2 (.status, .stderr)."""
    home = tmp_path_factory.mktemp("quiet")
    (home / "bird.cfg").write_text(_BIRD)
    script = _SCENE.format(home=home)
    for number in (1, 2):
        for name in PROBES:
            command = shlex.quote(entry(name).probe.command)
            out = f"{home}/{name}.{number}"
            script += f"sh -c {command} >{out} 2>{out}.stderr; echo $? >{out}.status\n"
        script += _BETWEEN if number == 1 else ""
    alone = ["unshare", "--pid", "--mount", "--net", "--fork", "--kill-child", "--mount-proc"]
    environment = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run([*alone, "sh", "-c", script], check=True, env=environment, timeout=60)
    return home


def asked(rounds: Path, name: str, number: int) -> Reading:
    out = rounds / f"{name}.{number}"
    status = int(Path(f"{out}.status").read_text())
    stderr = Path(f"{out}.stderr").read_bytes()
    return read(
        Capture("k", Question(name), "", Outcome.ANSWERED, status, out.read_bytes(), stderr)
    )


def steady(record: Record) -> tuple[object, ...]:
    own_type: type = type(record)
    roles = (Role.IDENTITY, Role.STATE, Role.INCARNATION)
    return tuple(getattr(record, each) for role in roles for each in fields_of(own_type, role))


@pytest.mark.parametrize("name", PROBES)
def test_nothing_that_is_compared_moves(rounds: Path, name: str) -> None:
    first, second = asked(rounds, name, 1), asked(rounds, name, 2)
    for reading in (first, second):
        assert (reading.blind, reading.ledger.unknown) == ("", ())
    assert [steady(each) for each in first.records] == [steady(each) for each in second.records]


@pytest.mark.parametrize("name", MOVING)
def test_what_moved_is_told_as_drift(rounds: Path, name: str) -> None:
    assert asked(rounds, name, 1).records != asked(rounds, name, 2).records


def test_a_daemon_and_its_listener_are_seen(rounds: Path) -> None:
    names = {record.identity[0] for record in asked(rounds, "daemons", 1).records}
    assert names == {"bird"}
    listeners = [each for each in asked(rounds, "ss-bgp", 1).records if each.kind == "tcp-socket"]
    assert [each.identity for each in listeners] == [("0.0.0.0", "", 179)]
