"""``netsnap bisect`` as a person runs it."""

from tests.played import AFTER, BEFORE, Cluster
from tests.tool import Tool

ONE, TWO = "iperf3-225180425-00psw", "netperf-903608992-kbdqx"


def test_bisect_finds_the_snapshot_in_which_the_pair_broke(played: Cluster, newcomer: Tool) -> None:
    for number, moment in enumerate((BEFORE, BEFORE, BEFORE, AFTER, AFTER), start=1):
        played.play(moment)
        assert newcomer.run("collect", "--label", f"s{number}").returncode == 0
    done = newcomer.run("bisect", ONE, TWO, "--from", "s1", "--to", "s5")
    assert (done.returncode, done.stderr) == (0, "")
    first, _, verdict, *_ = done.stdout.splitlines()
    assert first.startswith(f"{ONE} → {TWO} works in s3 of ")
    assert " and not in s4 of " in first
    assert verdict.startswith("BROKEN  8 of 30 pairs")


def test_bisect_says_that_there_is_no_break(user: Tool) -> None:
    done = user.run("bisect", ONE, "iperf3-225180425-x8kdz", "--from", "before", "--to", "after")
    assert (done.returncode, done.stderr) == (1, "")
    assert "works in before of" in done.stdout
    assert "there is no break to find between them" in done.stdout


def test_bisect_says_of_an_end_outside_who_gets_out_and_no_more(user: Tool) -> None:
    done = user.run("bisect", ONE, "203.0.113.9", "--from", "before", "--to", "after")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{ONE} → 203.0.113.9 gets out of the cluster in before of ")
    assert "works" not in done.stdout


def test_bisect_refuses_an_end_before_the_beginning(user: Tool) -> None:
    done = user.run("bisect", ONE, TWO, "--from", "after", "--to", "before")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not earlier than" in done.stderr


def test_bisect_refuses_an_end_that_neither_snapshot_has(user: Tool) -> None:
    """Else a name that is misspelt reads like a network that could not be looked at."""
    for ends in (("nobody", TWO), (ONE, "nobody"), ("203.0.113.9", TWO)):
        done = user.run("bisect", *ends, "--from", "before")
        assert (done.returncode, done.stdout) == (2, "")
        assert "in after of " in done.stderr


def test_bisect_says_which_snapshot_lacks_an_end(played: Cluster, newcomer: Tool) -> None:
    played.play(BEFORE)
    assert newcomer.run("collect", "--node", "k8s1", "--label", "one").returncode == 0
    assert newcomer.run("collect", "--label", "all").returncode == 0
    done = newcomer.run("bisect", ONE, TWO, "--from", "one", "--to", "all")
    assert (done.returncode, done.stderr) == (1, "")
    assert "cannot be told in one of " in done.stdout
    assert f"no workload, node or address '{ONE}'" in done.stdout
