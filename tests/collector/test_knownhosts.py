"""known_hosts, as ssh itself reads it."""

import base64
from pathlib import Path

import pytest

from collector import knownhosts

BLOB = base64.b64encode(b"a key").decode()


def load(tmp_path: Path, text: str) -> knownhosts.KnownHosts:
    path = tmp_path / "known_hosts"
    path.write_text(text)
    return knownhosts.load([path])


@pytest.mark.parametrize(
    ("line", "host", "port", "found"),
    [
        ("k8s1", "k8s1", 22, True),
        ("k8s1", "K8S1", 22, True),
        ("k8s1", "k8s1", 2222, False),
        ("[k8s1]:2222", "k8s1", 2222, True),
        ("[k8s1]:2222", "k8s1", 22, False),
        ("a,k8s1,b", "k8s1", 22, True),
        ("k8s*", "k8s1", 22, True),
        ("k8s?", "k8s12", 22, False),
        ("*,!k8s1", "k8s1", 22, False),
        ("*,!k8s1", "k8s2", 22, True),
        ("[10.0.0.*]:2222", "10.0.0.7", 2222, True),
        ("[10.0.0.*]:2222", "1", 22, False),
        ("#k8s1", "k8s1", 22, False),
        ("@cert-authority k8s1", "k8s1", 22, False),
    ],
)
def test_a_line_is_about_its_hosts(
    tmp_path: Path, line: str, host: str, port: int, found: bool
) -> None:
    known = load(tmp_path, f"{line} ssh-ed25519 {BLOB} comment\n")
    assert bool(known.keys(host, port)) is found


def test_a_key_knows_its_line_and_whether_it_is_revoked(tmp_path: Path) -> None:
    known = load(tmp_path, f"\n# x\nk8s1 ssh-ed25519 {BLOB}\n@revoked k8s1 ssh-rsa {BLOB}\n")
    one, two = known.keys("k8s1", 22)
    assert (one.where, one.blob, one.revoked) == (f"{tmp_path}/known_hosts:3", b"a key", False)
    assert (two.kind, two.revoked) == ("ssh-rsa", True)


def test_a_damaged_line_holds_no_key_and_hides_no_other(tmp_path: Path) -> None:
    known = load(tmp_path, f"k8s1 ssh-ed25519 %%%\n|1|x|y ssh-rsa {BLOB}\nk8s1 a {BLOB}\nk8s1\n")
    assert [key.kind for key in known.keys("k8s1", 22)] == ["a"]


def test_a_file_that_is_not_there_is_noted(tmp_path: Path) -> None:
    known = knownhosts.load([tmp_path / "gone"])
    assert known.missing == [f"{tmp_path}/gone: No such file or directory"]
