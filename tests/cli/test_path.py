"""``netsnap path`` as a person runs it."""

import json

import pytest

from tests.tool import Tool

ONE, TWO = "iperf3-225180425-00psw", "netperf-903608992-kbdqx"


def test_path_ends_with_0_where_a_ping_works_and_1_where_it_does_not(user: Tool) -> None:
    works = user.run("path", ONE, TWO, "--at", "before")
    assert (works.returncode, works.stderr) == (0, "")
    assert " works in before of " in works.stdout
    assert works.stdout.count("delivered") == 2
    broken = user.run("path", ONE, TWO, "--at", "after")
    assert broken.returncode == 1
    assert " does not work in after of " in broken.stdout


def test_path_shows_where_two_snapshots_part(user: Tool) -> None:
    done = user.run("path", ONE, TWO, "--at", "after", "--vs", "before")
    assert done.returncode == 1
    said = done.stdout
    assert "it works in before of" in said
    assert "192.168.167.64/26 via 172.16.0.57 dev enp1s0f0 proto bird" in said
    assert "default via 172.16.0.254" in said


def test_path_as_json_has_both_snapshots(user: Tool) -> None:
    done = user.run("path", ONE, TWO, "--vs", "before", "--format", "json")
    body = json.loads(done.stdout)
    assert (body["works"], body["before"]["works"]) == (False, True)
    assert body["before"]["there"]["hops"][1]["decided_by"]["text"].startswith("192.168.167.64/26")


def test_path_refuses_an_end_that_is_not_there(user: Tool) -> None:
    for ends in (("nobody", TWO), (ONE, "nobody"), ("203.0.113.9", TWO)):
        done = user.run("path", *ends)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("netsnap: ")
        assert "Traceback" not in done.stderr


def test_path_to_a_port_says_so_and_refuses_what_is_none(user: Tool) -> None:
    done = user.run("path", ONE, TWO, "--at", "before", "--to-port", "5432")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{ONE} → {TWO} to tcp port 5432 works in before of " in done.stdout
    body = json.loads(
        user.run(
            *("path", ONE, TWO, "--at", "before", "--to-port", "53"),
            *("--protocol", "udp", "--format", "json"),
        ).stdout
    )
    assert body["to"] == {"protocol": "udp", "port": 53}
    for wrong in (
        ("--to-port", "65536"),
        ("--to-port", "0"),
        ("--to-port", "80", "--protocol", "icmp"),
        ("--protocol", "udp"),
    ):
        done = user.run("path", ONE, TWO, *wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("netsnap: --")


@pytest.mark.parametrize("address", ["224.0.0.1", "ff02::1", "0.0.0.0", "255.255.255.255", "::1"])
def test_path_and_bisect_refuse_an_address_that_no_single_host_has(
    address: str, user: Tool
) -> None:
    for typed in (("path", ONE, address), ("bisect", ONE, address, "--from", "before")):
        done = user.run(*typed)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"netsnap: {address} is ")


def test_path_to_an_address_that_nobody_has_says_no_more_than_that_it_gets_out(user: Tool) -> None:
    for address in ("198.51.100.7", "172.16.0.99"):
        done = user.run("path", ONE, address, "--at", "before")
        assert done.returncode == 0
        assert f"{ONE} → {address} gets out of the cluster in before of " in done.stdout
        assert "works" not in done.stdout
    nowhere = user.run("path", ONE, "2001:db8::1", "--at", "before")
    assert nowhere.returncode == 1
    assert " does not get out of the cluster in before of " in nowhere.stdout


def test_path_says_that_it_is_told_backwards(user: Tool) -> None:
    done = user.run("path", ONE, TWO, "--at", "before", "--vs", "after")
    assert "(t2 is the earlier: all is told backwards)" in done.stdout
    assert "backwards" not in user.run("path", ONE, TWO, "--at", "after", "--vs", "before").stdout
