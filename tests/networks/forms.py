"""The lines of which a node has one for each of its pods, and how one of these may differ."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random

from parsers.records import (
    FilterRule,
    IpSet,
    IpSetMember,
    IptablesRule,
    Neighbour,
    NextHop,
    Route,
    Rule,
    Sysctl,
    TcFilter,
    XfrmPolicy,
)
from parsers.roles import Record
from parsers.verdicts import of_iptables
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    address_of,
    veth_of,
)
from tests.networks.cast import STRANGERS, mac_of

Form = Callable[[str, int], Iterable[Record]]
"""The lines for one pod, by its node and number."""


Forms = tuple[Form, Form, list[Record]]


def _routes(random: Random) -> Forms:
    def usual(node: str, pod: int) -> list[Record]:
        hop = NextHop("", veth_of(node, pod))
        return [Route(4, "main", f"{address_of(node, pod)}/32", next_hops=(hop,), metric=metric)]

    def odd(node: str, pod: int) -> list[Record]:
        (route,) = usual(node, pod)
        assert isinstance(route, Route)
        (hop,) = route.next_hops
        hops = (
            replace(hop, flags=("linkdown",)), replace(hop, flags=("dead",)),
            replace(hop, gateway=address_of(node, pod)), replace(hop, encap="mpls 100"),
            replace(hop, device=veth_of(node, pod % 4 + 1)),
        )  # fmt: skip
        changed = (
            replace(route, next_hops=(random.choice(hops),)), replace(route, tos="0x10"),
            replace(route, type="prohibit", next_hops=()), replace(route, table="100"),
            replace(route, from_prefix=BLOCKS[node]),
        )  # fmt: skip
        return [random.choice(changed)]

    metric = random.choice((None, None, 5))
    return usual, odd, []


def _rules(random: Random) -> Forms:
    side = random.choice(("from all to {}", "from {}", "from all iif {}", "from {} fwmark 0x1"))
    action = random.choice(("lookup main", "lookup 100", "lookup main suppress_prefixlength 0"))

    def said(node: str, pod: int, priority: int, what: str) -> list[Record]:
        name = veth_of(node, pod) if "iif" in side else address_of(node, pod)
        return [Rule(4, priority, side.format(name), what)]

    others = ((100, "blackhole"), (100, "lookup local"), (40000, action), (100, "nop"), (0, action))
    odd = random.choice(others)
    table = [Route(4, "100", "0.0.0.0/0", next_hops=(NextHop("172.16.0.254", NIC),))]
    return (
        lambda node, pod: said(node, pod, 100, action),
        lambda node, pod: said(node, pod, *odd),
        [*table],
    )


def _switches(random: Random) -> Forms:
    name = random.choice(("forwarding", "rp_filter", "proxy_arp", "arp_ignore", "arp_filter"))
    first, other = random.sample("012", 2)

    def said(node: str, pod: int, value: str) -> list[Record]:
        return [Sysctl(f"net.ipv4.conf.{veth_of(node, pod)}.{name}", value)]

    return lambda node, pod: said(node, pod, first), lambda node, pod: said(node, pod, other), []


def _lines(random: Random) -> Forms:
    """Lines of nftables, with or without what decides after them."""
    match = random.choice(
        ("ip saddr {1}", "ip daddr {1}", 'iifname "{0}"', 'oifname "{0}"', "ip saddr {1}-{1}",
         "ip daddr != {1}", 'iifname "{0}*"', "ip daddr { {1}, 10.1.2.3 }", "ip saddr @some")
    )  # fmt: skip
    ends = random.choice((("accept", "drop"), ("drop", "accept"), ("jump one", "jump other")))
    hook = random.choice(("forward", "forward", "input", "postrouting"))
    table, policy = "ip kin", random.choice(("accept", "accept", "drop"))

    def said(node: str, pod: int, end: str) -> list[Record]:
        text = match.replace("{0}", veth_of(node, pod)).replace("{1}", address_of(node, pod))
        return [FilterRule(table, hook, f"{text} {end}")]

    sets = (f"{address_of(random.choice(list(NODES)), 1)}", random.choice(list(BLOCKS.values())))
    common: list[Record] = [
        FilterRule(table, hook, f"type filter hook {hook} priority filter; policy {policy};"),
        FilterRule(table, "one", "counter"),
        FilterRule(table, "other", "ct state new drop"),
        FilterRule(table, "set some", "type ipv4_addr", elements=(random.choice(sets),)),
    ]
    return (
        lambda node, pod: said(node, pod, ends[0]),
        lambda node, pod: said(node, pod, ends[1]),
        common,
    )


def _legacy(random: Random) -> Forms:
    match = random.choice(
        ("-s {1}/32", "-d {1}/32", "-i {0}", "-o {0}", "! -i {0}", "-o {0}+", "! -s {1}/32",
         "-m set --match-set kin src", "-m set --match-set kin dst",
         "-m iprange --src-range {1}-{1}")
    )  # fmt: skip
    ends = random.choice((("ACCEPT", "DROP"), ("DROP", "ACCEPT"), ("RETURN", "DROP")))
    chain = random.choice(("FORWARD", "FORWARD", "INPUT"))

    def said(node: str, pod: int, at: int) -> list[Record]:
        veth, own, end = veth_of(node, pod), address_of(node, pod), ends[at]
        line = f"{match.replace('{0}', veth).replace('{1}', own)} -j {end}"
        rule = IptablesRule("ip", "legacy", "filter", chain, line, verdict=of_iptables(end))
        member = IpSetMember("kin", own, options=("nomatch",) if at and random_options else ())
        return [rule, *((member,) if not at or random_options else ())]

    random_options = random.random() < 0.5
    policy = random.choice(("accept", "accept", "drop"))
    timeout = random.choice(((), (address_of(random.choice(list(NODES)), 1),)))
    common: list[Record] = [
        IptablesRule("ip", "legacy", "filter", chain, "policy", verdict=policy),
        IpSet("kin", random.choice(("hash:ip", "hash:net")), expiring=timeout),
        IpSetMember("kin", random.choice(("192.168.86.0/30", "192.168.167.64/30", "10.0.0.0/8"))),
    ]
    return lambda node, pod: said(node, pod, 0), lambda node, pod: said(node, pod, 1), common


def _policies(random: Random) -> Forms:
    way = random.choice(("in", "out", "fwd", "fwd"))
    usual = XfrmPolicy("0.0.0.0/0", "0.0.0.0/0", "", way, action="allow", priority=2)
    if random.random() < 0.4:
        usual = replace(usual, action="block")
    turned = "block" if usual.action == "allow" else "allow"
    changed = (
        replace(usual, action=turned), replace(usual, templates=("proto esp",)),
        replace(usual, direction="out"), replace(usual, mark="0x1/0xf"),
        replace(usual, priority=5), replace(usual, selector=f"dev {NIC}"),
        replace(usual, selector="proto tcp"), replace(usual, if_id="0x1"),
        replace(usual, policy_type="sub"),
    )  # fmt: skip
    odd = random.choice(changed)
    side = random.choice(("source", "destination"))

    def said(node: str, pod: int, policy: XfrmPolicy) -> list[Record]:
        own = f"{address_of(node, pod)}/32"
        is_source = side == "source"
        return [replace(policy, source=own) if is_source else replace(policy, destination=own)]

    blocked = replace(usual, source=random.choice(list(BLOCKS.values())), action="block")
    common: list[Record] = [replace(blocked, priority=3)] if random.random() < 0.5 else []
    return lambda node, pod: said(node, pod, usual), lambda node, pod: said(node, pod, odd), common


def _traffic(random: Random) -> Forms:
    """Filters of traffic control, which may give a mark that something asks for."""
    kinds = random.sample(("u32", "bpf", "flower", ""), 2)

    def said(node: str, pod: int, kind: str) -> list[Record]:
        rule = ("action order 1: skbedit mark 1",) if kind == "flower" else ()
        held = TcFilter(veth_of(node, pod), "ingress", 1, "ip", kind, rule=rule)
        return [held] if kind else []

    asking: list[list[Record]] = [
        [Rule(4, 90, "from all fwmark 0x1", "blackhole")],
        [
            FilterRule("ip marks", "f", "type filter hook forward priority filter; policy accept;"),
            FilterRule("ip marks", "f", "meta mark 0x1 drop"),
        ],
    ]
    return (
        lambda node, pod: said(node, pod, kinds[0]),
        lambda node, pod: said(node, pod, kinds[1]),
        random.choice(asking),
    )


def _known(random: Random) -> Forms:
    """Whom a node knows its pods by: their hardware address, or another's."""
    kept, other = random.choice(
        (("resolved", "failed"), ("resolved", "permanent"), ("permanent", "unresolved"))
    )
    stranger = random.choice((*STRANGERS, ""))
    flags = random.choice(((), ("proxy",)))

    def usual(node: str, pod: int) -> list[Record]:
        return [Neighbour(4, address_of(node, pod), veth_of(node, pod), mac_of(node, pod), kept)]

    def odd(node: str, pod: int) -> list[Record]:
        ends = address_of(node, pod), veth_of(node, pod)
        return [Neighbour(4, *ends, stranger or mac_of(node, pod), other, flags)]

    return usual, odd, []


FORMS: tuple[Callable[[Random], Forms], ...] = (
    *(_routes, _rules, _switches, _lines, _lines, _legacy, _legacy, _policies, _traffic, _known),
)
