"""The catalogue's commands, run here, in every shell that a node may have."""

import re
import subprocess
from collections import Counter

import pytest

from collector.probe import Where
from parsers import catalogue
from parsers.entry import Entry
from parsers.records import RECORDS, Sysctl
from parsers.text import Text, decode

SHELLS = [
    pytest.param(shell, marks=pytest.mark.needs(shell[0]))
    for shell in (("dash", "-c"), ("bash", "-c"), ("busybox", "sh", "-c"))
]
KERNEL = ("node", "sysctl", "sysctl-node", "protocol-counters", "softnet")
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

every_entry = pytest.mark.parametrize(
    "entry", catalogue.ENTRIES, ids=[each.probe.name for each in catalogue.ENTRIES]
)


def test_names_are_unique() -> None:
    assert max(Counter(probe.name for probe in catalogue.PROBES).values()) == 1


def test_every_kind_of_record_is_read_by_some_entry() -> None:
    assert {kind for entry in catalogue.ENTRIES for kind in entry.kinds} == set(RECORDS)


@every_entry
def test_a_command_is_found_by_its_own_text(entry: Entry) -> None:
    assert catalogue.find(entry.probe.name) is entry
    assert catalogue.find(entry.probe.text("eth0")).reader is entry.reader


@every_entry
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_a_command_is_posix_sh(entry: Entry, shell: tuple[str, ...]) -> None:
    parsed = subprocess.run(
        [*shell[:-1], "-n"], input=entry.probe.command.encode(), capture_output=True, check=False
    )
    assert parsed.returncode == 0, parsed.stderr


@pytest.mark.parametrize("name", KERNEL)
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_the_kernels_files_are_read_whole_in_every_shell(name: str, shell: tuple[str, ...]) -> None:
    entry = catalogue.entry(name)
    said = subprocess.run(
        [*shell, entry.probe.command], capture_output=True, check=True, env=ENVIRONMENT
    )
    assert said.stderr == b""
    reading = entry.reader(Text(decode(said.stdout), name))
    assert reading.records
    assert reading.ledger.unknown == ()
    assert reading.blind == ""


def test_the_switches_are_named_as_sysctl_names_them() -> None:
    text = "net/ipv4/conf/eth0.5/rp_filter = 2\nnet.ipv4.conf.eth0/5.rp_filter = 2\n"
    reading = catalogue.entry("sysctl").reader(Text(text))
    assert reading.records == (Sysctl("net.ipv4.conf.eth0/5.rp_filter", "2"),) * 2


def test_an_interface_probe_alone_asks_about_its_first_argument() -> None:
    for entry in catalogue.ENTRIES:
        command = entry.probe.command
        makes_its_own = re.search(r"\bset -- |\(\) [{(]", command)
        if entry.probe.where is Where.INTERFACE:
            assert '"$1"' in command
        elif not makes_its_own:
            assert '"$1"' not in command, entry.probe.name
