"""Traffic alone changes no state: what counts, ages and is learned is told as drift."""

import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from collector.capture import Capture, Outcome, Question
from collector.probe import Probe
from parsers.catalogue import entry
from parsers.read import read
from parsers.roles import Record, Role, fields_of
from tests.parsers.link_scene import link_scene

pytestmark = [
    pytest.mark.needs("ip"),
    pytest.mark.needs("bridge"),
    pytest.mark.needs("tc"),
    pytest.mark.needs("ethtool"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network namespaces"),
]

PROBES = (
    *("ip-addr", "ip-counters", "bridge-fdb", "bridge-link", "bridge-vlan", "tc-qdisc"),
    *("tc-class", "tc-filter", "ethtool-link", "ethtool-k", "ethtool-i", "ethtool-settings"),
)
TRAFFIC = """
ip link set br0 address 02:00:00:00:03:00
ip addr add 198.51.100.1/24 dev br0
ping -q -c 1 -W 0.1 -I br0 198.51.100.9
ping -q -c 1 -W 0.1 -I up0 192.0.2.47
"""

LEARNED = "bridge fdb add 02:00:00:00:04:77 dev port0 master dynamic\n"
FORGOTTEN = "bridge fdb del 02:00:00:00:04:77 dev port0 master\n"


@pytest.fixture(scope="module")
def netns() -> Iterator[str]:
    with link_scene(f"nspquiet{os.getpid()}") as name:
        run(name, TRAFFIC)
        time.sleep(2.5)  # until duplicate address detection is over
        yield name


def run(netns: str, commands: str) -> None:
    for command in commands.strip().splitlines():
        words = ["ip", "netns", "exec", netns, *command.split()]
        subprocess.run(words, capture_output=True, check=False)


def records(netns: str, probe: Probe) -> tuple[Record, ...]:
    said = subprocess.run(
        ["ip", "netns", "exec", netns, "sh", "-c", probe.command], capture_output=True, check=False
    )
    question = Question(probe.name)
    capture = Capture(
        "k", question, "", Outcome.ANSWERED, said.returncode, said.stdout, said.stderr
    )
    reading = read(capture)
    assert reading.blind == ""
    assert reading.ledger.unknown == ()
    return reading.records


def steady(record: Record) -> tuple[object, ...]:
    own_type: type = type(record)
    roles = (Role.IDENTITY, Role.STATE, Role.INCARNATION)
    return tuple(getattr(record, each) for role in roles for each in fields_of(own_type, role))


@pytest.mark.parametrize("probe", PROBES)
def test_traffic_changes_no_state(netns: str, probe: str) -> None:
    asked = entry(probe).probe
    run(netns, FORGOTTEN)
    before = records(netns, asked)
    run(netns, LEARNED + TRAFFIC)
    after = records(netns, asked)
    assert [steady(each) for each in before] == [steady(each) for each in after]
    assert before or probe in ("bridge-vlan", "ethtool-settings")


@pytest.mark.parametrize("probe", ["ip-counters", "bridge-fdb", "tc-qdisc"])
def test_traffic_shows_as_drift(netns: str, probe: str) -> None:
    asked = entry(probe).probe
    run(netns, FORGOTTEN)
    before = records(netns, asked)
    run(netns, LEARNED + TRAFFIC)
    assert records(netns, asked) != before
