"""``netsnap check`` as a person runs it."""

import json
import shlex

from tests.tool import Tool


def test_check_finds_nothing_in_a_whole_cluster(user: Tool) -> None:
    done = user.run("check", "before")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("nothing is wrong as far as the snapshot shows\n")


def test_check_names_the_session_that_is_down_first(user: Tool) -> None:
    done = user.run("check", "after")
    first, *_ = done.stdout.splitlines()
    assert done.returncode == 1
    assert first.startswith("error    the BGP session k8s2–k8s3 is not established: ")
    assert "k8s2 has no route to 192.168.23.192/26" in done.stdout


def test_what_to_look_at_is_asked_of_the_snapshot_that_was_checked(user: Tool) -> None:
    done = user.run("check", "after")
    see = [line.partition("see netsnap ")[2] for line in done.stdout.splitlines()]
    typed = [shlex.split(each) for each in see if each]
    assert ["raw", "after", "k8s2", "ip route"] in typed
    assert ["path", "k8s2", "172.16.0.47", "--to-port", "179", "--at", "after"] in typed
    for words in typed:
        assert user.run(*words).returncode in (0, 1)


def test_check_as_json_has_the_lines(user: Tool) -> None:
    body = json.loads(user.run("check", "after", "--format", "json").stdout)
    assert body[0]["severity"] == "error"
    assert "172.16.0.47" in body[0]["evidence"][0]["text"]
