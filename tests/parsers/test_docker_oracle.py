"""Two witnesses of the same containers: ``docker ps`` and ``docker inspect``, of a real dockerd."""

import json
import os
import random
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from parsers.assemble import assemble
from parsers.read import read_text
from parsers.reading import Reading
from parsers.records import Container, ContainerSummary
from tests.parsers.make_runtime_samples import said_in
from tests.parsers.test_workloads import snapshot_of_readings

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="runs dockerd: needs root"),
    pytest.mark.needs("dockerd"),
    pytest.mark.needs("docker"),
    pytest.mark.needs("busybox"),
]
SEED = 20_170_124
COUNT = 14
COMMANDS = ("", "sh -c 'exit 3'", "sh -c 'sleep 36000; echo \"a  b\"'", "sleep 36000")
PORTS = (
    "",
    "-p 80",
    "-p 8{n}:80 -p 127.0.0.1:9{n}:53/udp",
    "--expose 7000-7002",
    "-p 7{n}0-7{n}2:70-72",
)
AS_TOLD = {
    "running": r"Up .*(?<!\(Paused\))",
    "paused": r"Up .* \(Paused\)",
    "exited": r"Exited \((?P<code>\d+)\) .*",
    "created": r"Created",
    "restarting": r"Restarting \(\d+\) .*",
}


def _containers(dice: random.Random) -> str:
    lines = []
    for number in range(10, 10 + COUNT):
        network = dice.choice(("bridge", "shop", "none", "host"))
        ports = dice.choice(PORTS).format(n=number) if network in ("bridge", "shop") else ""
        health = dice.choice(("", "", "--health-cmd true --health-interval 1h"))
        label = shlex.quote(f'role=it\'s {number}, "x"')
        how = dice.choice(("run -d", "run -d", "create"))
        restart = dice.choice(("", "", "--restart always"))
        options = f"--network {network} {ports} {health} --label {label} {restart}"
        name = dice.choice(("c", "a-very-long-name.of_a.container-")) + str(number)
        lines.append(f"docker {how} {options} --name {name} shop/web:1 {dice.choice(COMMANDS)}")
        if how.startswith("run") and dice.random() < 0.3:
            lines.append(f"docker pause {name} || :")
    lines.append("docker run -d --network container:first --name guest shop/web:1")
    return "docker run -d --name first shop/web:1\n" + "\n".join(lines) + "\n"


@cache
def _said() -> dict[str, bytes]:
    script = _containers(random.Random(SEED))  # noqa: S311 -- dice for a test
    return said_in("docker", Path("/"), "containers.sh", {"containers.sh": script})


def _read(name: str) -> Reading:
    probe = name.partition(".")[0]
    reading = read_text(probe, _said()[name])
    assert reading.blind == ""
    assert reading.ledger.unknown == ()
    return reading


def _containers_told() -> dict[str, Container]:
    found = (each for each in _read("docker-inspect").records if isinstance(each, Container))
    return {each.name: each for each in found}


def _objects() -> dict[str, Any]:
    return {each["Name"].removeprefix("/"): each for each in json.loads(_said()["docker-inspect"])}


VARIANTS = ("docker-ps", "docker-ps.custom-columns", "docker-ps.cut-short", "docker-ps.with-sizes")


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_tell_of_the_same_containers(variant: str) -> None:
    told = _containers_told()
    rows = {r.name: r for r in _read(variant).records if isinstance(r, ContainerSummary)}
    assert rows.keys() == told.keys()
    assert len(rows) == COUNT + 2
    for name, row in rows.items():
        assert told[name].id.startswith(row.id)
        assert row.id
        if "COMMAND" in _said()[variant].decode().partition("\n")[0]:
            assert row.image == told[name].image


@pytest.mark.parametrize("variant", VARIANTS)
def test_both_tell_the_same_state(variant: str) -> None:
    told = _containers_told()
    for row in _read(variant).records:
        assert isinstance(row, ContainerSummary)
        container = told[row.name]
        if container.restart_policy.startswith("always") and container.status != "created":
            continue  # it may have ended and begun again between the two
        found = re.fullmatch(AS_TOLD[container.status], row.status)
        assert found, (container.status, row.status)
        if container.status == "exited":
            assert int(found["code"]) == container.exit_code
        if container.health == "starting":
            assert "(health: starting)" in row.status
    assert {each.status for each in told.values()} >= {"running", "paused", "exited", "created"}


def test_both_tell_the_same_ports() -> None:
    objects = _objects()
    published = 0
    for row in _read("docker-ps").records:
        assert isinstance(row, ContainerSummary)
        bound = objects[row.name]["NetworkSettings"]["Ports"] or {}
        wanted = {
            f"{each['HostIp']}:{each['HostPort']}->{port}"
            for port, several in bound.items()
            for each in several or ()
        }
        assert {each for each in _ports(row.ports) if "->" in each} == wanted
        published += len(wanted)
    assert published >= 5


def _ports(cell: str) -> set[str]:
    """Return the cell's ports with its ranges written out."""
    found = set()
    for part in filter(None, cell.split(", ")):
        outside, arrow, inside = part.rpartition("->")
        ports, _, protocol = inside.partition("/")
        first, _, last = ports.partition("-")
        host, _, outer = outside.rpartition(":")
        begin = int(outer.partition("-")[0]) if outer else 0
        for step in range(int(last or first) - int(first) + 1):
            where = f"{host.strip('[]')}:{begin + step}{arrow}" if arrow else ""
            found.add(f"{where}{int(first) + step}/{protocol}")
    return found


def test_networks_and_labels_are_those_of_the_object() -> None:
    objects = _objects()
    for name, container in _containers_told().items():
        networks = objects[name]["NetworkSettings"]["Networks"]
        own = {f"{net}={told['IPAddress']}" for net, told in networks.items() if told["IPAddress"]}
        assert own <= set(container.addresses)
        assert container.workload == name
    guest = _containers_told()["guest"]
    assert guest.network_mode == "container:first"


def test_every_namespace_of_a_container_has_its_name() -> None:
    answers = {"netns": _read("netns"), "docker-inspect": _read("docker-inspect")}
    facts = assemble(snapshot_of_readings(answers))
    told = _containers_told().values()
    alive = {c.name for c in told if c.status in ("running", "paused")}
    shared = {c.name for c in told if c.network_mode.startswith(("host", "container:"))}
    others = ("mount:", "net:")  # of the machine that this test runs on
    named = {name for name in facts.netns.values() if not name.startswith(others)}
    assert named - {"host"} == alive - shared
