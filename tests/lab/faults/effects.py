"""Waiting for what a fault does. The bound follows from BIRD's timers."""

from collections.abc import Callable, Iterable
from functools import partial

from tests.lab.faults.fault import Pair, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import NODES, PODS, TIMERS, Pod


def block_withdrawn(lab: Lab, of: str, *, at: Iterable[str]) -> None:
    """Wait until the nodes ``at`` have no route to the block of node ``of``.

    A dead session takes at most the hold time, and the graceful restart time if the session was
    closed and not timed out.
    """
    timers = TIMERS[lab.state.timers]
    limit = timers.hold + timers.graceful_restart + 20.0
    block = lab.nodes[of].block
    for node in at:
        gone = partial(_has_no_route, lab, node, block)
        wait_until(gone, limit, f"{node} drops its route to {block}")


def _has_no_route(lab: Lab, node: str, block: str) -> bool:
    return not lab.run(node, f"ip route show exact {block}").strip()


def pairs_lost(lab: Lab, pairs: frozenset[Pair], limit: float = 20.0) -> None:
    """Wait until these pairs do not answer."""
    wait_until(lambda: pairs <= lab.lost_pairs(), limit, f"{len(pairs)} pairs are lost")


def wait_until_some_lost(lab: Lab, limit: float = 20.0) -> None:
    """Wait until any pair does not answer."""
    wait_until(lambda: bool(lab.lost_pairs()), limit, "a pair is lost")


def outside_lost(lab: Lab, workloads: frozenset[str], limit: float = 20.0) -> None:
    """Wait until these workloads do not reach the outside."""
    wait_until(
        lambda: not any(lab.ping_outside()[name] for name in workloads),
        limit,
        f"{len(workloads)} workloads lose the outside",
    )


def whole(lab: Lab) -> None:
    """Wait until nothing is lost."""
    lab.wait_whole()


def cut_off(pod: Pod) -> Callable[[Lab], None]:
    """Wait until a pod reaches nobody, the outside neither, and nobody reaches it."""

    def settled(lab: Lab) -> None:
        pairs_lost(lab, across((pod,), PODS.values()))
        outside_lost(lab, frozenset({pod.workload}))

    return settled


def unknown_to_others(node: str) -> Callable[[Lab], None]:
    """Wait until the other nodes have dropped a node's block, and no pod of it reaches theirs."""
    others = tuple(each.name for each in NODES if each.name != node)
    lost = across(pods_on(node), elsewhere(node))

    def settled(lab: Lab) -> None:
        block_withdrawn(lab, node, at=others)
        pairs_lost(lab, lost)

    return settled
