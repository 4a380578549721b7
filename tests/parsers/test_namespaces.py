"""Which network namespaces a node has: no file looks like one, and no hidden list looks whole."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome, Question
from parsers import catalogue
from parsers.assemble import assemble
from parsers.read import read, read_text
from parsers.records import NetworkNamespace
from tests.parsers.test_assemble import snapshot_of
from tests.parsers.test_catalogue import ENVIRONMENT, SHELLS

COMMAND = catalogue.entry("netns").probe.command
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root")

ALONE = ("unshare", "--pid", "--mount", "--net", "--fork", "--mount-proc")
LEFT_BEHIND = """
grep ' - nsfs ' /proc/self/mountinfo | cut -d ' ' -f 5 |
  xargs -r -n 1 umount 2>/dev/null || true  # another test may have taken its own away by now
mount -t tmpfs none /run
mkdir -p /run/netns /run/docker/netns
ip netns add mounted
ip netns add "with blank"
touch /run/docker/netns/left-behind /run/netns/left-behind /run/docker/netns/other-kind
mount --bind /proc/self/ns/uts /run/docker/netns/other-kind
"""


def _capture(out: bytes, err: bytes = b"", status: int = 0) -> Capture:
    return Capture("k8s2", Question("netns"), "", Outcome.ANSWERED, status, out, err)


def _asked(shell: tuple[str, ...], setting: str = "", command: str = COMMAND) -> Capture:
    """Ask in namespaces of our own, after ``setting`` has been laid out there."""
    laid = ["sh", "-ec", f'{setting}\nexec "$@"', "sh", *shell, command]
    said = subprocess.run([*ALONE, *laid], capture_output=True, check=False, env=ENVIRONMENT)
    return _capture(said.stdout, said.stderr, said.returncode)


@needs_root
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_only_a_mounted_namespace_is_one_and_no_file_that_a_mount_left_behind(
    shell: tuple[str, ...],
) -> None:
    reading = read(_asked(shell, LEFT_BEHIND))
    assert (reading.blind, reading.ledger.unknown) == ("", ())
    found = [each for each in reading.records if isinstance(each, NetworkNamespace)]
    mounts = sorted(mount for each in found for mount in each.mounts)
    assert mounts == ["mounted", "with\\040blank"]
    assert sum(1 in each.pids for each in found) == 1


@needs_root
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@pytest.mark.parametrize("kind", ["proc proc", "nsfs nsfs"])
def test_the_mounts_of_an_old_kernel_are_listed_by_their_inode(
    shell: tuple[str, ...], kind: str, tmp_path: Path
) -> None:
    place = tmp_path / "netns"
    place.mkdir()
    (place / "router").touch()
    table = tmp_path / "mountinfo"
    table.write_text(
        f"97 142 0:60 / {place}/router rw,nosuid,relatime - {kind} rw\n"
        f"98 142 0:61 / {place}/other rw,nosuid,relatime - tmpfs proc rw\n"
        "20 1 0:3 / /proc rw,relatime - proc proc rw\n"
    )
    setting = f"mount --bind /proc/self/ns/net {place}/router"
    command = COMMAND.replace("/proc/self/mountinfo", str(table))
    reading = read(_asked(shell, setting, command))
    assert reading.blind == ""
    (own,) = reading.records
    assert isinstance(own, NetworkNamespace)
    assert own.mounts == (f"{place}/router",)
    assert own.pids[0] == 1


@needs_root
def test_a_table_of_mounts_that_cannot_be_read_is_blind() -> None:
    command = COMMAND.replace("/proc/self/mountinfo", "/proc/self/no-such-table")
    assert "no-such-table" in read(_asked(("sh", "-c"), command=command)).blind


def test_what_stands_where_a_mount_was_comes_and_goes_without_a_change() -> None:
    own = b"4026531840 /proc/1/ns/net\n4026531840 /proc/7/ns/net\n"
    stale = own + b"31 /run/docker/netns/0a9908c68f05\n32 /run/netns/blue\n"
    listed = [assemble(snapshot_of(read(_capture(said)))).netns for said in (own, stale)]
    assert listed[0] == listed[1] == {("k8s2", "host"): "host"}


def test_the_namespace_of_a_process_is_one_whatever_its_number() -> None:
    assert len(read_text("netns", b"31 /proc/1/ns/net\n").records) == 1


def test_a_list_without_the_first_process_is_blind() -> None:
    own = b"4026531840 /proc/700/ns/net\n"
    assert re.search("first process", read(_capture(own)).blind)
    assert read(_capture(b"")).blind
