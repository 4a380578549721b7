"""Where pings are lost: what those that were lost have in common, and what was answered beside."""

from collections.abc import Iterable, Iterator, Sequence

from netsnap.explain.pings import FULL, SMALL, Seen


def scope(lost: Sequence[Seen], tested: Sequence[Seen], every: Iterable[Seen]) -> str:
    """Return clauses that tell the scope of ``lost`` among ``tested``, pings of the same sort.

    ``every`` are all pings of the snapshot, the nodes' own among them; without them nothing is said
    of what is answered beside.
    """
    seen = list(every)
    clauses = (*_common(lost, tested), *(_beside(lost, seen) if seen else ()))
    return "".join(f"; {clause}" for clause in clauses)


def _common(lost: Sequence[Seen], tested: Sequence[Seen]) -> Iterator[str]:
    """Say what all lost pings have in common, the narrowest thing."""
    ways = {seen.way for seen in lost}
    if len(lost) == 1:
        yield f"it is {lost[0].pair[0]} → {lost[0].pair[1]} alone"
        return
    if len(lost) == len(tested):
        return
    for name in sorted(set(lost[0].pair)):
        across = [s for s in tested if name in s.pair and len(s.nodes) > 1]
        if all(name in s.pair for s in lost) and across and all(s.way in ways for s in across):
            yield f"they are all that leave the node to and from {name}"
            return
    if ways == {seen.way for seen in tested if len(seen.nodes) > 1}:
        yield "they are all that go from one node to another"
        return
    yield from _of_nodes(lost, tested)


def _of_nodes(lost: Sequence[Seen], tested: Sequence[Seen]) -> Iterator[str]:
    nodes = lost[0].nodes
    if all(seen.nodes == nodes for seen in lost):
        whole = len(lost) == sum(seen.nodes == nodes for seen in tested)
        names = " and ".join(sorted(nodes))
        where = f"between {names}" if len(nodes) > 1 else f"inside {names}"
        yield f"they are {'all ' if whole else ''}{where}"
        return
    for node in sorted(nodes):
        if all(node in seen.nodes for seen in lost):
            whole = len(lost) == sum(node in s.nodes and len(s.nodes) > 1 for s in tested)
            yield f"they are {'all ' if whole else ''}to and from {node}"
            return


def _beside(lost: Sequence[Seen], every: Sequence[Seen]) -> Iterator[str]:
    """Say what is answered, or lost, on the same ways in another size and between the nodes."""
    if lost[0].ping.size == FULL:
        yield "small packets pass: an MTU black hole"
        return
    between = {seen.nodes for seen in lost if len(seen.nodes) > 1}
    if not between:
        yield "the packets do not leave the node: a filter there that the model does not read"
    elif not lost[0].of_nodes:
        nodes = [s for s in every if s.of_nodes and s.nodes in between and s.ping.size == SMALL]
        if nodes and all(seen.answered for seen in nodes):
            yield (
                "the nodes answer each other: what is between them drops the workloads' "
                "addresses, or a filter does that the model does not read"
            )
        elif any(seen.lost for seen in nodes):
            yield "the nodes do not all answer each other either"
