"""Rules that only iptables tells: the model follows them, but those of ebtables and arptables."""

import pytest

from collector.capture import HOST
from netsnap.explain.explanation import Explanation, Proof, Verdict
from parsers.records import IptablesRule
from tests.explain.test_explain import told
from tests.model.cluster import cluster

HOST2 = ("k8s2", HOST)
NO_PING = "No ping is lost by it; other packets may be."


def rule(chain: str, words: str, verdict: str, *, family: str = "ip") -> IptablesRule:
    return IptablesRule(family, "legacy", "filter", chain, words, verdict=verdict)


POLICY = rule("FORWARD", "policy", "accept")
JUMP = rule("FORWARD", "-j mine", "jump mine")
DROPS = rule("mine", "-j REJECT", "reject")


def explained(*more: IptablesRule) -> Explanation:
    before, after = cluster(), cluster()
    before[HOST2].append(rule("cali-FORWARD", "-j ACCEPT", "accept"))
    before[HOST2].append(POLICY)
    after[HOST2].append(rule("cali-FORWARD", "-j ACCEPT", "accept"))
    after[HOST2] += more or [POLICY]
    return told(before, after)


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ((rule("FORWARD", "policy", "drop"),), 18),
        ((POLICY, rule("FORWARD", "-s 192.168.167.64/26 -j DROP", "drop")), 18),
        ((POLICY, JUMP, DROPS), 18),
    ],
    ids=["policy", "built-in chain", "chain of its own"],
)
def test_a_legacy_rule_that_ends_packets_is_a_proved_cause(
    change: tuple[IptablesRule, ...], lost: int
) -> None:
    found = explained(*change)
    assert (found.verdict, len(found.pairs.lost)) == (Verdict.BROKEN, lost)
    assert [cause.proof for cause in found.causes] == [Proof.COUNTERFACTUAL]


@pytest.mark.parametrize(
    "change",
    [rule("FORWARD", "-s 10.0.0.0/8 -j DROP", "drop"), rule("cali-FORWARD", "-j REJECT", "reject")],
)
def test_a_legacy_rule_that_no_ping_feels_is_an_event(change: IptablesRule) -> None:
    found = explained(POLICY, change)
    assert found.verdict is Verdict.NOTHING_BROKE
    assert any(NO_PING in line for line in found.witnesses)


def test_a_new_pods_own_chain_and_no_change_at_all_are_not_worth_a_line() -> None:
    assert not explained(POLICY, rule("cali-tw-cali1", "-j DROP", "drop")).witnesses
    assert not explained().witnesses


def test_a_rule_of_ebtables_leaves_the_verdict_open() -> None:
    found = explained(POLICY, rule("FORWARD", "-j DROP", "drop", family="bridge"))
    assert found.verdict is Verdict.CANNOT_TELL
    assert "k8s2 got rules that are not followed" in found.sentence
    assert explained().verdict is not Verdict.CANNOT_TELL


def test_a_rule_that_accepted_and_is_gone_is_a_cause_too() -> None:
    before, after = cluster(), cluster()
    before[HOST2] += [rule("FORWARD", "policy", "drop"), rule("FORWARD", "-j ACCEPT", "accept")]
    after[HOST2].append(rule("FORWARD", "policy", "drop"))
    found = told(before, after)
    assert found.verdict is Verdict.BROKEN
    assert "-j ACCEPT" in found.causes[0].sentence


def test_a_pod_that_went_with_its_chain_leaves_no_doubt() -> None:
    before, after = cluster(), cluster()
    before[HOST2] += [
        rule("FORWARD", "policy", "accept"),
        rule("cali-tw-cali1", "-j ACCEPT", "accept"),
    ]
    after[HOST2].append(rule("FORWARD", "policy", "accept"))
    assert told(before, after).verdict is Verdict.NOTHING_BROKE
