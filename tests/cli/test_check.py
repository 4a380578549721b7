"""``netsnap check`` as a person runs it."""

import json

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


def test_check_as_json_has_the_lines(user: Tool) -> None:
    body = json.loads(user.run("check", "after", "--format", "json").stdout)
    assert body[0]["severity"] == "error"
    assert "172.16.0.47" in body[0]["evidence"][0]["text"]
