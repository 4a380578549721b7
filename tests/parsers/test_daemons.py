"""Daemons, units, clocks and CNI: what their readers make of what a node says."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome, Question
from parsers import catalogue
from parsers.mask import mask
from parsers.read import read, read_text
from parsers.reading import Reading
from parsers.records import ClockState, CniConfiguration, Daemon, ServiceUnit

FIRST = "btime 1795436369\nfirst systemd\n"


def daemon(pid: int, name: str, stat: str = "S 1 500", args: str = "", more: str = "") -> str:
    return f"daemon {pid} {stat} {name}\nargs {args}\nnetns net:[4026531840]\n{more}"


def daemons(*blocks: str) -> list[Daemon]:
    reading = read_text("daemons", (FIRST + "".join(blocks)).encode())
    assert (reading.ledger.unknown, reading.blind) == ((), "")
    return [record for record in reading.records if isinstance(record, Daemon)]


def answer(probe: str, stdout: bytes = b"", stderr: bytes = b"", status: int = 0) -> Reading:
    return read(Capture("k", Question(probe), "", Outcome.ANSWERED, status, stdout, stderr))


@pytest.mark.parametrize(
    ("letter", "state"),
    [("R", "running"), ("S", "running"), ("D", "running"), ("T", "stopped"), ("t", "traced")],
)
def test_only_a_process_that_does_not_run_is_in_another_state(letter: str, state: str) -> None:
    (found,) = daemons(daemon(7, "bird", f"{letter} 1 500"))
    assert (found.state, found.raw_state) == (state, letter)


def test_a_start_is_told_as_an_instant() -> None:
    (found,) = daemons(daemon(7, "bird", "S 1 500"))
    assert (found.start_ticks, found.started) == (500, "2026-11-23T12:19:34Z")


def test_workers_and_zombies_are_counted_and_no_daemons() -> None:
    found = daemons(
        daemon(7, "keepalived", args="keepalived -P"),
        daemon(8, "keepalived", "S 7 501", "keepalived -P"),
        daemon(9, "keepalived", "S 7 502", "keepalived -P"),
        daemon(10, "keepalived", "Z 1 400"),
    )
    assert [(each.pid, each.workers, each.zombies) for each in found] == [(7, 2, 1)]


def test_a_daemon_of_which_only_a_zombie_is_left_is_one() -> None:
    (found,) = daemons(daemon(10, "bird", "Z 1 400"))
    assert found.state == "zombie"


def test_the_parts_of_calico_are_told_apart_and_its_probes_are_none() -> None:
    found = daemons(
        *(
            daemon(number, "calico-node", args=f"calico-node {flag}")
            for number, flag in enumerate(("-felix", "-confd", "-felix-live -bird-live"), 7)
        )
    )
    assert [each.identity for each in found] == [
        ("calico-node", "-felix", 0),
        ("calico-node", "-confd", 0),
    ]


def test_positions_follow_the_arguments_and_not_the_pid() -> None:
    """A daemon that is started anew has another pid, and its neighbour must keep its name."""
    one, two = daemon(7, "bird", args="bird -c a"), daemon(8, "bird", args="bird -c b")
    again = daemon(9, "bird", "S 1 900", "bird -c a")
    assert {each.args: each.position for each in daemons(one, two)} == {
        each.args: each.position for each in daemons(two, again)
    }


def test_what_a_quota_took_is_told_in_microseconds_by_either_version() -> None:
    first = daemon(7, "bird", more="nr_throttled 3\nthrottled_time 4000\noom_kill 1\n")
    second = daemon(8, "bird6", more="nr_throttled 3\nthrottled_usec 4\noom_kill 1\n")
    for found in daemons(first, second):
        assert found.throttled_periods == 3
        assert found.throttled_microseconds == 4
        assert found.out_of_memory_kills == 1


def test_a_list_without_the_first_process_proves_no_absence() -> None:
    reading = read_text("daemons", b"btime 1795436369\n" + daemon(7, "bird").encode())
    assert len(reading.records) == 1
    assert "first process" in reading.blind


def test_a_process_in_a_state_that_no_kernel_has_is_not_understood() -> None:
    reading = read_text("daemons", f"{FIRST}daemon 7 Q 1 500 bird\nargs bird\n".encode())
    assert (reading.records, [each.line for each in reading.ledger.unknown]) == ((), [3])


def test_a_secret_among_the_arguments_is_masked() -> None:
    said = daemon(7, "etcd", args="etcd --password hunter22 --name=a").encode()
    capture = Capture("k", Question("daemons"), "", Outcome.ANSWERED, 0, said)
    masked = mask(capture, b"key").stdout
    assert b"hunter22" not in masked
    assert b"--name=a" in masked


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_a_process_that_ends_while_it_is_looked_at_is_left_out_without_a_word(
    shell: str, tmp_path: Path
) -> None:
    """A line on stderr would cast doubt on all daemons of the node."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    listing = tmp_path / "grep"
    listing.write_text("#!/bin/sh\necho /proc/999999999/comm\necho /proc/$PPID/comm\n")
    listing.chmod(0o755)
    path = f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"
    command = catalogue.entry("daemons").probe.command
    said = subprocess.run(
        [shell, "-c", command], capture_output=True, check=True, env={"PATH": path}
    )
    assert said.stderr == b""
    assert len(answer("daemons", said.stdout).records) == 1


def test_ps_names_a_process_by_its_program() -> None:
    started = "Mon Nov 23 16:43:27 2026"
    lines = ["/usr/sbin/bird -R", "[kworker/0:1-events]", "-bash", "nginx: master process"]
    text = "".join(f"{n:7} 1 {started} Ts 9 {args}\n" for n, args in enumerate(lines, 7))
    reading = read_text("ps -eo pid,ppid,lstart,stat,etimes,args", text.encode())
    assert [each.identity[0] for each in reading.records] == [
        *("bird", "kworker/0:1-events", "bash", "nginx"),
    ]
    assert {getattr(each, "state", "") for each in reading.records} == {"stopped"}
    assert read_text("ps", b"7 1 Mon Nov 23 16:43:27 2026 Q 9 a\n").ledger.unknown_count == 1


UNIT = "Id=bird.service\nLoadState=loaded\nActiveState=active\nSubState=running\nMainPID=7\n"


def test_a_unit_that_is_not_there_gives_no_record_and_one_with_two_names_gives_one() -> None:
    absent = "MainPID=0\nId=crio.service\nLoadState=not-found\nActiveState=inactive\n"
    text = f"{UNIT}\n{absent}\n{UNIT}NRestarts=2\n"
    reading = read_text("systemd-units", text.encode())
    assert reading.records == (
        ServiceUnit("bird.service", "loaded", "active", "running", main_pid=7),
    )
    assert reading.ledger.unknown == ()


def test_a_unit_without_a_name_is_not_understood() -> None:
    reading = read_text("systemd-units", b"LoadState=loaded\nActiveState=active\n")
    assert (reading.records, len(reading.ledger.unknown)) == ((), 2)


def test_the_time_of_a_unit_is_an_instant_where_the_text_says_utc() -> None:
    text = UNIT + "ActiveEnterTimestamp=Mon 2026-11-23 16:04:54 {}\n"
    for zone, told in (("UTC", "2026-11-23T16:04:54Z"), ("CET", "Mon 2026-11-23 16:04:54 CET")):
        (record,) = read_text("systemd-units", text.format(zone).encode()).records
        assert isinstance(record, ServiceUnit)
        assert record.active_since == told


def test_a_node_without_systemd_lacks_it() -> None:
    said = (
        b"System has not been booted with systemd as init system (PID 1). Can't operate.\n"
        b"Failed to connect to bus: Host is down\n"
    )
    denied = b"Failed to list units: Access denied\n"
    assert answer("systemd-units", stderr=said, status=1).lacking
    assert not answer("systemd-units", stderr=denied, status=1).lacking


def test_a_chrony_that_does_not_run_is_lacking_and_not_unsynchronized() -> None:
    reading = answer("chrony-tracking", b"506 Cannot talk to daemon\n", status=1)
    assert (reading.lacking, reading.records) == (True, ())


def test_a_clock_is_asked_by_nothing_that_makes_a_file_or_starts_a_daemon() -> None:
    """By its socket of UNIX, chronyc makes one of its own; timedatectl starts systemd-timedated."""
    assert " -h 127.0.0.1,::1 " in catalogue.entry("chrony-tracking").probe.command
    assert not any("timedatectl" in each.probe.command for each in catalogue.ENTRIES)


def test_a_clock_that_is_slow_has_a_negative_offset() -> None:
    text = "System time     : 0.250000000 seconds slow of NTP time\nLeap status     : Normal\n"
    (record,) = read_text("chronyc -n tracking", text.encode()).records
    assert record == ClockState("chrony", synchronized=True, leap="Normal", offset=-0.25)


CONF = {"cniVersion": "0.3.1", "name": "k8s", "plugins": [{"type": "calico", "mtu": 1440}]}


def test_every_setting_of_a_cni_file_is_told_by_its_path() -> None:
    text = f"==> 10-calico.conflist <==\n{json.dumps(CONF)}\n"
    (record,) = read_text("cni", text.encode()).records
    assert isinstance(record, CniConfiguration)
    assert (record.name, record.version, record.plugins) == ("k8s", "0.3.1", ("calico",))
    assert ("plugins.0.mtu", "1440") in record.settings


def test_a_broken_cni_file_costs_itself_and_no_other() -> None:
    text = f"==> 1.conf <==\n{{\n==> 2.conf <==\n{json.dumps(CONF)}\n==> 3.conf <==\n\n"
    reading = read_text("cni", text.encode())
    assert [record.identity for record in reading.records] == [("2.conf",)]
    assert reading.blind.startswith("1.conf: the JSON breaks off")
    assert reading.blind.endswith("3.conf: the file is empty")


def test_a_token_in_a_cni_file_is_masked() -> None:
    plugin = {"type": "calico", "policy": {"type": "k8s", "k8s_auth_token": "abc.def.ghi"}}
    text = f"==> 10-calico.conf <==\n{json.dumps(plugin)}\n".encode()
    capture = Capture("k", Question("cni"), "", Outcome.ANSWERED, 0, text)
    masked = mask(capture, b"key")
    assert b"abc.def.ghi" not in masked.stdout
    assert len(read(masked).records) == 1


@pytest.mark.parametrize(
    ("said", "lacking"),
    [
        (b"ls: cannot access '/etc/cni/net.d': No such file or directory\n", True),
        (b"ls: /etc/cni/net.d: No such file or directory\n", True),
        (b"ls: cannot access '/etc/cni/net.d': Permission denied\n", False),
    ],
)
def test_a_directory_that_may_not_be_read_is_not_one_that_is_not_there(
    said: bytes, *, lacking: bool
) -> None:
    reading = answer("cni", stderr=said, status=2)
    assert reading.blind
    assert reading.lacking is lacking
