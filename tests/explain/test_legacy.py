"""Rules that only iptables tells: the model does not follow them, and says so."""

import pytest

from collector.capture import HOST
from netsnap.explain.explanation import Explanation, Verdict
from parsers.records import IptablesRule
from tests.explain.test_explain import told
from tests.model.cluster import cluster

HOST2 = ("k8s2", HOST)
NOT_KNOWN = "whether a ping is lost is not known"


def rule(chain: str, words: str, verdict: str) -> IptablesRule:
    return IptablesRule("ip", "legacy", "filter", chain, words, verdict=verdict)


def explained(*more: IptablesRule) -> Explanation:
    before, after = cluster(), cluster()
    before[HOST2].append(rule("cali-FORWARD", "-j ACCEPT", "accept"))
    before[HOST2].append(rule("FORWARD", "policy", "accept"))
    after[HOST2].append(rule("cali-FORWARD", "-j ACCEPT", "accept"))
    after[HOST2] += more or [rule("FORWARD", "policy", "accept")]
    return told(before, after)


@pytest.mark.parametrize(
    "change",
    [
        (rule("FORWARD", "policy", "drop"),),
        (rule("FORWARD", "policy", "accept"), rule("FORWARD", "-s 10.0.0.0/8 -j DROP", "drop")),
        (rule("FORWARD", "policy", "accept"), rule("cali-FORWARD", "-j REJECT", "reject")),
    ],
    ids=["policy", "built-in chain", "chain that was there"],
)
def test_a_legacy_rule_that_ends_packets_is_told_without_a_promise(
    change: tuple[IptablesRule, ...],
) -> None:
    assert any(NOT_KNOWN in line for line in explained(*change).witnesses)


def test_a_new_pods_own_chain_and_no_change_at_all_are_not_worth_a_line() -> None:
    policy = rule("FORWARD", "policy", "accept")
    assert not explained(policy, rule("cali-tw-cali1", "-j DROP", "drop")).witnesses
    assert not explained().witnesses


def test_such_a_rule_leaves_the_verdict_open() -> None:
    found = explained(rule("FORWARD", "policy", "drop"))
    assert found.verdict is Verdict.CANNOT_TELL
    assert "k8s2 got rules that are not followed" in found.sentence
    assert explained().verdict is not Verdict.CANNOT_TELL


def test_a_rule_that_accepted_and_is_gone_is_told_so_too() -> None:
    before, after = cluster(), cluster()
    before[HOST2] += [rule("FORWARD", "policy", "drop"), rule("FORWARD", "-j ACCEPT", "accept")]
    after[HOST2].append(rule("FORWARD", "policy", "drop"))
    assert told(before, after).verdict is Verdict.CANNOT_TELL


def test_a_pod_that_went_with_its_chain_leaves_no_doubt() -> None:
    before, after = cluster(), cluster()
    before[HOST2] += [
        rule("FORWARD", "policy", "accept"),
        rule("cali-tw-cali1", "-j ACCEPT", "accept"),
    ]
    after[HOST2].append(rule("FORWARD", "policy", "accept"))
    assert told(before, after).verdict is Verdict.NOTHING_BROKE
