"""Cards and what was learned of destinations: every setting is put down to its interface."""

import subprocess
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.catalogue import entry, find
from parsers.read import read, read_text
from parsers.records import (
    DeviceSetting,
    DriverStatistics,
    InterfaceDriver,
    InterfaceFeature,
    LinkSettings,
    Route,
    RouteException,
)
from parsers.roles import Record
from tests.golden import SAMPLES, name

CARD = (
    b"Settings for eno1:\n"
    b"\tSupported ports: [ TP ]\n"
    b"\tSupported link modes:   10baseT/Half 10baseT/Full\n"
    b"\t                        1000baseT/Full\n"
    b"\tAdvertised link modes:  1000baseT/Full\n"
    b"\tLink partner advertised link modes:  Not reported\n"
    b"\tSpeed: 1000Mb/s\n"
    b"\tDuplex: Full\n"
    b"\tWake-on: g\n"
    b"\tSecureOn password: 00:11:22:33:44:55\n"
    b"        Current message level: 0x00000007 (7)\n"
    b"\t\t\t       drv probe link\n"
    b"\tLink detected: no (No cable)\n"
    b"Settings for eno2:\n"
    b"No data available\n"
)
VMXNET3 = b"""\
NIC statistics:
     Tx Queue#: 0
       TSO pkts tx: 5
       drv dropped tx total: 1
          too many frags: 1
     Tx Queue#: 1
       TSO pkts tx: 6
     tx timeout count: 0
"""
SHELLS = [
    pytest.param(shell, marks=pytest.mark.needs(shell[0]))
    for shell in (("dash", "-c"), ("bash", "-c"), ("busybox", "sh", "-c"))
]


def records(command: str, text: bytes, unknown: int = 0) -> tuple[Record, ...]:
    reading = read_text(command, text)
    assert len(reading.ledger.unknown) == unknown, reading.ledger.unknown
    return reading.records


def test_modes_on_more_than_one_line_belong_to_one_setting() -> None:
    first, second = records("ethtool eno1", CARD)
    assert isinstance(first, LinkSettings)
    assert first.supported == ("10baseT/Half", "10baseT/Full", "1000baseT/Full")
    assert first.advertised == ("1000baseT/Full",)
    assert first.partner == ()
    assert (first.speed, first.link_detected) == ("1000Mb/s", "no (No cable)")
    assert "Current message level: 0x00000007 (7) drv probe link" in first.others
    assert second == LinkSettings("eno2")


def test_how_often_a_link_went_down_is_no_state() -> None:
    text = b"Settings for a:\n\tLink detected: yes\n\tLink Down Events: 3\n\tSQI: 5/7\n"
    (found,) = records("ethtool a", text)
    assert isinstance(found, LinkSettings)
    assert found.others == ()
    assert found.moving == ("Link Down Events: 3", "SQI: 5/7")


def test_a_cards_password_is_in_no_record() -> None:
    assert "00:11:22:33:44:55" not in repr(records("ethtool eno1", CARD))


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_a_cards_password_stays_on_the_node(shell: tuple[str, ...], tmp_path: Path) -> None:
    program = tmp_path / "ethtool"
    program.write_text(f"#!/bin/sh\ncat <<'E'\n{CARD.decode()}E\nexit 75\n")
    program.chmod(0o755)
    function = entry("ethtool-link").probe.command.partition("said=$(ip")[0]
    said = subprocess.run(
        [*shell, f"{function}\nname=eno1\nlink"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert said.returncode == 75
    assert said.stdout == CARD.replace(b"00:11:22:33:44:55", b"hidden")


# Debian's busybox has an `ip` of its own and asks no other one.
@pytest.mark.parametrize("shell", SHELLS[:2], ids=lambda shell: shell[0])
def test_all_but_the_ends_of_containers_are_asked(shell: tuple[str, ...], tmp_path: Path) -> None:
    links = (
        r"1: lo: <UP> mtu 9\    link/loopback 00 brd 00 \    RX: bytes",
        r"2: eno1: <UP> mtu 9\    link/ether 02:00 brd ff promiscuity 0 parentdev 0000:00:03.0 ",
        r"3: eno1.5@eno1: <UP> mtu 9\    link/ether 02:00 brd ff \    vlan protocol 802.1Q id 5 ",
        r"4: cali1@if3: <UP> mtu 9\    link/ether ee:ee brd ff \    veth addrgenmode eui64 ",
        r"5: cali2@if3: <UP> mtu 9\    link/ether ee:ee brd ff \    veth",
        r"6: *: <UP> mtu 9\    link/ether 02:00 brd ff \    dummy ",
        r"7: -r: <UP> mtu 9\    link/ether 02:00 brd ff \    dummy ",
    )
    programs = {
        "ip": "cat <<'E'\n{}\nE".format("\n".join(links)),
        "ethtool": 'echo "asked $*"',
    }
    for program, text in programs.items():
        path = tmp_path / program
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    said = subprocess.run(
        [*shell, entry("ethtool-k").probe.command],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout.splitlines() == [
        "asked -k eno1",
        "asked -k eno1.5",
        "asked -k *",
        "not asked: -r",
    ]


@pytest.mark.parametrize("line", [b"\tColour: red", b"\tSpeed: 10Mb/s\n\tWhat is this?"])
def test_a_setting_that_nobody_knows_is_unknown(line: bytes) -> None:
    records("ethtool eno1", b"Settings for eno1:\n" + line + b"\n", unknown=1)


def test_features_without_their_heading_belong_to_no_interface() -> None:
    text = b"Features for eth0:\nrx-checksumming: on\n?\nhighdma: off [fixed]\n"
    assert records("ethtool -k eth0", text, unknown=1) == (
        InterfaceFeature("eth0", "rx-checksumming", "on"),
        InterfaceFeature("", "highdma", "off", fixed=True),
    )
    assert records("ethtool -k e", b"Features for e:\n\ttx-a: on [requested off]\n") == (
        InterfaceFeature("e", "tx-a", "on", requested="off"),
    )


@pytest.mark.parametrize("probe", ["ethtool-k", "ethtool-i", "ethtool-link"])
def test_every_version_of_ethtool_tells_of_the_same_card(probe: str) -> None:
    told = [
        {each.identity for each in records(probe, sample.read_bytes())}
        for sample in sorted(SAMPLES.glob(f"{probe}/ethtool-*.txt"))
    ]
    assert len(told) == 5
    common = set.intersection(*told)
    assert all(len(each - common) <= 4 for each in told)
    assert common


def test_a_driver_belongs_to_the_heading_above_it() -> None:
    text = b"Driver of a:\ndriver: x\nDriver of b:\nDriver of c:\ndriver: y\nsupports-test: yes\n"
    assert records("ethtool-i", text) == (
        InterfaceDriver("a", driver="x"),
        InterfaceDriver("c", driver="y", supports=("test",)),
    )


def test_the_typed_interface_is_the_drivers() -> None:
    assert records("ethtool -i eno1", b"driver: x\n") == (InterfaceDriver("eno1", driver="x"),)
    assert records("ethtool -i", b"driver: x\n") == (InterfaceDriver("", driver="x"),)


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("ethtool eth0", "ethtool-link"),
        ("sudo ethtool eno1", "ethtool-link"),
        ("ethtool -k eth0", "ethtool-k"),
        ("ethtool --show-offload eth0", "ethtool-k"),
        ("ethtool --driver eth0", "ethtool-i"),
        ("ethtool -g eth0", "ethtool-settings"),
        ("ethtool -a eth0", "ethtool-settings"),
        ("ethtool -S eth0", "ethtool-S"),
        ("bridge fdb", "bridge-fdb"),
        ("sudo bridge -s fdb show dev vxlan.calico", "bridge-fdb"),
        ("bridge -d link", "bridge-link"),
        ("bridge -c vlan show", "bridge-vlan"),
        ("tc qdisc", "tc-qdisc"),
        ("tc -s -d qdisc show dev eth0", "tc-qdisc"),
        ("ip netns exec blue tc filter show dev eth0 ingress", "tc-filter"),
        ("ip -br a", "ip-brief"),
        ("ip -o -4 addr", "ip-addr"),
        ("ip -s -s link show dev eth0", "ip-addr"),
        ("ip vrf show", "ip-vrf"),
        ("ip -6 route show cache", "ip6-route-cache"),
        ("ip r s cache", "ip-route-cache"),
    ],
)
def test_a_command_is_recognised_as_people_type_it(typed: str, probe: str) -> None:
    assert find(typed).probe.name == probe


def test_a_rings_maximum_is_no_size() -> None:
    text = (
        b"Ring parameters for a:\nPre-set maximums:\nRX:\t\t4096\nTX:\t\t512\n"
        b"Current hardware settings:\nRX:\t\t256\n\n"
        b"Pause parameters for a:\nAutonegotiate:\ton\nRX:\t\toff\n"
    )
    assert set(records("ethtool -g a", text)) == {
        DeviceSetting("a", "ring", "RX", "256", "4096"),
        DeviceSetting("a", "pause", "Autonegotiate", "on"),
        DeviceSetting("a", "pause", "RX", "off"),
    }


def test_a_driver_that_cannot_tell_is_no_failure() -> None:
    said = b"netlink error: Operation not supported\n"
    question = Question("ethtool-settings")
    capture = Capture("k", question, "", Outcome.ANSWERED, 1, b"", said)
    assert read(capture).blind == ""
    other = Capture("k", question, "", Outcome.ANSWERED, 1, b"", b"bad command line argument(s)\n")
    assert read(other).blind


def test_counters_of_a_queue_bear_its_number() -> None:
    (record,) = records("ethtool -S ens192", VMXNET3)
    assert isinstance(record, DriverStatistics)
    assert record.counters == (
        ("Tx Queue#", 0),
        ("Tx Queue#0 TSO pkts tx", 5),
        ("Tx Queue#0 drv dropped tx total", 1),
        ("Tx Queue#0 too many frags", 1),
        ("Tx Queue#", 1),
        ("Tx Queue#1 TSO pkts tx", 6),
        ("tx timeout count", 0),
    )


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("ip*-route-cache/*.txt")), ids=name)
def test_a_smaller_mtu_is_no_route(sample: Path) -> None:
    command = sample.parent.name
    (found,) = records(command, sample.read_bytes())
    assert isinstance(found, RouteException)
    assert (found.mtu, found.device) == (1300, "net0")
    assert found.expires.endswith("sec")


def test_the_cache_as_people_ask_for_it_is_not_read_as_a_table() -> None:
    text = b"198.51.100.1 via 192.0.2.254 dev net0\n    cache <redirected> expires 9sec mtu 1300\n"
    for command in ("ip route show cache", "ip -s r ls table main cache", "sudo ip -4 ro sh cache"):
        (found,) = records(command, text)
        assert isinstance(found, RouteException), command
    (route, *_) = records("ip route show", text[:38])
    assert isinstance(route, Route)


def test_a_kernel_that_does_not_list_them_proves_no_absence() -> None:
    said = b"not told by kernels before 5.3\n"
    question = Question("ip-route-cache")
    reading = read(Capture("k", question, "", Outcome.ANSWERED, 1, b"", said))
    assert reading.blind
    assert reading.lacking


def test_a_route_to_many_is_nothing_that_was_learned_of_one() -> None:
    """An `ip` that knows no cache prints its routes when asked for it, as busybox's does."""
    text = "10.9.0.0/16 dev eth0 scope link  src 10.9.0.2 \nfe80::/64 dev eth0  metric 256 \n"
    for probe in ("ip-route-cache", "ip6-route-cache"):
        reading = read_text(probe, text.encode())
        assert (reading.records, len(reading.ledger.unknown)) == ((), 2)
