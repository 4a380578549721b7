"""What interfaces counted as lost since t1 is an event; drops and new interfaces tell nothing."""

import pytest

from collector.capture import HOST
from parsers.records import InterfaceCounters
from tests.explain.test_explain import told
from tests.model.cluster import NIC, NODES, cluster


def _witnesses(before: InterfaceCounters, after: InterfaceCounters, *nodes: str) -> list[str]:
    worlds = cluster(), cluster()
    for world, counted in zip(worlds, (before, after), strict=True):
        for node in NODES:
            world[node, HOST].append(counted if node in nodes else before)
    return [line for line in told(*worlds).witnesses if "lost packets" in line]


def _counted(index: int = 2, **counts: int) -> InterfaceCounters:
    known = {"rx_errors": 0, "rx_crc_errors": 0, "rx_missed_errors": 0}
    return InterfaceCounters(NIC, index, **{**known, **counts})


def test_losses_since_t1_are_told_with_whether_other_nodes_have_some() -> None:
    was, now = _counted(rx_crc_errors=7), _counted(rx_crc_errors=37, rx_errors=30)
    line = f"{NIC} of k8s3 lost packets since t1: rx_errors +30, rx_crc_errors +30"
    assert _witnesses(was, now, "k8s3") == [f"{line}; no other node did"]
    assert line in _witnesses(was, now, "k8s2", "k8s3")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (_counted(rx_errors=7), _counted(rx_errors=7)),
        (_counted(rx_errors=7), _counted(rx_errors=3)),
        (_counted(rx_errors=7), _counted(9, rx_errors=30)),
        (_counted(rx_dropped=7), _counted(rx_dropped=30)),
        (_counted(), _counted(tx_errors=30)),
    ],
    ids=["old ones", "reset", "made anew", "drops", "not counted before"],
)
def test_what_may_be_no_loss_is_not_told(was: InterfaceCounters, now: InterfaceCounters) -> None:
    assert _witnesses(was, now, "k8s3") == []
