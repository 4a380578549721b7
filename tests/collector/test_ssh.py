"""Visits to a real sshd, and to servers that misbehave."""

import contextlib
import importlib
import inspect
import os
import pkgutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from collector.capture import Outcome, Reach, Visit
from collector.inventory import Node
from collector.probe import Probe, Where
from collector.ssh.failures import REACHES, failure
from collector.sweep import sweep
from tests.collector.node import Sshd, ask, clock, free_port, make_key, running_sshd

pytestmark = pytest.mark.needs("sshd", "ssh-keygen")

PROBES = [ask("hello", "echo hello"), ask("routes", "ip route", Where.NODE, needs="ip")]


def visit(
    sshd: Sshd, node: Node | None = None, probes: list[Probe] | None = None, **options: object
) -> Visit:
    nodes = [node or sshd.node()]
    (done,) = sweep(nodes, probes or PROBES, options=sshd.options(**options), clock=clock).visits
    return done


def test_brings_back_the_answers(sshd: Sshd) -> None:
    done = visit(sshd)
    assert (done.reach, done.detail, done.address) == (Reach.REACHED, "", "127.0.0.1")
    assert done.captures[0].stdout == b"hello\n"
    assert done.clock_offset == pytest.approx(0, abs=0.5)
    assert done.started <= done.ended


def test_takes_one_connection_and_one_channel_a_node(own_sshd: Sshd) -> None:
    many = [ask(f"q{number}", f"echo {number}; true") for number in range(40)]
    done = visit(own_sshd, probes=many)
    assert [capture.stdout for capture in done.captures] == [b"%d\n" % n for n in range(40)]
    assert own_sshd.log.count("Accepted publickey") == 1
    assert own_sshd.log.count("Starting session") == 1


def test_a_refused_key_is_a_refused_login(sshd: Sshd, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    done = visit(sshd, sshd.node(key=tmp_path / "other"))
    assert (done.reach, done.captures) == (Reach.LOGIN_REFUSED, ())
    assert str(tmp_path / "other") in done.detail
    assert "not accepted" in done.detail


def test_a_key_file_that_is_not_there_is_named(sshd: Sshd, tmp_path: Path) -> None:
    done = visit(sshd, sshd.node(key=tmp_path / "gone"))
    assert done.reach is Reach.LOGIN_REFUSED
    assert f"{tmp_path / 'gone'}: No such file" in done.detail


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_a_key_with_a_passphrase_asks_once(own_sshd: Sshd, tmp_path: Path, kind: str) -> None:
    key = tmp_path / "locked"
    make_key(key, kind, "a long secret")
    with (own_sshd.folder / "authorized_keys").open("a") as keys:
        keys.write(key.with_suffix(".pub").read_text())
    asked: list[Path] = []

    def passphrase(file: Path) -> str:
        asked.append(file)
        return "a long secret"

    nodes = [own_sshd.node(f"n{number}", key=key) for number in range(3)]
    done = sweep(nodes, PROBES, options=own_sshd.options(passphrase=passphrase), clock=clock)
    assert [each.detail for each in done.visits] == ["", "", ""]
    assert asked == [key]
    unasked = visit(own_sshd, nodes[0])
    assert unasked.reach is Reach.LOGIN_REFUSED
    assert "passphrase" in unasked.detail
    wrong = visit(own_sshd, nodes[0], passphrase=lambda _: "wrong")
    assert wrong.reach is Reach.LOGIN_REFUSED
    assert "wrong passphrase" in wrong.detail


def test_an_unknown_host_key_is_refused_unless_the_user_says_so(sshd: Sshd, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.write_text("")
    node = sshd.node(known_hosts=empty)
    done = visit(sshd, node)
    assert done.reach is Reach.HOST_KEY_UNKNOWN
    assert "SHA256:" in done.detail
    assert visit(sshd, node, accept_unknown=True).reach is Reach.REACHED
    assert empty.read_text() == ""


def test_known_hosts_that_cannot_be_read_make_no_key_an_unknown_one(
    sshd: Sshd, tmp_path: Path
) -> None:
    folder = tmp_path / "known_hosts"
    folder.mkdir()
    done = visit(sshd, sshd.node(known_hosts=folder), accept_unknown=True)
    assert done.reach is Reach.HOST_KEY_UNKNOWN
    assert f"cannot be checked: {folder}: Is a directory" in done.detail
    gone = sshd.node(known_hosts=tmp_path / "gone")
    assert visit(sshd, gone, accept_unknown=True).reach is Reach.REACHED


def test_a_changed_host_key_is_refused_with_its_line(sshd: Sshd, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    public = " ".join((tmp_path / "other.pub").read_text().split()[:2])
    known = tmp_path / "known_hosts"
    known.write_text(f"# mine\n[127.0.0.1]:{sshd.port} {public}\n")
    node = sshd.node(known_hosts=known)
    done = visit(sshd, node, accept_unknown=True)
    assert done.reach is Reach.HOST_KEY_CHANGED
    assert f"{known}:2" in done.detail
    assert visit(sshd, node, accept_changed=True).reach is Reach.REACHED


def test_a_revoked_host_key_is_refused_whatever_the_user_says(sshd: Sshd, tmp_path: Path) -> None:
    line = sshd.known_hosts.read_text()
    known = tmp_path / "known_hosts"
    known.write_text(f"{line}@revoked {line}")
    done = visit(sshd, sshd.node(known_hosts=known), accept_changed=True, accept_unknown=True)
    assert done.reach is Reach.HOST_KEY_CHANGED
    assert "revoked" in done.detail


def test_a_hashed_known_host_is_found(sshd: Sshd, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(sshd.known_hosts.read_text())
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    assert known.read_text().startswith("|1|")
    assert visit(sshd, sshd.node(known_hosts=known)).reach is Reach.REACHED


def test_ssh_config_fills_in_what_the_inventory_leaves_out(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        f"Host k8s1\n HostName 127.0.0.1\n Port {sshd.port}\n IdentityFile {sshd.key}\n"
        f" UserKnownHostsFile {sshd.known_hosts}\n"
    )
    done = visit(sshd, Node("k8s1", "k8s1"), folder=tmp_path)
    assert (done.reach, done.address) == (Reach.REACHED, "127.0.0.1")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("Host h\n  Port ssh\n", "h: 'ssh' in ~/.ssh/config is no port"),
        ("Host h\n  ProxyJump a@@b\n", "h: ProxyJump in ~/.ssh/config: cannot read 'a@@b'"),
        ("Host *\n  ProxyJump bastion\n", "bastion: the way to it goes over bastion again"),
        ("Host h\n  ProxyJump ssh://u@h:22\n", "h: the way to it goes over h again"),
        ("Host h\n  ProxyJump b\nHost b\n  ProxyJump h\n", "b: the way to it goes over h again"),
        (
            "CanonicalizeHostname yes\nCanonicalizeFallbackLocal no\nCanonicalDomains a.invalid\n",
            "h: its name cannot be made canonical",
        ),
    ],
)
def test_a_mistake_in_ssh_config_is_a_nodes_outcome_with_its_sentence(
    sshd: Sshd, tmp_path: Path, lines: str, sentence: str
) -> None:
    (tmp_path / "config").write_text(lines)
    done = visit(sshd, Node("n", "h"), folder=tmp_path)
    assert done.reach is Reach.UNREACHABLE
    assert done.detail.startswith(sentence)


def test_a_damaged_certificate_beside_a_key_is_named(sshd: Sshd, tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    (tmp_path / "key-cert.pub").write_text("no certificate")
    done = visit(sshd, sshd.node(key=tmp_path / "key"))
    assert done.reach is Reach.LOGIN_REFUSED
    assert f"certificate {tmp_path / 'key'}-cert.pub: it is no certificate" in done.detail


def test_a_jump_host_carries_all_nodes_on_one_connection(own_sshd: Sshd, sshd: Sshd) -> None:
    before = own_sshd.log.count("Accepted publickey")
    jump = own_sshd.node("bastion")
    nodes = [sshd.node(f"n{number}", jump=jump) for number in range(3)]
    done = sweep(nodes, PROBES, options=sshd.options(), clock=clock)
    assert [each.detail for each in done.visits] == ["", "", ""]
    assert own_sshd.log.count("Accepted publickey") == before + 1
    assert "Starting session" not in own_sshd.log


def test_a_port_without_server_is_unreachable(sshd: Sshd) -> None:
    done = visit(sshd, sshd.node(port=free_port()))
    assert done.reach is Reach.UNREACHABLE
    assert "connection refused" in done.detail


def test_a_name_that_nobody_knows_is_unreachable(sshd: Sshd) -> None:
    done = visit(sshd, Node("x", "no-such-host.invalid"))
    assert done.reach is Reach.UNREACHABLE


@contextmanager
def server(*answers: bytes, hold: bool = True) -> Iterator[int]:
    """Accept connections, say these bytes, and hold the line or hang up."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while not ended.is_set():
                try:
                    stream, _ = listener.accept()
                except OSError:
                    return
                with stream:
                    for answer in answers:
                        stream.sendall(answer)
                    if hold:
                        ended.wait(30)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port: int = listener.getsockname()[1]
        yield port
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_server_that_says_nothing_costs_the_connect_limit(sshd: Sshd) -> None:
    with server() as port:
        began = time.monotonic()
        done = visit(sshd, sshd.node(port=port), connect_limit=1.0)
    assert time.monotonic() - began < 4
    assert done.reach is Reach.UNREACHABLE


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"SSH-1.5-old\r\n",
        b"SSH-2.0-x\r\n" + b"\0" * 64,
        b"SSH-2.0-x\r\n\xff\xff\xff\xff" + os.urandom(200),
        b"\0" * 100_000,
        b"SSH-2.0-x\r\n\x00\x00\x00\x0c\x04\x14" + b"\0" * 30,
    ],
)
def test_a_server_that_is_no_ssh_server_is_unreachable(sshd: Sshd, answer: bytes) -> None:
    with server(answer, hold=False) as port:
        done = visit(sshd, sshd.node(port=port), connect_limit=3.0)
    assert done.reach is Reach.UNREACHABLE
    assert done.detail
    assert done.detail.isprintable()


def test_the_nodes_time_limit_keeps_what_came_in(sshd: Sshd) -> None:
    probes = [ask("first", "echo 1"), ask("stuck", "sleep 30", limit=40), ask("last", "echo 3")]
    began = time.monotonic()
    done = visit(sshd, sshd.node(time_limit=8.0), probes)
    assert time.monotonic() - began < 12
    first, stuck, last = done.captures
    assert first.stdout == b"1\n"
    assert stuck.outcome is Outcome.TIMED_OUT
    assert last.outcome is Outcome.NOT_ASKED


@contextmanager
def relay(port: int, seconds: float) -> Iterator[int]:
    """Pass bytes on to a port, for so long; then the line is cut in both directions."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def pump(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)

        def serve() -> None:
            near, _ = listener.accept()
            with near, socket.create_connection(("127.0.0.1", port)) as far:
                pumps = [
                    threading.Thread(target=pump, args=ends) for ends in ((near, far), (far, near))
                ]
                for each in pumps:
                    each.start()
                time.sleep(seconds)
                for stream in (near, far):
                    stream.shutdown(socket.SHUT_RDWR)
                for each in pumps:
                    each.join(5)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        cut: int = listener.getsockname()[1]
        yield cut
        thread.join(10)


def test_a_connection_that_breaks_half_way_leaves_no_question_unaccounted(
    sshd: Sshd, tmp_path: Path
) -> None:
    probes = [
        ask("first", "echo 1"),
        ask("during", "sleep 20", limit=30),
        ask("last", "echo 3"),
        ask("scope", "echo 4", Where.NETNS),
        ask("each", "echo 5", Where.INTERFACE),
    ]
    with relay(sshd.port, 2.0) as port:
        known = tmp_path / "known_hosts"
        known.write_text(sshd.known_hosts.read_text().replace(str(sshd.port), str(port)))
        began = time.monotonic()
        done = visit(sshd, sshd.node(port=port, known_hosts=known), probes)
    assert time.monotonic() - began < 6
    assert done.reach is Reach.CUT_OFF
    assert "broke" in done.detail
    outcomes = {capture.question.probe: capture.outcome for capture in done.captures}
    assert outcomes.keys() == {probe.name for probe in probes}
    for name in ("during", "last", "scope", "each"):
        assert outcomes[name] in (Outcome.NOT_ASKED, Outcome.CUT_OFF)


def test_a_shell_that_is_no_shell_is_told(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", "ForceCommand echo go away >&2; exit 9") as sshd:
        done = visit(sshd)
    assert done.reach is Reach.NO_SHELL
    assert "go away" in done.detail
    assert "9" in done.detail


def test_sudo_that_refuses_is_told(tmp_path: Path) -> None:
    command = "ForceCommand echo 'sudo: a password is required' >&2; exit 1"
    with running_sshd(tmp_path / "sshd", command) as sshd:
        done = visit(sshd, sshd.node(sudo=True))
    assert done.reach is Reach.SUDO_REFUSED
    assert "a password is required" in done.detail


def test_a_login_that_prints_does_not_disturb(tmp_path: Path) -> None:
    noisy = 'ForceCommand echo Welcome; echo warn >&2; eval "$SSH_ORIGINAL_COMMAND"'
    with running_sshd(tmp_path / "sshd", noisy) as sshd:
        done = visit(sshd)
    assert (done.reach, done.captures[0].stdout) == (Reach.REACHED, b"hello\n")


def foreign_errors() -> list[type[BaseException]]:
    found = set()
    for module in pkgutil.iter_modules(paramiko.__path__):
        if module.name in ("_winapi", "win_openssh", "win_pageant"):
            continue
        for _, kind in inspect.getmembers(
            importlib.import_module(f"paramiko.{module.name}"), inspect.isclass
        ):
            if issubclass(kind, BaseException) and kind.__module__.startswith("paramiko"):
                found.add(kind)
    return sorted(found, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", foreign_errors())
def test_every_error_of_paramiko_has_its_own_sentence(kind: type[BaseException]) -> None:
    assert kind in REACHES


def test_an_error_says_place_and_reason() -> None:
    error = failure(ConnectionRefusedError(111, "Connection refused"), "root@k8s1:22")
    assert error.detail == "root@k8s1:22: connection refused: no SSH server on that port"
    hostile = failure(paramiko.SSHException("\x1b[2Jboo\n"), "k8s1")
    assert "\x1b" not in hostile.detail
    assert "boo" in hostile.detail
