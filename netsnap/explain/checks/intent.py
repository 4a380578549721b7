"""Blocks, pools and endpoints as Calico has them, held against the kernels' routes and devices."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.datastore import Datastore, Told
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.disposition import Endpoint
from netsnap.model.numbers import WIDTH, Block, block
from parsers.facts import Fact
from parsers.records import Address, Interface, Route

_DEVICES = {("ipip", 4): "tunl0", ("vxlan", 4): "vxlan.calico", ("vxlan", 6): "vxlan-v6.calico"}
_ON = frozenset({"Always", "CrossSubnet"})
_ALL = frozenset({"", "all()"})
_NAMES = {"ipip": "IP in IP", "vxlan": "VXLAN"}


def intent(case: Case) -> Iterator[Finding]:
    """Yield a finding for each block without routes, and each pool whose tunnel is not there."""
    store = Datastore(case)
    yield from _affinities(case, store)
    yield from _tunnels(case, store)
    yield from _unwanted(case, store)


def endpoints(case: Case) -> Iterator[Finding]:
    """Yield a finding for each of Calico's endpoints that no workload is, or another one."""
    store = Datastore(case)
    workloads = {(each.node, each.name): each for each in case.network.endpoints}
    for told in store.objects("WorkloadEndpoint"):
        node = store.node(told.spec.get("node", ""))
        pod = told.spec.get("pod", "")
        if node and pod:
            yield from _endpoint(case, node, f"{told.namespace}/{pod}", told, workloads)


def _affinities(case: Case, store: Datastore) -> Iterator[Finding]:
    """Only where some node has a blackhole for its own: not every way to route has them."""
    held: dict[str, list[tuple[Fact, Route]]] = {}
    for fact, route in case.of(Route, netns=HOST):
        if route.table == "main":
            held.setdefault(route.prefix, []).append((fact, route))
    dropped = {
        (fact.key.node, prefix)
        for prefix, routes in held.items()
        for fact, route in routes
        if route.type == "blackhole"
    }
    for told in store.objects("BlockAffinity"):
        node, cidr = store.node(told.spec.get("node", "")), told.spec.get("cidr", "")
        if node and _is_block(cidr) and told.spec.get("state", "confirmed") == "confirmed":
            if told.spec.get("deleted") == "true" or not case.sees(node, Route, block(cidr).family):
                continue
            known = [fact for fact, route in held.get(cidr, []) if fact.key.node != node]
            if (node, cidr) in dropped:
                continue  # a block that is there: ``blocks`` asks who knows it
            if dropped:
                yield _undropped(node, cidr, told, known)
            if not known and _others_see(case, node, block(cidr)):
                sentence = f"no other node has a route to {cidr}, a block of {node}"
                yield Finding(Severity.ERROR, node, HOST, sentence, (told.fact,))


def _is_block(cidr: str) -> bool:
    try:
        found = block(cidr)
    except ValueError:
        return False
    return found.length < WIDTH[found.family]


def _undropped(node: str, cidr: str, told: Told, known: list[Fact]) -> Finding:
    sentence = f"{node} has no blackhole for {cidr}, which Calico has as a block of {node}"
    return Finding(Severity.WARNING, node, HOST, sentence, (told.fact, *known[:1]))


def _others_see(case: Case, node: str, cidr: Block) -> bool:
    others = [other for other in case.nodes if other != node]
    return bool(others) and all(case.sees(other, Route, cidr.family) for other in others)


def _tunnels(case: Case, store: Datastore) -> Iterator[Finding]:
    for told in store.objects("IPPool"):
        if told.spec.get("nodeSelector", "") not in _ALL:
            continue
        for kind, mode in _modes(told):
            device = _DEVICES[kind, block(told.spec["cidr"]).family]
            for node in case.nodes:
                if case.sees(node, Interface):
                    yield from _tunnel(case, node, told, device, f"{_NAMES[kind]}: {mode}")


def _modes(told: Told) -> Iterator[tuple[str, str]]:
    """Yield the encapsulations of a pool that is used, of Calico v3 or older."""
    cidr = told.spec.get("cidr", "")
    if not _is_block(cidr) or told.spec.get("disabled") == "true":
        return
    family = block(cidr).family
    for kind in _NAMES:
        mode = told.spec.get(f"{kind}Mode", "")
        if told.spec.get(f"{kind}.enabled") == "true":
            mode = told.spec.get(f"{kind}.mode", "always")
        mode = {"always": "Always", "cross-subnet": "CrossSubnet"}.get(mode, mode)
        if mode in _ON and (kind, family) in _DEVICES:
            yield kind, mode


def _tunnel(case: Case, node: str, told: Told, device: str, wanted: str) -> Iterator[Finding]:
    found = next((e for e in case.of(Interface, node, HOST) if e[1].name == device), None)
    what = f"{node} has no {device}" if found is None else f"{device} of {node} is down"
    if found is None or "UP" not in found[1].flags:
        severity = Severity.ERROR if wanted.endswith("Always") else Severity.WARNING
        sentence = f"{what}, and the pool {told.spec['cidr']} wants {wanted}"
        yield Finding(severity, node, HOST, sentence, (told.fact, *([found[0]] if found else [])))


def _unwanted(case: Case, store: Datastore) -> Iterator[Finding]:
    """Yield the routes between nodes that use a tunnel that their pool does not want, or none."""
    pools = [each for each in store.objects("IPPool") if _is_block(each.spec.get("cidr", ""))]
    if not store.lists("IPPool"):
        return
    tunnels = frozenset(_DEVICES.values())
    for fact, route in case.of(Route, netns=HOST):
        pool = _pool_of(route, pools) if route.table == "main" else None
        if pool is None or not any(hop.gateway for hop in route.next_hops):
            continue
        family = block(route.prefix).family
        modes = dict(_modes(pool))
        wanted = {_DEVICES[kind, family] for kind in modes}
        used = {hop.device for hop in route.next_hops} & tunnels
        must = "Always" in modes.values() and not used
        if used - wanted or must:
            way = f"by {', '.join(sorted(used))}" if used else "without a tunnel"
            how = " and ".join(f"{_NAMES[k]}: {m}" for k, m in modes.items()) or "no tunnel"
            sentence = f"{fact.key.node} sends {route.prefix} {way}, and its pool wants {how}"
            yield Finding(Severity.WARNING, fact.key.node, HOST, sentence, (fact, pool.fact))


def _pool_of(route: Route, pools: list[Told]) -> Told | None:
    """Return the narrowest pool that a block is of."""
    prefix = block(route.prefix)
    around = [
        (found.length, pool)
        for pool in pools
        if (found := block(pool.spec["cidr"])).meets(prefix) and found.length <= prefix.length
    ]
    return max(around, key=lambda each: each[0])[1] if around else None


def _endpoint(
    case: Case, node: str, name: str, told: Told, workloads: dict[tuple[str, str], Endpoint]
) -> Iterator[Finding]:
    networks = told.spec.get("ipNetworks", "").strip("[]").split(",")
    wanted = {each.strip().partition("/")[0] for each in networks} - {""}
    device, found = told.spec.get("interfaceName", ""), workloads.get((node, name))
    names = {interface.name for _, interface in case.of(Interface, node, HOST)}
    if found is None:
        if device not in names and case.sees(node, Interface):
            sentence = (
                f"Calico has an endpoint for {name} on {node}, and there is neither it nor {device}"
            )
            yield Finding(Severity.NOTICE, node, HOST, sentence, (told.fact,))
    elif device and device not in names and case.sees(node, Interface):
        sentence = f"{node} has no {device}, by which Calico reaches {name}"
        yield Finding(Severity.ERROR, node, HOST, sentence, (told.fact,))
    elif case.facts.sees(node, found.netns, Address.kind) and not wanted <= set(found.addresses):
        sentence = (
            f"Calico has {', '.join(sorted(wanted))} for {name} on {node}, which has "
            f"{', '.join(found.addresses)}"
        )
        facts = (told.fact, *(f for f, _ in case.of(Address, node, found.netns)))
        yield Finding(Severity.ERROR, node, found.netns, sentence, facts[:3])
