"""docker ps and docker inspect: what a cell or an object cannot say is refused, not guessed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.capture import Capture, Outcome, Question
from parsers.docker import read_inspect
from parsers.ps import read_ps
from parsers.read import read
from parsers.reading import Reading
from parsers.records import Container, ContainerSummary
from parsers.text import Text, decode
from tests.golden import SAMPLES

HEAD = "CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES\n"
OLD_POD = (
    "k8s_POD.d8dbe16c_netperf-903608992-kbdqx_default_fe8c2f70-e21a-11e6-9e5d-0025904aabd6_cdb8ccde"
)


def _inspected(*containers: dict[str, Any]) -> tuple[Container, ...]:
    whole = [{"Id": "f" * 64, "State": {"Pid": 7}, **each} for each in containers]
    reading = read_inspect(Text(json.dumps(whole, indent=4)))
    assert reading.blind == ""
    return tuple(each for each in reading.records if isinstance(each, Container))


def _ps(table: str) -> Reading:
    return read_ps(Text(table))


def test_a_cell_that_overruns_its_column_does_not_move_the_others() -> None:
    row = (
        'abc            an/image:with-a-long-name   "top"   4 days ago   Up 4 days   80/tcp   web\n'
    )
    (found,) = _ps(HEAD + row).records
    assert isinstance(found, ContainerSummary)
    assert (found.image, found.ports, found.name) == ("an/image:with-a-long-name", "80/tcp", "web")


def test_a_command_with_blanks_is_one_cell() -> None:
    row = 'abc            image     "sh -c \'a  b\' \\"x\\""  4 days ago   Up 4 days    web\n'
    (found,) = _ps(HEAD + row).records
    assert isinstance(found, ContainerSummary)
    assert found.command == '"sh -c \'a  b\' \\"x\\""'
    assert found.ports == ""


def test_the_table_of_2013_is_read() -> None:
    head = "ID             IMAGE          COMMAND    CREATED          STATUS         PORTS\n"
    row = "4fa6e0f0c678   ubuntu:12.10   top        17 seconds ago   Up 16 seconds  49153->80\n"
    (found,) = _ps(head + row).records
    assert isinstance(found, ContainerSummary)
    assert (found.name, found.id, found.ports) == ("4fa6e0f0c678", "4fa6e0f0c678", "49153->80")


@pytest.mark.parametrize(
    "row",
    [
        'abc            image     "top"     4 days ago      Up 4 days\n',  # the name is cut off
        'abc            image     "top"     4 days ago      dancing         80/tcp    web\n',
        "WARNING: no daemon\n",
    ],
)
def test_a_row_that_does_not_fit_its_header_is_unknown(row: str) -> None:
    reading = _ps(HEAD + row)
    assert reading.records == ()
    assert [each.line for each in reading.ledger.unknown] == [2]


def test_no_table_is_blind_and_an_empty_table_is_not() -> None:
    assert _ps("").blind
    assert _ps("Cannot connect to the Docker daemon\n").blind
    assert not _ps(HEAD).blind


def test_a_docker_that_failed_is_not_a_node_without_containers() -> None:
    failed = Capture(
        "k8s2",
        Question("docker-inspect"),
        "",
        Outcome.ANSWERED,
        exit_status=1,
        stderr=b"Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n",
    )
    assert "Cannot connect" in read(failed).blind
    assert not read(replace(failed, exit_status=0, stderr=b"")).blind


def test_a_container_that_ended_between_two_commands_is_no_failure() -> None:
    vanished = Capture(
        "k8s2",
        Question("docker-inspect"),
        "",
        Outcome.ANSWERED,
        exit_status=1,
        stdout=b"[]\n",
        stderr=b"Error: No such container: 0123456789ab\n",
    )
    assert read(vanished).blind == ""


@pytest.mark.parametrize(
    ("name", "labels", "workload", "role"),
    [
        (OLD_POD, {}, "default/netperf-903608992-kbdqx", "sandbox"),
        (
            OLD_POD.replace("POD.d8dbe16c", "netperf.468d5a53"),
            {},
            "default/netperf-903608992-kbdqx",
            "app",
        ),
        ("k8s_POD_web-1_shop", {}, "k8s_POD_web-1_shop", ""),
        ("k8s_POD_web-1_shop_8586bf7c_2", {}, "shop/web-1", "sandbox"),
        (
            "x",
            {
                "io.kubernetes.pod.name": "web-1",
                "io.kubernetes.pod.namespace": "shop",
                "io.kubernetes.docker.type": "podsandbox",
            },
            "shop/web-1",
            "sandbox",
        ),
        ("web", {}, "web", ""),
    ],
)
def test_a_container_belongs_to_its_pod(
    name: str, labels: dict[str, str], workload: str, role: str
) -> None:
    (found,) = _inspected({"Name": f"/{name}", "Config": {"Labels": labels}})
    assert (found.workload, found.role) == (workload, role)


def test_another_containers_network_is_named_and_not_numbered() -> None:
    owner = {"Name": "/pause", "Id": "a" * 64}
    guest = {"Name": "/app", "HostConfig": {"NetworkMode": "container:" + "a" * 64}}
    lost = {"Name": "/lost", "HostConfig": {"NetworkMode": "container:" + "b" * 64}}
    modes = [each.network_mode for each in _inspected(owner, guest, lost)]
    assert modes == ["", "container:pause", "container:bbbbbbbbbbbb"]


def test_the_layout_of_2013_is_read() -> None:
    (found,) = _inspected(
        {
            "ID": "4fa6e0f0c678",
            "Id": None,
            "Image": "b750fe79269d",
            "State": {"Running": True, "Pid": 0, "StartedAt": "2013-05-07T14:51:42.087658+02:00"},
            "NetworkSettings": {"IPAddress": "172.16.42.2", "Bridge": "docker0"},
        }
    )
    assert (found.id, found.name, found.status) == ("4fa6e0f0c678", "4fa6e0f0c678", "running")
    assert found.addresses == ("docker0=172.16.42.2",)


def test_the_lines_of_containers_are_where_their_objects_begin() -> None:
    sample = (SAMPLES / "docker-inspect" / "lab.txt").read_text("utf-8")
    reading = read_inspect(Text(sample))
    lines = sample.splitlines()
    assert len(reading.records) > 5
    for line, record in zip(reading.line_numbers, reading.records, strict=True):
        assert isinstance(record, Container)
        assert lines[line - 1] == "    {"
        assert record.id in lines[line]


@given(st.integers(min_value=0, max_value=60_000))
def test_a_text_that_was_cut_anywhere_is_blind_and_accounted_for(length: int) -> None:
    whole = (SAMPLES / "docker-inspect" / "lab.txt").read_bytes()
    cut = whole[: min(length, len(whole) - 3)]
    reading = read_inspect(Text(decode(cut)))
    assert reading.blind or not cut.strip()
    ledger = reading.ledger
    assert ledger.lines == ledger.parsed + ledger.noise + len(ledger.unknown)
    unknown = {each.line for each in ledger.unknown}
    assert not unknown.intersection(reading.line_numbers)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "Id",
                        "Name",
                        "State",
                        "Config",
                        "Labels",
                        "Env",
                        "NetworkSettings",
                        "Networks",
                        "Pid",
                        "HostConfig",
                        "RestartPolicy",
                        "NetworkMode",
                        "io.kubernetes.pod.name",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_json_of_any_shape_never_raises(value: object) -> None:
    reading = read_inspect(Text(json.dumps(value, indent=1)))
    ledger = reading.ledger
    assert ledger.lines == ledger.parsed + ledger.noise + len(ledger.unknown)


def test_text_around_the_json_is_unknown_and_the_json_is_read() -> None:
    reading = read_inspect(Text('$ docker inspect x\n[{"Id": "a", "State": {}}]\nbye\n'))
    assert len(reading.records) == 1
    assert [each.line for each in reading.ledger.unknown] == [1, 3]
    assert reading.blind


def test_a_text_nested_without_end_is_blind() -> None:
    assert read_inspect(Text("[" * 100_000)).blind
    assert read_inspect(Text('{"Id":' * 100_000)).blind


def test_a_control_character_in_a_label_does_not_hide_the_node() -> None:
    said = b'[{"Id": "a", "Name": "/w", "State": {}, "Config": {"Image": "x\xc2\x9b\x7f\xff"}}]'
    reading = read_inspect(Text(decode(said)))
    assert not reading.blind
    (found,) = reading.records
    assert isinstance(found, Container)
    assert found.image == "x\\x9b\\x7f\\xff"
