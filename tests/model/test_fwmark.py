"""Routing rules that ask for a mark, and the marks that a namespace's filters may set."""

import pytest

from collector.capture import HOST
from netsnap.model.fib import Packet
from netsnap.model.fwmark import ALL_BITS, asks
from netsnap.model.network import Network
from parsers.records import FilterRule, IptablesRule, Route, Rule, TcFilter
from parsers.roles import Record
from tests.model.cluster import address_of, cluster, facts

HOST2 = ("k8s2", HOST)


def nft(rule: str) -> FilterRule:
    return FilterRule("ip filter", "cali-FORWARD", rule)


def iptables(rule: str) -> IptablesRule:
    return IptablesRule("ip", "legacy", "filter", "cali-FORWARD", rule)


@pytest.mark.parametrize(
    ("selector", "said", "action"),
    [
        ("from all fwmark 0x10", None, "forward"),
        ("from all fwmark 0/0x10", None, "blackhole"),
        ("not from all fwmark 0x10/0x10", None, "blackhole"),
        ("from all fwmark 0x10", nft("counter meta mark set 0x00000010"), "unknown"),
        ("from all fwmark 0x10", nft("counter meta mark set ct mark"), "unknown"),
        ("from all fwmark 0x10", nft("ct mark set 0x00000010"), "forward"),
        ("from all fwmark 0x10", nft("meta mark set mark and 0xfff1ffff"), "forward"),
        (
            "from all fwmark 0x10/0x10",
            nft("meta mark set mark and 0xfffeffff xor 0x10000"),
            "forward",
        ),
        ("from all fwmark 0x10000/0x10000", nft("meta mark set mark or 0x10000"), "unknown"),
        ("from all fwmark 0x10/0x10", nft("meta mark set ip saddr map @marks"), "unknown"),
        ("from all fwmark 0x10", iptables("-j MARK --set-xmark 0x10/0x10"), "unknown"),
        ("from all fwmark 0x10", iptables("-j MARK --set-xmark 0x0/0xe0000"), "forward"),
        ("from all fwmark 0x10", iptables("-j CONNMARK --restore-mark"), "unknown"),
        ("from all fwmark 0x10", iptables("-j CONNMARK --save-mark"), "forward"),
        (
            "from all fwmark 0x10",
            TcFilter("cali1", "ingress", 1, "ip", "bpf", rule=("prog.o",)),
            "unknown",
        ),
    ],
)
def test_a_rule_that_asks_for_what_nothing_sets_is_decided(
    selector: str, said: Record | None, action: str
) -> None:
    world = cluster()
    world[HOST2] += [
        Rule(4, 100, selector, "lookup 100"),
        Route(4, "100", "0.0.0.0/0", type="blackhole"),
        *((said,) if said is not None else ()),
    ]
    network = Network.of(facts(world))
    asked = Packet(address_of("k8s2", 1), address_of("k8s3", 1))
    assert network.spaces[HOST2].decide(asked, "").action == action


@pytest.mark.parametrize("kind", [FilterRule, IptablesRule, TcFilter])
def test_where_the_filter_was_not_read_any_mark_may_be_set(kind: type[Record]) -> None:
    world = cluster()
    world[HOST2] += [
        Rule(4, 100, "from all fwmark 0x10", "lookup 100"),
        Route(4, "100", "0.0.0.0/0", type="blackhole"),
    ]
    network = Network.of(facts(world, hidden=[("k8s2", HOST, kind.kind)]))
    asked = Packet(address_of("k8s2", 1), address_of("k8s3", 1))
    assert network.spaces[HOST2].decide(asked, "").action == "unknown"


@pytest.mark.parametrize("text", ["", "0xzz", "16/", "0x1/0x2/0x3"])
def test_a_mark_that_no_kernel_prints_decides_nothing(text: str) -> None:
    assert asks(text, 0) is None
    assert asks("0x10", ALL_BITS) is None


@pytest.mark.parametrize(
    ("retold", "action"),
    [
        ((), "unknown"),
        ((IptablesRule("ip", "nf_tables", "filter", "OUTPUT", "-j MARK --set-xmark 0x1/0x1"),),
         "forward"),
    ],
)  # fmt: skip
def test_a_mark_that_nft_has_no_words_for_is_what_iptables_says(
    retold: tuple[Record, ...], action: str
) -> None:
    world = cluster()
    world[HOST2] += [
        Rule(4, 100, "from all fwmark 0x10", "lookup 100"),
        Route(4, "100", "0.0.0.0/0", type="blackhole"),
        FilterRule("ip filter", "OUTPUT", 'counter packets 0 bytes 0 xt target "MARK"'),
        *retold,
    ]
    network = Network.of(facts(world))
    asked = Packet(address_of("k8s2", 1), address_of("k8s3", 1))
    assert network.spaces[HOST2].decide(asked, "").action == action
