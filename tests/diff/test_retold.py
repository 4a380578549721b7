"""A rule of iptables-nft, which nft lists too, is told once."""

from netsnap.diff.changes import Alteration
from netsnap.diff.compare import compare
from parsers.facts import Facts
from parsers.iptables import ONLY_NFT
from parsers.records import FilterRule, IptablesRule
from parsers.roles import Record
from tests.model.cluster import cluster, facts

HOST2 = ("k8s2", "host")
JUMP = "-j cali-FORWARD"
FORWARD = FilterRule(
    "ip filter", "FORWARD", "counter jump cali-FORWARD", verdict="jump cali-FORWARD"
)


def ours(chain: str, rule: str, *, backend: str = "nf_tables", verdict: str = "") -> IptablesRule:
    return IptablesRule("ip", backend, "filter", chain, rule, verdict=verdict)


def world(*records: Record) -> Facts:
    placed = cluster()
    placed[HOST2] += [FORWARD, ours("FORWARD", JUMP), *records]
    return facts(placed)


def told(before: Facts, after: Facts) -> list[tuple[str, str, Alteration]]:
    changes = compare(before, after).changes
    return [
        (each.key.kind, each.key.identity[4 if each.key.kind[0] == "i" else 2], each.alteration)
        for each in changes
    ]


def test_a_rule_that_nft_tells_in_full_is_nfts() -> None:
    more = (
        FilterRule("ip filter", "c", "ip saddr 10.0.0.1 counter drop"),
        ours("c", "-s 10.0.0.1 -j DROP"),
    )
    added = told(world(), world(*more))
    assert added == [("filter-rule", "ip saddr 10.0.0.1 counter drop", Alteration.ADDED)]
    assert [each[2] for each in told(world(*more), world())] == [Alteration.REMOVED]


def test_a_rule_of_which_nft_tells_a_part_is_told_by_both() -> None:
    more = (
        FilterRule("ip filter", "c", 'xt match "set" counter drop'),
        ours("c", "-m set --match-set a src -j DROP"),
    )
    assert [each[0] for each in told(world(), world(*more))] == ["filter-rule", "iptables-rule"]


def test_another_set_in_a_rule_that_looks_the_same_to_nft_is_told() -> None:
    line = FilterRule("ip filter", "c", 'xt match "set" counter drop')
    before = world(line, ours("c", "-m set --match-set a src -j DROP"))
    after = world(line, ours("c", "-m set --match-set b src -j DROP"))
    assert sorted(told(before, after)) == [
        ("iptables-rule", "-m set --match-set a src -j DROP", Alteration.REMOVED),
        ("iptables-rule", "-m set --match-set b src -j DROP", Alteration.ADDED),
    ]


def test_lists_of_which_one_lacks_a_rule_are_told_by_both() -> None:
    more = (
        FilterRule("ip filter", "c", "counter drop"),
        ours("c", "-j DROP"),
        ours("c", "-j ACCEPT"),
    )
    assert sorted(each[0] for each in told(world(), world(*more))) == [
        "filter-rule",
        "iptables-rule",
        "iptables-rule",
    ]


def test_a_legacy_rule_is_told_beside_an_equal_one_of_nft() -> None:
    more = (FilterRule("ip filter", "c", "counter drop"), ours("c", "-j DROP", backend="legacy"))
    assert sorted(each[0] for each in told(world(), world(*more))) == [
        "filter-rule",
        "iptables-rule",
    ]


def test_a_policy_of_the_nf_tables_backend_is_nfts_to_tell_and_a_legacy_one_is_not() -> None:
    before = world(ours("INPUT", "policy", verdict="accept"))
    assert told(before, world(ours("INPUT", "policy", verdict="drop"))) == []
    legacy = [ours("INPUT", "policy", backend="legacy", verdict=how) for how in ("accept", "drop")]
    assert told(world(legacy[0]), world(legacy[1])) == [
        ("iptables-rule", "policy", Alteration.CHANGED)
    ]


def test_a_table_that_iptables_cannot_tell_any_more_has_not_lost_its_rules() -> None:
    line = FilterRule("ip filter", "c", "counter drop")
    before, after = world(line, ours("c", "-j DROP")), world(line, ours("", ONLY_NFT))
    assert told(before, after) == [("iptables-rule", ONLY_NFT, Alteration.ADDED)]
    assert told(after, before) == [("iptables-rule", ONLY_NFT, Alteration.REMOVED)]
