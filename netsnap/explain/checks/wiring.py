"""Workloads that run without a network: nobody wired them, or their sandbox was made anew."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.space import Space
from parsers.facts import Fact
from parsers.names import short_name
from parsers.records import Container, Interface, NetworkNamespace

ETHER = "ether"
Homes = Mapping[int, list[tuple[Fact, Container]]]
"""A workload's running containers by the namespace (inode) that they are in."""


def apart(case: Case) -> Iterator[Finding]:
    """Yield a finding for each workload whose containers are not all in one namespace."""
    for node in case.nodes:
        for workload, homes in _homes(case, node).items():
            of_sandbox = [
                inode for inode, held in homes.items() for _, c in held if c.role == "sandbox"
            ]
            if len(homes) > 1 and len(of_sandbox) == 1:
                yield from _left_behind(case, (node, workload), homes, of_sandbox[0])


def _left_behind(case: Case, place: tuple[str, str], homes: Homes, own: int) -> Iterator[Finding]:
    node, workload = place
    sandbox = next(each for each in homes[own] if each[1].role == "sandbox")
    left = [each for inode, held in homes.items() if inode != own for each in held]
    names = ", ".join(short_name(container) for _, container in left)
    sentence = (
        f"{names} of {workload} runs in the network namespace of an earlier sandbox; the sandbox "
        f"was started at {sandbox[1].started_at}"
    )
    space = case.network.spaces.get(place)
    wired = space is None or not space.sees(Interface.kind) or is_wired(space)
    severity = Severity.WARNING if wired else Severity.ERROR
    facts = (sandbox[0], *(fact for fact, _ in left))
    yield Finding(severity, node, workload, sentence, facts)


def _homes(case: Case, node: str) -> Mapping[str, Homes]:
    inodes = {
        pid: namespace.inode
        for _, namespace in case.of(NetworkNamespace, node)
        for pid in namespace.pids
    }
    found: dict[str, dict[int, list[tuple[Fact, Container]]]] = defaultdict(dict)
    for fact, container in case.of(Container, node):
        inode = inodes.get(container.pid or 0)
        if inode is not None and container.role and container.status == "running":
            found[container.workload].setdefault(inode, []).append((fact, container))
    return found


def unwired(case: Case) -> Iterator[Finding]:
    """Yield a finding for each workload that runs in a namespace without an interface but lo.

    One whose sandbox is elsewhere is ``apart``.
    """
    for endpoint in case.network.endpoints:
        space = case.network.spaces[endpoint.node, endpoint.netns]
        if space.dark or not space.sees(Interface.kind) or is_wired(space):
            continue
        if len(_homes(case, endpoint.node).get(endpoint.netns, ())) > 1:
            continue
        running = [
            (fact, container)
            for fact, container in case.of(Container, endpoint.node)
            if container.workload == endpoint.netns and container.status == "running"
        ]
        since = max((container.started_at for _, container in running), default="")
        told = f" since {since}" if since else ""
        sentence = f"{endpoint.name} runs{told} and has no interface but lo: nobody wired it"
        facts = (*(fact for _, (fact, _) in space.interfaces.items()), *(f for f, _ in running))
        yield Finding(Severity.ERROR, endpoint.node, endpoint.netns, sentence, facts)


def is_wired(space: Space) -> bool:
    """Say whether a namespace has an interface that leads anywhere.

    Those that a kernel with the module makes in every namespace (tunl0, sit0) lead nowhere.
    """
    return any(
        interface.link_type in ("", ETHER) and device != "lo"
        for device, (_, interface) in space.interfaces.items()
    )
