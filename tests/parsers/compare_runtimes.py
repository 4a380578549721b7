"""Compare what is read from the corpus with what was read off it by eye: docker, Calico, BIRD."""

from collections.abc import Callable
from typing import Any

from parsers.records import (
    BirdProtocol,
    CalicoPeer,
    CalicoProcess,
    CalicoSetting,
    Container,
    ContainerSummary,
)
from tests.parsers.corpus import Case

_FIELDS = {
    "CONTAINER ID": "id",
    "IMAGE": "image",
    "COMMAND": "command",
    "CREATED": "created",
    "CREATED AT": "created",
    "STATUS": "status",
    "PORTS": "ports",
    "NAMES": "name",
}


def compare_ps(case: Case) -> None:
    reading = case.reading("docker-ps")
    rows = [each for each in reading.records if isinstance(each, ContainerSummary)]
    if "lines" in case.expected:  # no table: other words, none of which may become a container
        assert rows == []
        assert [each.text for each in reading.ledger.unknown] == case.expected["lines"]
        return
    assert len(rows) == case.expected["n_containers"]
    if "columns" not in case.expected:
        assert reading.blind
        return
    assert not reading.ledger.unknown
    for row, expected in zip(rows, case.expected.get("containers", []), strict=True):
        for column, words in expected.items():
            if column in _FIELDS:
                assert getattr(row, _FIELDS[column]) == words, column


def compare_inspect(case: Case) -> None:
    reading = case.reading("docker-inspect")
    found = [each for each in reading.records if isinstance(each, Container)]
    if "n_containers" not in case.expected:  # one value that a --format picked out
        assert found == []
        assert reading.blind
        assert reading.ledger.unknown
        return
    assert not reading.blind
    assert len(found) == case.expected["n_containers"]
    for container, expected in zip(found, case.expected["containers"], strict=True):
        _compare_container(container, expected)


def _compare_container(container: Container, expected: dict[str, Any]) -> None:
    assert container.id == expected["id"]
    assert container.name == expected["name"].removeprefix("/")
    assert container.image == expected["image"]
    assert container.status == expected["status"]
    assert container.pid == expected["pid"]
    assert container.network_mode == expected["network_mode"]
    networks = {f"{name}={each['ip']}" for name, each in expected["networks"].items()}
    assert set(container.addresses) == networks


def compare_node_status(case: Case) -> None:
    reading = case.reading("calicoctl-node-status")
    peers = [each for each in reading.records if isinstance(each, CalicoPeer)]
    for part, family in (("ipv4", 4), ("ipv6", 6)):
        found = [each for each in peers if each.family == family]
        wanted = (case.expected.get(part) or {}).get("peers", [])
        assert [each.address for each in found] == [each["address"] for each in wanted]
        for peer, expected in zip(found, wanted, strict=True):
            assert peer.peer_type == expected["type"]
            assert peer.state == expected["state"]
            assert peer.since == expected["since"]
            assert f"{peer.connection} {peer.error}".strip() == expected["info"]
    assert CalicoProcess("calico", "running") in reading.records
    assert all(each.text.startswith("$ ") for each in reading.ledger.unknown)  # a prompt


def compare_setting(case: Case) -> None:
    reading = case.reading("calicoctl-config-asNumber")
    assert reading.records == (CalicoSetting("asNumber", case.expected["value"]),)


def compare_protocols(case: Case) -> None:
    reading = case.reading("birdcl-protocols")
    found = [each for each in reading.records if isinstance(each, BirdProtocol)]
    assert len(found) == case.expected["n_protocols"]
    for protocol, expected in zip(found, case.expected["protocols"], strict=True):
        assert protocol.name == expected["name"]
        assert protocol.protocol == expected["proto"]
        assert protocol.table == expected["table"]
        assert protocol.state == expected["state"]
        assert protocol.since == expected["since"]
        assert " ".join(protocol.info.split()) == expected["info"]
    odd = ("We never get here", "9000", "2002-name     proto    table    state  foo       info")
    assert all(each.text in odd for each in reading.ledger.unknown)


COMPARERS: dict[str, Callable[[Case], None]] = {
    "docker-ps": compare_ps,
    "docker-inspect": compare_inspect,
    "calicoctl-node-status": compare_node_status,
    "calicoctl-config-get": compare_setting,
    "birdcl-show-protocols": compare_protocols,
}

PROBES = {
    "docker-ps": "docker-ps",
    "docker-inspect": "docker-inspect",
    "calicoctl-node-status": "calicoctl-node-status",
    "calicoctl-config-get": "calicoctl-config-asNumber",
    "birdcl-show-protocols": "birdcl-protocols",
}
