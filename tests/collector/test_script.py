"""The probe script in real shells: dash, bash and busybox."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from collector.capture import Outcome
from collector.probe import Where
from collector.script import is_plain, script
from tests.collector.conftest import needs_root
from tests.collector.node import LIMIT, MARKER, SHELLS, answers, ask, processes, read, start

pytestmark = pytest.mark.parametrize("shell", SHELLS, ids=" ".join)


def test_brings_back_every_byte_and_the_exit_status(shell: Sequence[str]) -> None:
    probes = [
        ask("bytes", r"printf 'a\0b\033[31m\r\n\n\nno newline'; printf 'warn\nx' >&2; exit 3"),
        ask("nothing", "true"),
        ask("lines", r"printf 'one\n' >&2; printf '\n' >&2; printf '\n'"),
        ask("plain", "echo a b"),
    ]
    got = answers(probes, shell)
    first = got["bytes", "host", ""]
    assert first.stdout == b"a\0b\033[31m\r\n\n\nno newline"
    assert (first.stderr, first.exit_status, first.outcome) == (b"warn\nx", 3, Outcome.ANSWERED)
    second = got["nothing", "host", ""]
    assert (second.stdout, second.stderr, second.exit_status) == (b"", b"", 0)
    assert got["lines", "host", ""].stderr == b"one\n\n"
    assert got["plain", "host", ""].stdout == b"a b\n"


def test_tells_when_it_asked_by_the_nodes_clock(shell: Sequence[str]) -> None:
    before = time.time()
    got = answers([ask("slow", "sleep 0.5; echo done")], shell)["slow", "host", ""]
    assert got.started is not None
    # busybox's date has whole seconds only.
    assert before - 1.1 <= got.started.timestamp() <= time.time() + 0.1
    assert got.duration == pytest.approx(0.5, abs=0.45)


def test_a_hanging_command_costs_its_own_answer_only(shell: Sequence[str]) -> None:
    probes = [
        ask("hangs", "echo partial; sleep 100", limit=1),
        ask("stubborn", "trap '' TERM; echo still; while :; do sleep 100; done", limit=1),
        ask("after", "echo fine"),
    ]
    began = time.monotonic()
    got = answers(probes, shell)
    assert time.monotonic() - began < 12
    for name, said in (("hangs", b"partial\n"), ("stubborn", b"still\n")):
        capture = got[name, "host", ""]
        assert (capture.outcome, capture.exit_status) == (Outcome.TIMED_OUT, None)
        assert capture.stdout == said
        assert "1 s" in capture.detail
    assert got["after", "host", ""].stdout == b"fine\n"


def test_a_program_that_hung_once_is_not_waited_for_again(shell: Sequence[str]) -> None:
    probes = [
        ask("first", "sleep 60", needs="sleep", limit=4),
        ask("second", "sleep 61", needs="sleep", limit=30),
        ask("third", "echo here", needs="echo"),
    ]
    began = time.monotonic()
    got = answers(probes, shell)
    first, second, third = (got[name, "host", ""] for name in ("first", "second", "third"))
    assert time.monotonic() - began < 15
    assert (first.outcome, second.outcome) == (Outcome.TIMED_OUT, Outcome.TIMED_OUT)
    assert (third.outcome, third.stdout) == (Outcome.ANSWERED, b"here\n")


def test_a_daemon_that_hung_once_is_not_waited_for_again(shell: Sequence[str]) -> None:
    probes = [
        ask("first", "echo a; sleep 60", waits_for="bird", limit=1),
        ask("second", "echo b; sleep 61", waits_for="bird", limit=30),
        ask("third", "echo here"),
    ]
    began = time.monotonic()
    got = answers(probes, shell)
    assert time.monotonic() - began < 15
    assert got["second", "host", ""].outcome is Outcome.TIMED_OUT
    assert got["third", "host", ""].stdout == b"here\n"


def test_a_node_is_asked_for_its_runtimes_after_its_namespaces(shell: Sequence[str]) -> None:
    probes = [
        ask("node", "echo a"),
        ask("kernel", "echo b", Where.NETNS),
        ask("runtime", "echo c"),
    ]
    order = [probe for probe, _, _ in answers(probes, shell)]
    assert (order[0], order[1], order[-1]) == ("node", "kernel", "runtime")


def test_a_child_that_keeps_stdout_open_spoils_nothing(shell: Sequence[str]) -> None:
    lingering = (
        "setsid sh -c 'sleep 1; i=0; while [ $i -lt 300 ]; do echo forged; sleep 0.05;"
        " i=$((i+1)); done' & sleep 0.3; echo mine"
    )
    probes = [ask("lingers", lingering), ask("after", "sleep 1; echo fine")]
    began = time.monotonic()
    got = answers(probes, shell)
    assert time.monotonic() - began < 9
    # What head held back is lost with it: that must not look like an answer.
    assert got["lingers", "host", ""].outcome is Outcome.CUT_OFF
    assert "left behind" in got["lingers", "host", ""].detail
    assert got["after", "host", ""].stdout == b"fine\n"


def test_an_endless_answer_is_cut_and_the_next_is_whole(shell: Sequence[str]) -> None:
    probes = [ask("endless", "yes"), ask("flood", "yes >&2", limit=1), ask("after", "echo fine")]
    got = answers(probes, shell)
    endless = got["endless", "host", ""]
    assert (endless.outcome, len(endless.stdout)) == (Outcome.CUT_OFF, LIMIT)
    assert got["flood", "host", ""].outcome is Outcome.TIMED_OUT
    assert len(got["flood", "host", ""].stderr) <= 65536
    assert got["after", "host", ""].stdout == b"fine\n"


def test_an_answer_of_exactly_the_limit_is_whole(shell: Sequence[str]) -> None:
    probes = [ask("exact", "head -c 1000 /dev/zero"), ask("over", "head -c 1001 /dev/zero; exit 7")]
    got = answers(probes, shell, limit=1000)
    assert got["exact", "host", ""].outcome is Outcome.ANSWERED
    assert len(got["exact", "host", ""].stdout) == 1000
    assert got["over", "host", ""].outcome is Outcome.CUT_OFF


def test_an_output_cannot_forge_a_frame(shell: Sequence[str]) -> None:
    other = "f" * 32
    lines = [
        f"{mark} {kind}"
        for mark in (other, "", MARKER[:-1])
        for kind in ("Z", "E", "B 2 host 1.0 ", "S 0 0 1.0 0 9", "D host")
    ]
    text = "\\n".join(lines)
    probes = [ask("liar", f"printf '\\n{text}\\n'; printf '{text}' >&2"), ask("after", "echo fine")]
    got = answers(probes, shell)
    expected = ("\n" + "\n".join(lines) + "\n").encode()
    assert got["liar", "host", ""].stdout == expected
    assert got["liar", "host", ""].stderr == "\n".join(lines).encode()
    assert got["after", "host", ""].stdout == b"fine\n"


def test_the_marker_shows_in_no_argument_and_no_environment(shell: Sequence[str]) -> None:
    look = (
        "for f in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do"
        ' if [ -r "$f" ]; then tr "\\0" "\\n" <"$f"; fi; done 2>/dev/null'
    )
    said = answers([ask("look", look)], shell)["look", "host", ""].stdout
    assert b"head" in said
    assert MARKER.encode() not in said


def test_a_missing_program_is_named(shell: Sequence[str]) -> None:
    probes = [
        ask("needs", "no-such-program --version | cat", needs="no-such-program"),
        ask("plain", "no-such-program --version"),
    ]
    got = answers(probes, shell)
    for capture in got.values():
        assert (capture.outcome, capture.exit_status) == (Outcome.MISSING, None)
        assert capture.detail == "no no-such-program on the node"


def test_what_is_left_when_the_time_is_used_up_was_not_asked(shell: Sequence[str]) -> None:
    probes = [ask("slow", "sleep 2"), ask("late", "echo x"), ask("later", "echo y", Where.NETNS)]
    got = answers(probes, shell, budget=1)
    assert got["late", "host", ""].outcome is Outcome.NOT_ASKED
    assert got["later", "host", ""].outcome is Outcome.NOT_ASKED
    assert "time" in got["late", "host", ""].detail


def test_leaves_no_process_behind(shell: Sequence[str]) -> None:
    probes = [ask("forks", "sleep 77 & sleep 78 & echo x"), ask("hangs", "sleep 79", limit=1)]
    program = script(probes, marker=MARKER, budget=30, output_limit=LIMIT)
    with start(program, shell) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        captures = read(process.stdout.read(), probes)
        process.stderr.read()
    assert len(captures) == 2
    time.sleep(1.2)  # the watchdog's last "sleep 1"
    assert processes(process.pid) == []
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert not re.fullmatch(rb"sleep\x007[789]\x00", cmdline.read_bytes())
        except OSError:
            continue


def test_ends_itself_when_nobody_listens_any_more(shell: Sequence[str]) -> None:
    probes = [ask("hangs", "exec sleep 86", limit=60), ask("after", "echo x")]
    program = script(probes, marker=MARKER, budget=90, output_limit=LIMIT)
    with start(program, shell) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        time.sleep(0.5)
        assert processes(process.pid)
        process.stdin.close()
        process.stdout.close()
        process.stderr.close()
        assert process.wait(5) is not None
    time.sleep(1.2)
    assert processes(process.pid) == []


def test_half_a_script_runs_nothing(shell: Sequence[str], tmp_path: Path) -> None:
    probes = [ask("touch", f"touch {tmp_path}/touched")]
    program = script(probes, marker=MARKER, budget=30, output_limit=LIMIT)
    assert program.rstrip().endswith(b"netsnap_start")
    with start(program[:-20].rstrip(b"\n"), shell) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read()
        process.stderr.read()
    assert not (tmp_path / "touched").exists()


@needs_root
def test_needs_no_place_to_write(shell: Sequence[str]) -> None:
    """Every file system of the node is read-only here, /tmp and /run included."""
    read_only = (
        "mount --make-rprivate /;"
        " for at in / /tmp /run /var/tmp /dev/shm; do"
        " mount --rbind $at $at && mount -o remount,ro,bind $at; done 2>/dev/null;"
        ' exec "$@"'
    )
    prefix = ["unshare", "--mount", "sh", "-c", read_only, "sh"]
    probes = [
        ask("write", "touch /tmp/x /run/x /var/tmp/x /x"),
        ask("read", "ip addr; echo oops >&2", Where.NETNS),
        ask("each", 'echo "$1"', Where.INTERFACE),
    ]
    got = answers(probes, shell, prefix=prefix)
    assert got["write", "host", ""].exit_status != 0
    assert got["write", "host", ""].stderr.count(b"Read-only") == 4
    assert got["read", "host", ""].stdout.startswith(b"1: lo")
    assert got["read", "host", ""].stderr == b"oops\n"
    assert got["each", "host", "lo"].stdout == b"lo\n"


@pytest.mark.parametrize(
    ("command", "plain"),
    [
        ("ip -d addr show", True),
        ('ethtool -S "$1"', True),
        ("a; b", False),
        ("A=1 b", False),
        ("cat < /etc/passwd", False),
        ("echo $(id)", False),
        ("echo 'a b'", False),
        ("exec sleep 1", False),
        ("ls *", False),
        ("echo  two", False),
    ],
)
def test_only_plain_words_run_without_a_shell_of_their_own(
    shell: Sequence[str], command: str, plain: bool
) -> None:
    del shell
    assert is_plain(command) is plain
