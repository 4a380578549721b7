"""``netsnap reach`` as a person runs it."""

import json

from tests.tool import Tool


def test_reach_tells_that_every_pair_works(user: Tool) -> None:
    done = user.run("reach", "before")
    assert (done.returncode, done.stdout, done.stderr) == (0, "working      30 of 30 pairs\n", "")


def test_reach_tells_who_does_not_reach_whom(user: Tool) -> None:
    done = user.run("reach", "after")
    assert done.returncode == 1
    assert done.stdout.startswith("working      22 of 30 pairs\nfailing      8 pairs: ")
    assert len(done.stdout.splitlines()) == 2


def test_reach_of_two_snapshots_tells_what_was_lost_and_what_came_back(user: Tool) -> None:
    lost = user.run("reach", "before", "after")
    assert (lost.returncode, lost.stdout.splitlines()[1][:21]) == (1, "lost         8 pairs:")
    back = user.run("reach", "after", "before")
    assert (back.returncode, back.stdout.splitlines()[1][:21]) == (0, "came back    8 pairs:")
    assert ": at t1: it leaves the cluster to 172.16.0.254" in back.stdout
    assert back.stdout.endswith("(t2 is the earlier: all is told backwards)\n")
    assert "t1" not in lost.stdout


def test_reach_as_json_names_pairs_on_request(user: Tool) -> None:
    plain = json.loads(user.run("reach", "before", "after", "--format", "json").stdout)
    assert (plain["total"], plain["working"], len(plain["lost"])) == (30, 22, 8)
    assert "all" not in plain
    every = json.loads(user.run("reach", "before", "--format", "json", "--pairs").stdout)
    assert len(every["all"]) == 30
