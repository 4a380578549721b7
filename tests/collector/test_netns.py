"""Network namespaces on this machine: found, entered once, and told when they cannot be."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome
from collector.local import collect_local
from collector.probe import Probe, Where
from collector.script import script
from collector.visit import SweepOptions
from tests.collector.conftest import needs_root
from tests.collector.node import LIMIT, MARKER, SHELLS, answers, ask, clock, read, start

pytestmark = needs_root

WHERE = ask("where", "ls -1iL /proc/self/ns/net", Where.NETNS)
EACH = ask("each", 'printf "<%s>" "$1"', Where.INTERFACE)
ODD = "a$(id)`b;'\""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def inode(path: str) -> str:
    return f"net:[{Path(path).stat().st_ino}]"


@contextlib.contextmanager
def namespace(name: str) -> Iterator[str]:
    """Make a network namespace; yield its scope."""
    ip("netns", "add", name)
    try:
        yield inode(f"/run/netns/{name}")
    finally:
        ip("netns", "delete", name)


@pytest.fixture
def name() -> str:
    return f"nscol{os.getpid()}"


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_enters_each_namespace_once_and_no_other(shell: list[str], name: str) -> None:
    # A process in it too: two ways in, one namespace.
    words = ["ip", "netns", "exec", name, "sleep", "30"]
    with namespace(name) as scope, subprocess.Popen(words) as inside:
        time.sleep(0.3)
        got = answers([WHERE, EACH], shell)
        inside.kill()
    assert got["where", scope, ""].stdout.split()[0].decode() == scope[5:-1]
    assert got["where", "host", ""].stdout.split()[0].decode() == inode("/proc/self/ns/net")[5:-1]
    assert got["each", scope, "lo"].stdout == b"<lo>"
    assert inode("/proc/self/ns/net") not in {where for _, where, _ in got}


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_a_namespace_of_a_process_alone_is_found(shell: list[str]) -> None:
    with subprocess.Popen(["unshare", "--net", "sleep", "30"]) as inside:
        time.sleep(0.3)
        scope = inode(f"/proc/{inside.pid}/ns/net")
        got = answers([WHERE], shell)
        inside.kill()
    assert got["where", scope, ""].outcome is Outcome.ANSWERED


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_odd_names_are_names_and_nothing_else(shell: list[str], name: str) -> None:
    with namespace(f"{name} odd$(id)") as scope:
        ip("-n", f"{name} odd$(id)", "link", "add", ODD, "type", "veth", "peer", "name", "x*")
        got = answers([WHERE, EACH], shell)
    assert got["where", scope, ""].outcome is Outcome.ANSWERED
    for interface in (ODD, "x*"):
        assert got["each", scope, interface].stdout == f"<{interface}>".encode()


def inside(scope: str, name: str, command: str, *, limit: float = 10) -> Probe:
    """Ask something in one namespace that is not the host's: there each process is grudged."""
    where = f'set -- $(ls -1iL /proc/self/ns/net); [ "$1" != {scope[5:-1]} ] || '
    return ask(name, f"{where}{{ {command}; }}", Where.NETNS, limit=limit)


LATER = ask("later", "echo later", Where.NETNS)


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_output_errors_and_status_come_back_from_a_namespace(shell: list[str], name: str) -> None:
    said = r"printf 'a\000b\n\n'; printf 'bad\nworse\n' >&2; (exit 3)"
    program = ask("program", "ls /nowhere", Where.NETNS, needs="ls")
    none = ask("none", "netsnap-no-such-program", Where.NETNS)
    with namespace(name) as scope:
        got = answers([inside(scope, "both", said), program, none, LATER], shell)
    told = got["both", scope, ""]
    assert (told.stdout, told.stderr, told.exit_status) == (b"a\0b\n\n", b"bad\nworse\n", 3)
    assert got["program", scope, ""].exit_status not in (0, None)
    assert b"/nowhere" in got["program", scope, ""].stderr
    assert got["none", scope, ""].outcome is Outcome.MISSING
    assert got["later", scope, ""].stdout == b"later\n"


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
@pytest.mark.parametrize(
    "hang",
    ["sleep 60", "exec sleep 60", "trap '' TERM; sleep 60; sleep 60; sleep 60", "sleep 60 | cat"],
)
def test_what_hangs_in_a_namespace_costs_its_own_answer(
    shell: list[str], name: str, hang: str
) -> None:
    with namespace(name) as scope:
        began = time.monotonic()
        got = answers([inside(scope, "hang", hang, limit=1), LATER], shell)
    assert time.monotonic() - began < 20
    assert got["hang", scope, ""].outcome is Outcome.TIMED_OUT
    assert got["later", scope, ""].stdout == b"later\n"


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_what_a_question_leaves_behind_spoils_no_answer(shell: list[str], name: str) -> None:
    with namespace(name) as scope:
        got = answers([inside(scope, "leaves", "sleep 2 & echo said", limit=1), LATER], shell)
    assert got["leaves", scope, ""].stdout == b"said\n"
    assert got["later", "host", ""].stdout == b"later\n"
    lost = got["later", scope, ""]
    assert lost.stdout == b"later\n" or lost.outcome is Outcome.NOT_ASKED


@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_an_endless_answer_of_a_namespace_is_cut_and_the_next_is_whole(
    shell: list[str], name: str
) -> None:
    with namespace(name) as scope:
        got = answers([inside(scope, "flood", "head -c 40000000 /dev/zero"), LATER], shell)
    flood = got["flood", scope, ""]
    assert (flood.outcome, len(flood.stdout)) == (Outcome.CUT_OFF, LIMIT)
    assert got["later", scope, ""].stdout == b"later\n"


def test_a_namespace_that_vanishes_meanwhile_is_not_asked_and_not_missing(name: str) -> None:
    probes = [ask("first", "sleep 2", Where.NETNS), EACH]
    with namespace(name) as scope:
        program = script(probes, marker=MARKER, budget=60, output_limit=LIMIT)
        with start(program) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            time.sleep(1)  # it has the list, and is still busy in the host's own
            ip("netns", "delete", name)
            captures = read(process.stdout.read(), probes)
            process.stderr.read()
        ip("netns", "add", name)
    gone = [capture for capture in captures if capture.question.scope == scope]
    assert {capture.question.probe for capture in gone} == {"first", "each"}
    assert {capture.outcome for capture in gone} == {Outcome.NOT_ASKED}
    assert all("could not be entered" in capture.detail for capture in gone)


def test_without_root_a_namespace_is_an_outcome_and_not_an_absence(name: str) -> None:
    with namespace(name) as scope:
        got = answers(
            [WHERE, EACH], prefix=["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        )
    for question in (("where", scope, ""), ("each", scope, "")):
        assert got[question].outcome is Outcome.NOT_ASKED
        assert "not permitted" in got[question].detail.lower() or "denied" in got[question].detail
    assert got["where", "host", ""].outcome is Outcome.ANSWERED


def test_the_marker_is_not_in_the_environment_of_a_namespaces_shell(name: str) -> None:
    look = (
        "grep -q nsmark /proc/net/dev || exit 0;"
        " cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null"
    )
    with namespace(name) as scope:
        ip("-n", name, "link", "add", "nsmark0", "type", "veth", "peer", "name", "nsmark1")
        said = answers([ask("look", look, Where.NETNS)])["look", scope, ""].stdout
    assert b"netsnap_inside" in said
    assert MARKER.encode() not in said


def test_the_list_of_namespaces_is_the_same_afterwards() -> None:
    def listing() -> set[str]:
        return (
            {path.name for path in Path("/run/netns").glob("*")}
            if Path("/run/netns").exists()
            else set()
        )

    before = listing()
    answers([WHERE])
    grown = {entry for entry in listing() - before if not entry.startswith("ns")}
    assert grown == set()


def test_the_local_machine_is_asked_through_the_kernel(name: str) -> None:
    probes = [ask("ip-addr", "ip addr", Where.NETNS), ask("hello", "echo hello")]
    with namespace(name) as scope:
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "route", "add", "blackhole", "10.9.8.0/24", "proto", "bird")
        done = collect_local(probes, options=SweepOptions(node_limit=60), clock=clock)
    by: dict[tuple[str, str], Capture] = {
        (capture.question.probe, capture.question.scope): capture for capture in done.captures
    }
    assert ("ip-addr", "host") not in by
    assert by["hello", "host"].stdout == b"hello\n"
    assert b'"RTM_NEWLINK"' in by["netlink-addr", scope].stdout
    assert b"127.0.0.1" in by["netlink-addr", scope].stdout
    assert b"10.9.8.0" in by["netlink-route", scope].stdout
    assert b"10.9.8.0" not in by["netlink-route", "host"].stdout
    assert by["netlink-rule", scope].outcome is Outcome.ANSWERED
    assert b"RTM_NEWNEIGH" not in by["netlink-neigh", scope].stdout
    assert inode("/proc/self/ns/net") == inode("/proc/thread-self/ns/net")
