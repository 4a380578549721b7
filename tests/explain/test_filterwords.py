"""A changed packet filter is told by what can have cut somebody off, a set by its name."""

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation
from parsers.records import FilterRule, IpSet, IpSetMember, IptablesRule
from tests.model.cluster import NODES, World, address_of, cluster, facts, find, swap

K2 = ("k8s2", HOST)
SET = "cali40s:clients"
CLIENT = address_of("k8s1", 1)


def _told(before: World, after: World) -> Explanation:
    t1, t2 = facts(before), facts(after)
    return explain(t1, t2, compare(t1, t2), lambda _: b"a line\n" * 99)


def _rule(chain: str, rule: str, verdict: str = "") -> FilterRule:
    return FilterRule("ip filter", chain, rule, verdict=verdict)


def _filtered(policy: str, *rules: FilterRule) -> World:
    world = cluster()
    base = _rule("FORWARD", f"type filter hook forward priority filter; policy {policy}", policy)
    world[K2] += [base, *rules]
    return world


def test_what_ends_packets_leads_and_chains_that_went_are_counted() -> None:
    was = _filtered(
        "accept",
        _rule("FORWARD", "jump cali-FORWARD", "jump cali-FORWARD"),
        _rule("cali-FORWARD", "tcp dport 1 drop", "drop"),
        _rule("cali-FORWARD", "accept", "accept"),
    )
    reject = _rule("FORWARD", "reject with icmp type host-prohibited", "reject")
    now = _filtered("drop", _rule("FORWARD", "tcp dport 22 accept", "accept"), reject)
    (cause,) = _told(was, now).causes
    assert "(3 added, 4 removed, 1 chain gone): added: “" in cause.sentence
    told = cause.sentence.partition(": added: ")[2]
    assert "policy drop" in told
    assert reject.rule in told
    assert "removed" not in told


def test_a_rule_that_let_packets_through_is_told_where_none_that_drops_is_new() -> None:
    rules = (_rule("FORWARD", "ct mark 1", ""), _rule("FORWARD", "accept", "accept"))
    (cause,) = _told(_filtered("drop", *rules), _filtered("drop")).causes
    assert cause.subject == "“accept” in ip filter FORWARD"
    assert cause.sentence.endswith("removed: “accept” in ip filter FORWARD.")


def _listed(*members: str) -> World:
    """Return the cluster with a set on every node; k8s2 takes only what is in it."""
    world = cluster()
    for node in NODES:
        world[node, HOST] += [
            IpSet(SET, "hash:net"),
            *(IpSetMember(SET, each) for each in members),
            _rule("FORWARD", "type filter hook forward priority filter; policy accept", "accept"),
        ]
    rule = f"-o cali21 -m set ! --match-set {SET} src -j DROP"
    world[K2].append(IptablesRule("ip", "legacy", "filter", "FORWARD", "policy", verdict="accept"))
    world[K2].append(IptablesRule("ip", "legacy", "filter", "FORWARD", rule, verdict="drop"))
    return world


def test_a_sets_lost_member_is_told_with_the_nodes_that_have_it() -> None:
    was, now = (_listed("192.168.0.0/17", "192.168.128.0/17", CLIENT) for _ in range(2))
    for world in (was, now):
        swap(world, K2, find(world, K2, IpSetMember, SET, "192.168.0.0/17"))
    swap(now, K2, find(now, K2, IpSetMember, SET, CLIENT))
    told = _told(was, now)
    (cause,) = told.causes
    assert (cause.what, cause.node, cause.subject) == ("ipset", "k8s2", SET)
    assert cause.sentence == f"k8s2's ipset {SET} lost {CLIENT}; k8s1 and k8s3 still have it."
    assert {(pair.source, pair.target) for pair in told.pairs.lost} == {
        ("default/web-11", "default/web-21"),
        ("default/web-21", "default/web-11"),
    }


def test_a_set_that_lost_much_is_told_once() -> None:
    many = [f"192.168.{number}.0/24" for number in range(100)]
    was, now = _listed("10.0.0.0/8", *many), _listed("10.0.0.0/8")
    (cause,) = _told(was, now).causes
    assert cause.sentence == (
        f"k8s2's ipset {SET} lost 192.168.0.0/24, 192.168.1.0/24, 192.168.10.0/24 and 97 more."
    )
