"""Every command as a person runs it, on recorded nodes."""

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from collector.inventory import load
from parsers.catalogue import ENTRIES
from tests.played import AFTER, BEFORE, Cluster
from tests.tool import Tool

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "explanation.schema.json").read_text(encoding="utf-8")
)
SAMPLES = Path(__file__).parents[2] / "samples"
SCREEN = 12


def test_init_writes_an_inventory_that_collect_reads(stranger: Tool) -> None:
    done = stranger.run("init", "root@172.16.0.55", "k8s2")
    assert (done.returncode, done.stderr) == (0, "")
    nodes = load(stranger.folder / "netsnap.toml").nodes
    assert [(node.user, node.address) for node in nodes] == [
        ("root", "172.16.0.55"),
        (None, "k8s2"),
    ]


def test_init_of_no_host_says_that_nodes_are_missing(stranger: Tool) -> None:
    done = stranger.run("init")
    assert (done.returncode, done.stderr) == (0, "")
    assert "next: name each node in it as [nodes.NAME]" in done.stdout


def test_a_node_that_is_written_out_needs_no_inventory_and_minds_none(stranger: Tool) -> None:
    for text in (None, "# no node yet\n", "[nodes.k8s1]\nadress = 1\n"):
        if text is not None:
            (stranger.folder / "netsnap.toml").write_text(text, encoding="utf-8")
        done = stranger.run("collect", "--node", "root@127.0.0.1:9")
        assert (done.returncode, done.stderr) == (1, "")
        assert "root@127.0.0.1:9: connection refused" in done.stdout


def test_collect_says_in_a_line_what_each_node_answered(played: Cluster, newcomer: Tool) -> None:
    played.play(BEFORE)
    done = newcomer.run("collect", "--label", "first")
    assert (done.returncode, done.stderr) == (0, "")
    *nodes, last = done.stdout.splitlines()
    assert [line.split()[:2] for line in nodes] == [
        [name, "reached"] for name in ("k8s1", "k8s2", "k8s3")
    ]
    assert last.startswith("snapshot ")
    assert " (first): 3 nodes, " in last


def test_collect_ends_with_1_and_keeps_what_it_has_if_a_node_is_not_read(newcomer: Tool) -> None:
    inventory = newcomer.folder / "netsnap.toml"
    text = inventory.read_text(encoding="utf-8")
    inventory.write_text(f'{text}\n[nodes.gone]\naddress = "127.0.0.1"\nport = 9\n')
    done = newcomer.run("collect")
    assert done.returncode == 1
    assert "gone  unreachable in 0.0 s: demo@127.0.0.1:9: connection refused" in done.stdout
    assert "3 of 4" in newcomer.run("log").stdout
    shown = newcomer.run("show").stdout
    assert "gone (127.0.0.1): unreachable" in shown
    assert "not seen" in shown
    about_gone = shown[shown.index("gone (") :]
    assert "0 routes" not in about_gone
    assert "workloads   none" not in about_gone


def test_collect_asks_only_the_nodes_that_are_named(newcomer: Tool) -> None:
    assert newcomer.run("collect", "-n", "k8s1", "-n", "k8s3").returncode == 0
    shown = json.loads(newcomer.run("show", "--format", "json").stdout)
    assert [node["node"] for node in shown["nodes"]] == ["k8s1", "k8s3"]


def test_log_lists_the_newest_first(user: Tool) -> None:
    title, after, before = user.run("log").stdout.splitlines()
    assert title.split() == ["snapshot", "started", "nodes", "read", "captures", "label"]
    assert (after.split()[-1], before.split()[-1]) == (AFTER, BEFORE)
    assert user.run("log", "--most", "1").stdout.splitlines()[-1] == "and 1 older (--most)"
    body = json.loads(user.run("log", "--format", "json").stdout)
    assert [(each["label"], each["nodes_reached"]) for each in body] == [(AFTER, 3), (BEFORE, 3)]


def test_show_tells_workloads_addresses_and_routes(user: Tool) -> None:
    text = user.run("show", BEFORE).stdout
    assert "Record(" not in text
    assert "Route(" not in text
    for words in ("172.16.0.57/24 on enp1s0f0", " in main: ", "172.16.0.47 Established"):
        assert words in text
    workloads = [line for line in text.splitlines() if "192.168." in line and "running" in line]
    assert len(workloads) == 6


def test_show_of_one_node_lists_its_records(user: Tool) -> None:
    text = user.run("show", BEFORE, "--node", "k8s2").stdout
    assert "k8s3 (127.0.0.1)" not in text
    assert "route              192.168.23.192/26  via 172.16.0.47 dev enp1s0f0" in text


def test_raw_prints_the_very_bytes(user: Tool) -> None:
    done = user.run("raw", BEFORE, "k8s2", "ip route")
    assert (done.returncode, done.stderr) == (0, "")
    assert "192.168.23.192/26 via 172.16.0.47 dev enp1s0f0 proto bird" in done.stdout
    pod = next(
        line.split()[0 if "workloads" not in line else 1]
        for line in user.run("show", BEFORE, "--node", "k8s2").stdout.splitlines()
        if "192.168." in line and "running" in line
    )
    for called in (pod, pod.rpartition("/")[2]):
        inside = user.run("raw", BEFORE, "k8s2", "ip route", "--netns", called)
        assert inside.returncode == 0
        assert "via 169.254.1.1 dev eth0" in inside.stdout


def test_diff_of_one_fault_fits_a_screen_and_says_nothing_twice(user: Tool) -> None:
    done = user.run("diff", BEFORE, AFTER)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert len(lines) <= SCREEN
    assert lines[0].startswith("BROKEN  8 of 30 pairs of workloads lost, 1 cause")
    assert "BGP session k8s2–k8s3 fell" in done.stdout
    assert done.stdout.count("it leaves the cluster") == 1
    assert "left the cluster" not in done.stdout
    told = [line.split(": ", 1)[-1] for line in lines[2:]]
    assert len(set(told)) == len(told)


def test_diff_details_hold_the_raw_lines_whole(user: Tool) -> None:
    text = user.run("diff", BEFORE, AFTER, "--details").stdout
    raw = user.run("raw", BEFORE, "k8s2", "calicoctl node status").stdout.splitlines()
    line = next(line for line in raw if "172.16.0.47" in line)
    assert line in text


def test_diff_as_json_is_what_the_schema_says(user: Tool) -> None:
    for options in ((), ("--pairs",)):
        body = user.diff(BEFORE, AFTER, *options)
        jsonschema.validate(body, SCHEMA)
        assert (body["verdict"], len(body["causes"])) == ("broken", 1)
        assert ("all" in body["pairs"]) == ("--pairs" in options)


def test_diff_of_a_snapshot_with_itself_ends_with_0(user: Tool) -> None:
    done = user.run("diff", BEFORE, BEFORE)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "UNCHANGED  Nothing changed.")


@pytest.mark.parametrize("probe", [entry.probe.name for entry in ENTRIES])
def test_parse_reads_a_sample_of_each_command(probe: str, stranger: Tool) -> None:
    sample = next(iter(sorted((SAMPLES / probe).glob("*.txt"))), None)
    if sample is None:
        pytest.skip(f"samples/ has no recorded {probe}")
    text = sample.read_text("utf-8")
    done = stranger.run("parse", probe, "-", "--format", "json", given=text)
    assert done.returncode in (0, 1), done.stderr
    body = json.loads(done.stdout)
    assert body["ledger"]["lines"] == len(text.splitlines())
    assert body["records"] or body["blind"] or done.returncode == 0


def test_parse_ends_with_1_and_shows_a_line_it_does_not_know(stranger: Tool) -> None:
    given = "default via 10.0.0.1 dev eth0\nwhat is this\n"
    done = stranger.run("parse", "ip route", "-", given=given)
    assert done.returncode == 1
    assert "next_hops=(gateway=10.0.0.1 device=eth0 weight=1)" in done.stdout
    assert "2 lines: 1 parsed, 0 noise, 1 unknown\n  line 2: what is this" in done.stdout


def test_parse_writes_what_an_object_asks_for_as_names_and_values(stranger: Tool) -> None:
    given = "NAME    CIDR             NAT\npool1   192.168.0.0/18   true\n"
    done = stranger.run("parse", "calicoctl get ippools -o wide", "-", given=given)
    assert done.returncode == 0
    assert "resource=IPPool name=pool1 spec=CIDR=192.168.0.0/18,NAT=true" in done.stdout


def test_a_bundle_carries_snapshots_to_another_history(user: Tool) -> None:
    done = user.run("export", BEFORE, AFTER, "-o", "incident.zip")
    assert (done.returncode, done.stderr) == (0, "")
    taken = user.run("import", "incident.zip", "--db", "other.db")
    assert (taken.returncode, len(taken.stdout.splitlines())) == (0, 2)
    assert user.run("export", BEFORE, AFTER, "-o", "again.zip").returncode == 0
    assert _bytes(user, "again.zip") == _bytes(user, "incident.zip")
    again = user.run("import", "incident.zip", "--db", "other.db")
    assert (again.returncode, again.stdout) == (0, taken.stdout)
    assert (
        user.run("diff", BEFORE, AFTER, "--db", "other.db").stdout
        == user.run("diff", BEFORE, AFTER).stdout
    )


def _bytes(user: Tool, name: str) -> bytes:
    return (user.folder / name).read_bytes()


def test_verify_says_that_a_history_is_intact_or_which_part_is_not(user: Tool) -> None:
    done = user.run("verify")
    assert done.returncode == 0
    assert done.stdout.startswith("2 snapshots intact, head ")
    with closing(sqlite3.connect(user.history)) as database, database:
        database.execute("UPDATE snapshots SET started = started + 1 WHERE label = ?", (BEFORE,))
    done = user.run("verify")
    assert done.returncode == 1
    assert "intact" not in done.stdout


def test_the_demo_needs_no_home_and_no_root(stranger: Tool) -> None:
    blocked = stranger.folder / "file"
    blocked.write_text("", encoding="utf-8")
    nowhere = str(blocked / "home")  # below a file: nobody can make it, not even root
    tool = replace(stranger, variables={"HOME": nowhere, "NETSNAP_HOME": nowhere})
    began = time.monotonic()
    done = tool.run("demo")
    assert time.monotonic() - began < 30
    assert (done.returncode, done.stderr) == (0, "")
    assert "BROKEN  8 of 30 pairs" in done.stdout


def test_the_demo_keeps_its_history_where_it_is_asked_to(stranger: Tool) -> None:
    for labels in ({BEFORE, AFTER}, {BEFORE, AFTER, f"{BEFORE}-2", f"{AFTER}-2"}):
        assert stranger.run("demo", "--keep", "kept.db").returncode == 0
        listed = json.loads(stranger.run("log", "--db", "kept.db", "--format", "json").stdout)
        assert {each["label"] for each in listed} == labels
    assert not (stranger.folder / "home").exists()
