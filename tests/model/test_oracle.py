"""The model against a plain simulation: one packet, one table scan and one hop at a time."""

from ipaddress import ip_address, ip_network

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from netsnap.model.revert import reverted
from parsers.records import NextHop, Route
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    facts,
    pod_of,
    veth_of,
)

ENDS = {
    "local": Disposition.DELIVERED,
    "blackhole": Disposition.BLACKHOLE,
    "unreachable": Disposition.UNREACHABLE,
    "prohibit": Disposition.PROHIBIT,
}
OWNERS = {address: node for node, address in NODES.items()}
VETHS = {(node, veth_of(node, 1)): address_of(node, 1) for node in NODES}
PREFIXES = (
    *BLOCKS.values(),
    *(f"{address_of(node, 1)}/32" for node in NODES),
    "192.168.0.0/16",
    "192.168.167.64/28",
    "0.0.0.0/0",
)
HOPS = (
    *(NextHop(address, NIC) for address in NODES.values()),
    NextHop("172.16.0.254", NIC),
    NextHop("", NIC),
    NextHop("172.16.0.57", NIC, flags=("dead",)),
)


@st.composite
def routes(draw: st.DrawFn, node: str) -> list[Route]:
    """Draw routes that somebody added to a node."""
    found = []
    others = tuple(hop for hop in HOPS if hop.gateway != NODES[node])
    hops = st.lists(
        st.sampled_from((*others, NextHop("", veth_of(node, 1)))), min_size=1, max_size=2
    )
    for prefix in draw(st.lists(st.sampled_from(PREFIXES), max_size=4)):
        kind = draw(st.sampled_from(["unicast"] * 4 + [*ENDS, "throw"][1:]))
        found.append(
            Route(
                4,
                "main",
                prefix,
                metric=draw(st.sampled_from([None, 5, 10])),
                type=kind,
                next_hops=tuple(draw(hops)) if kind == "unicast" else (),
            )
        )
    return found


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw a cluster of one pod a node, with odd routes before or after the good ones."""
    world = cluster(pods=1)
    for node in NODES:
        odd = draw(routes(node))
        if draw(st.booleans()):
            world[node, HOST] += odd
        else:
            world[node, HOST][:0] = odd
    return world


def simulate(world: World, node: str, target: str, ttl: int = 64) -> set[Disposition]:
    """Return every end that a packet which begins or arrives at a node can come to."""
    if ttl == 0:
        return {Disposition.LOOP}
    for table in ("local", "main"):
        found = _scan(world, node, table, target)
        if found is not None:
            if found.type in ENDS:
                return {ENDS[found.type]}
            alive = {hop for hop in found.next_hops if "dead" not in hop.flags}
            return set().union(*(_cross(world, node, hop, target, ttl) for hop in alive))
    return {Disposition.NO_ROUTE}


def _scan(world: World, node: str, table: str, target: str) -> Route | None:
    """Find the best route by looking at all of them."""
    found = [
        (-ip_network(record.prefix).prefixlen, record.metric or 0, at, record)
        for at, record in enumerate(world[node, HOST])
        if isinstance(record, Route)
        and record.table == table
        and ip_address(target) in ip_network(record.prefix)
        and not (record.type == "unicast" and all("dead" in h.flags for h in record.next_hops))
    ]
    best = min(found, default=None)
    return None if best is None or best[3].type == "throw" else best[3]


def _cross(world: World, node: str, hop: NextHop, target: str, ttl: int) -> set[Disposition]:
    veth = VETHS.get((node, hop.device))
    if veth is not None:
        return {Disposition.DELIVERED if veth == target else Disposition.NOT_OWNED}
    owner = OWNERS.get(hop.gateway or target)
    if owner is None or owner == node:
        return {Disposition.LEFT_CLUSTER}
    return simulate(world, owner, target, ttl - 1)


WORST = (Disposition.LEFT_CLUSTER, Disposition.DELIVERED)


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_a_walk_ends_as_the_simulation_does(world: World) -> None:
    network = Network.of(facts(world))
    for node in NODES:
        for target in (*(address_of(each, 1) for each in NODES), *NODES.values(), "203.0.113.9"):
            ends = simulate(world, node, target, ttl=9)
            said = network.walk((node, HOST), target).disposition
            if len(ends) > 1 and Disposition.DELIVERED in ends:
                assert said is Disposition.UNKNOWN  # the flow decides
                continue
            assert said in ends, (node, target)
            if Disposition.LOOP in ends:
                assert said is Disposition.LOOP
            elif ends - set(WORST):
                assert said not in WORST
            elif Disposition.LEFT_CLUSTER in ends:
                assert said is Disposition.LEFT_CLUSTER


@settings(max_examples=60, deadline=None)
@given(worlds(), worlds(), st.data())
def test_a_shared_network_says_what_a_new_one_says(
    was: World, now: World, data: st.DataObject
) -> None:
    before, after = facts(was), facts(now)
    changes = compare(before, after).changes
    chosen = [each for each in changes if data.draw(st.booleans())]
    network = Network.of(after)
    list(pairs(network))
    shared = reverted(network, chosen)
    new = Network.of(shared.facts)
    for node in NODES:
        place = (node, pod_of(node, 1))
        for target in NODES:
            address = address_of(target, 1)
            assert shared.walk(place, address) == new.walk(place, address)
