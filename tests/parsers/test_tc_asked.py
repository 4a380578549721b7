"""Of which devices the filters and classes of ``tc`` are asked for, by their queues."""

import subprocess
from pathlib import Path

from parsers import catalogue

QUEUES = """\
qdisc noqueue 0: dev lo root refcnt 2
qdisc mq 0: dev eth0 root
qdisc fq_codel 0: dev eth0 parent :1 limit 10240p flows 1024 quantum 1514
qdisc prio 1: dev eth1 root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1
qdisc htb 10: dev eth1 parent 1:1 r2q 10 default 0x1 direct_packets_stat 0
qdisc htb 20: dev eth1 parent 1:2 r2q 10 default 0x1 direct_packets_stat 0
qdisc clsact ffff: dev eth1 parent ffff:fff1
qdisc fq_codel 8001: dev eth2 root refcnt 2 limit 10240p flows 1024 quantum 1514
qdisc fq_codel 0: dev eth3 root refcnt 2 limit 10240p flows 1024 quantum 1514
qdisc ets 5: offloaded dev eth4 root refcnt 9 bands 3 strict 3
qdisc ingress ffff: dev eth5 parent ffff:fff1 ----------------
"""
"""As ``tc qdisc show`` prints them; the kernel of a test has few of these kinds."""


def asked(probe: str, folder: Path) -> list[str]:
    """Run a question where ``tc`` tells of these queues; return the headings of its answer."""
    (folder / "queues").write_text(QUEUES)
    program = folder / "tc"
    program.write_text(f'#!/bin/sh\n[ "$*" != "qdisc show" ] || exec cat {folder}/queues\n')
    program.chmod(0o755)
    words = ["sh", "-c", catalogue.entry(probe).probe.command]
    path = {"PATH": f"{folder}:/usr/bin:/bin"}
    done = subprocess.run(words, env=path, capture_output=True, text=True, check=True)
    assert not done.stderr
    return [line.removeprefix("device ") for line in done.stdout.splitlines()]


def test_filters_are_asked_of_every_queue_that_can_have_one(tmp_path: Path) -> None:
    assert asked("tc-filter", tmp_path) == [
        "eth1 parent 1:",
        "eth1 parent 10:",
        "eth1 parent 20:",
        "eth1 parent ffff:fff2",
        "eth1 parent ffff:fff3",
        "eth2 parent 8001:",
        "eth3 parent 0:",
        "eth4 parent 5:",
        "eth5 parent ffff:",
    ]


def test_classes_below_another_queue_are_asked_for_once_a_device(tmp_path: Path) -> None:
    assert asked("tc-class", tmp_path) == ["eth1", "eth4"]
