"""Every kind of queue and filter, as the ``tc`` of this machine prints it."""

import subprocess
from pathlib import Path

import pytest

from parsers.read import read_text
from parsers.records import Qdisc, TcFilter
from parsers.roles import Record
from tests.parsers.tc_messages import FILTERS, QDISCS, qdisc, tc_filter

pytestmark = pytest.mark.needs("tc")

COUNT_NOTHING_MORE = {"sfq", "netem", "prio", "mqprio", "mq", "pfifo", "pie"}
OLD_FQ = """\
qdisc fq 8001: dev eth0 root refcnt 2 limit 10000p flow_limit 100p buckets 1024
 Sent 1000 bytes 10 pkt (dropped 2, overlimits 5 requeues 1)
 backlog 4500b 3p requeues 1
  9 flows (10 inactive, 11 throttled), next packet delay 8 ns
  1 gc, 2 highprio, 3 retrans, 4 throttled, 12 ns latency, 5 flows_plimit
  6 too long pkts, 7 alloc errors
"""


def said(message: bytes, folder: Path, command: str) -> tuple[Record, ...]:
    """Return what is read in what ``tc`` prints of a message."""
    path = folder / "messages"
    path.write_bytes(message)
    words = ["tc", "-s", "monitor", "file", str(path)]
    printed = subprocess.run(words, capture_output=True, check=True).stdout
    reading = read_text(command, printed)
    assert reading.ledger.unknown == ()
    return reading.records


@pytest.mark.parametrize("kind", QDISCS)
def test_a_queue_of_any_kind_is_read(kind: str, tmp_path: Path) -> None:
    (found,) = said(qdisc(kind), tmp_path, "tc -s qdisc show")
    assert isinstance(found, Qdisc)
    assert (found.device, found.parent, found.handle, found.type) == ("lo", "root", "8001:", kind)
    assert bool(found.options) == (kind not in ("mq", "sfb"))
    assert (found.sent_bytes, found.sent_packets, found.requeues) == (1000, 10, 1)
    assert (found.dropped, found.overlimits, found.backlog) == (2, 5, "4500b 3p")
    assert kind in COUNT_NOTHING_MORE or found.statistics


def test_the_queues_of_mqprio_are_options(tmp_path: Path) -> None:
    (found,) = said(qdisc("mqprio"), tmp_path, "tc -s qdisc show")
    assert isinstance(found, Qdisc)
    assert "queues:(0:0) (1:1) (2:2) (3:3)" in found.options


def test_an_old_tcs_words_for_fq_are_counters_too() -> None:
    reading = read_text("tc -s qdisc", OLD_FQ.encode())
    assert reading.ledger.unknown == ()
    (found,) = reading.records
    assert isinstance(found, Qdisc)
    assert len(found.statistics) == 3


@pytest.mark.parametrize("kind", FILTERS)
def test_a_filter_of_any_kind_is_read(kind: str, tmp_path: Path) -> None:
    (found,) = said(tc_filter(kind), tmp_path, "tc -s filter show")
    assert isinstance(found, TcFilter)
    assert (found.device, found.type, found.preference) == ("lo", kind, 5)
    assert (found.protocol, found.chain, found.handle) == ("ip", 0, "0x1")
    where = {"bpf": "ingress", "flower": "ingress", "matchall": "egress", "fw": "1:"}
    assert found.parent == where[kind]
    assert found.rule


@pytest.mark.parametrize("kind", ["flower", "matchall"])
def test_what_an_action_did_is_no_state(kind: str, tmp_path: Path) -> None:
    (found,) = said(tc_filter(kind), tmp_path, "tc -s filter show")
    assert isinstance(found, TcFilter)
    assert "action order 1: gact action drop" in found.rule
    assert not any("Sent" in line or "sec" in line for line in found.rule)
    assert "Sent 500 bytes 5 pkt (dropped 1, overlimits 0 requeues 0)" in found.counters
