"""``read``: an answer that is not whole never looks like one that is."""

import dataclasses

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.errors import ParseError
from parsers.read import as_json, read, read_text

ROUTES = b"default via 10.0.0.1 dev eth0\n"


def capture(
    probe: str = "ip-route",
    outcome: Outcome = Outcome.ANSWERED,
    status: int | None = 0,
    out: bytes = ROUTES,
    err: bytes = b"",
) -> Capture:
    return Capture("k8s1", Question(probe, subject="lo"), probe, outcome, status, out, err)


def test_an_answer_that_is_whole_is_not_blind() -> None:
    reading = read(capture())
    assert len(reading.records) == 1
    assert reading.blind == ""


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (Outcome.TIMED_OUT, "timed out after 10 s"),
        (Outcome.MISSING, "no ip on the node"),
        (Outcome.CUT_OFF, "cut off"),
        (Outcome.NOT_ASKED, "not asked"),
    ],
)
def test_a_question_without_an_end_gives_no_record_and_says_why(outcome: Outcome, why: str) -> None:
    reading = read(capture(outcome=outcome, status=None))
    assert reading.records == ()
    assert reading.blind == why


def test_every_outcome_but_one_is_blind() -> None:
    blind = {outcome for outcome in Outcome if read(capture(outcome=outcome)).blind}
    assert blind == set(Outcome) - {Outcome.ANSWERED}


def test_a_failed_command_is_blind_and_keeps_what_it_said() -> None:
    reading = read(capture(status=2, err=b"RTNETLINK answers: Operation not permitted\n"))
    assert reading.blind == "exit status 2: RTNETLINK answers: Operation not permitted"
    assert len(reading.records) == 1


def test_a_dump_that_was_interrupted_is_blind_in_spite_of_its_exit_status() -> None:
    said = b"Dump was interrupted and may be inconsistent.\n"
    assert "interrupted" in read(capture(err=said)).blind


def test_an_empty_answer_of_a_failed_command_does_not_mean_nothing_there() -> None:
    assert read(capture(status=127, out=b"")).blind == "exit status 127"


@pytest.mark.parametrize(
    "said", [b"no stats available\n", b"Cannot get driver information: Operation not supported\n"]
)
def test_a_driver_without_counters_is_an_answer(said: bytes) -> None:
    reading = read(capture("ethtool-S", status=94, out=b"", err=said))
    assert reading.blind == ""
    assert reading.records == ()


def test_an_interface_that_vanished_is_not_one_without_counters() -> None:
    said = b"Cannot get driver information: No such device\n"
    assert read(capture("ethtool-S", status=71, out=b"", err=said)).blind


NO_FAMILY = b"RTNETLINK answers: Address family not supported by protocol\n"


def test_a_kernel_without_ipv6_has_no_rules_of_it_and_says_so() -> None:
    said = NO_FAMILY + b"Dump terminated\n"
    assert read(capture("ip6-rule", status=2, out=b"", err=said)).blind == ""


@pytest.mark.parametrize(
    "said",
    [
        b"Dump terminated\n",
        b"RTNETLINK answers: Permission denied\nDump terminated\n",
        NO_FAMILY + b"Dump terminated\nRTNETLINK answers: Permission denied\nDump terminated\n",
        b"",
    ],
)
def test_a_dump_of_rules_that_broke_off_otherwise_is_blind(said: bytes) -> None:
    assert read(capture("ip6-rule", status=2, out=b"", err=said)).blind


def test_a_kernel_without_ipv4_is_not_believed() -> None:
    said = NO_FAMILY + b"Dump terminated\n"
    assert read(capture("ip-rule", status=2, out=b"", err=said)).blind


def test_the_routes_of_ipv4_are_no_routes_of_ipv6() -> None:
    said = ROUTES + b"local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1\n"
    reading = read(capture("ip6-route", out=said))
    assert (reading.records, reading.blind, reading.ledger.noise) == ((), "", 2)
    assert len(read(capture("ip-route", out=said)).records) == 2


def test_a_route_of_ipv4_among_those_of_ipv6_is_not_dropped() -> None:
    said = b"10.0.0.0/8 dev eth0\nfe80::/64 dev eth0 proto kernel metric 256\n"
    assert len(read(capture("ip6-route", out=said)).records) == 2


def test_processes_that_end_while_they_are_listed_hide_nothing() -> None:
    said = b"ls: cannot access '/proc/7/ns/net': No such file or directory\n"
    listed = b"4026531840 /proc/1/ns/net\n"
    assert read(capture("netns", status=2, out=listed, err=said)).blind == ""


def test_processes_that_may_not_be_looked_at_do() -> None:
    said = (
        b"ls: cannot access '/proc/7/ns/net': No such file or directory\n"
        b"ls: cannot read symbolic link '/proc/1/ns/net': Permission denied\n"
    )
    assert "Permission denied" in read(capture("netns", status=1, err=said, out=b"")).blind


V3 = b'Unknown command: "config"\nUsage:\n  calicoctl [options] <command> [<args>...]\n'
NO_CLIENT = b"no birdcl or birdc on the node to ask /var/run/calico/bird.ctl\n"


@pytest.mark.parametrize(
    ("probe", "status", "out", "err"),
    [
        ("calicoctl-config-asNumber", 1, b"", V3),
        (
            "calicoctl-config-ipip",
            1,
            b"Invalid option: 'config get ipip'. Use flag '--help'\n",
            b"",
        ),
        ("calicoctl-node-status", 1, V3, b""),
        ("birdcl-protocols", 1, b"", b"no control socket of BIRD on the node\n"),
        ("birdcl-protocols", 127, b"", NO_CLIENT),
    ],
)
def test_a_question_that_the_program_does_not_know_is_lacking_and_blind(
    probe: str, status: int, out: bytes, err: bytes
) -> None:
    reading = read(capture(probe, status=status, out=out, err=err))
    assert reading.lacking
    assert reading.blind
    assert reading.records == ()


@pytest.mark.parametrize(
    ("probe", "status", "out", "err"),
    [
        (
            "calicoctl-config-asNumber",
            1,
            b"",
            b"Error executing command: client: etcd cluster down\n",
        ),
        ("calicoctl-config-asNumber", 0, b"64512\n", V3),
        ("calicoctl-config-asNumber", None, b"", V3),
        ("calicoctl-node-status", 1, b"Calico process is not running.\n", b""),
        ("birdcl-protocols", 1, b"", b"/var/run/calico: Permission denied\n"),
        ("birdcl-protocols", 1, b"", b"Unable to connect to server control socket\n"),
        ("ip-route", 1, b"", b'Object "route" is unknown, try "ip help".\n'),
    ],
)
def test_a_question_that_was_known_and_failed_is_not_lacking(
    probe: str, status: int | None, out: bytes, err: bytes
) -> None:
    assert not read(capture(probe, status=status, out=out, err=err)).lacking


def test_a_probe_that_nobody_knows_is_our_mistake() -> None:
    with pytest.raises(ParseError, match="ip-route"):
        read(capture("ip-rotue"))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("ip route", "route"),
        ("ip  -4 route show table all", "route"),
        ("ip -6 r", "route"),
        ("ip netns exec qrouter-1 ip route show table all", "route"),
        ("ip-route", "route"),
    ],
)
def test_a_command_is_recognised_as_people_type_it(typed: str, kind: str) -> None:
    assert [record.kind for record in read_text(typed, ROUTES).records] == [kind]


def test_the_typed_interface_is_the_records() -> None:
    reading = read_text("ethtool -S eth7", b"NIC statistics:\n     peer_ifindex: 9\n")
    shown = as_json(reading)["records"][0]
    assert (shown["interface"], shown["peer_index"]) == ("eth7", 9)


@pytest.mark.parametrize("typed", ["ip routes", "ip -j route", "rm -rf /", "", "ip netconf"])
def test_an_unknown_command_is_refused_with_what_is_known(typed: str) -> None:
    with pytest.raises(ParseError, match="what can be read: node, netns, ip-addr"):
        read_text(typed, b"")


@pytest.mark.parametrize(
    "probe", ["ip-addr", "netlink-addr", "sysctl", "conntrack", "calicoctl-get"]
)
def test_an_empty_answer_where_there_is_always_something_is_no_absence(probe: str) -> None:
    said = Capture("k8s1", Question(probe), "", Outcome.ANSWERED, 0)
    assert read(said).blind == "there is nothing in the answer"
    quiet = dataclasses.replace(said, question=Question("ip-neigh"))
    assert read(quiet).blind == ""


def test_an_expression_that_nft_does_not_know_is_told_though_its_status_is_zero() -> None:
    said = Capture(
        "k8s1", Question("nft-ruleset"), "", Outcome.ANSWERED, 0,
        b"table ip t { # handle 1\n}\n", b"netlink: Error: Unknown expression type 'x'\n",
    )  # fmt: skip
    assert read(said).blind == "it said: netlink: Error: Unknown expression type 'x'"


def test_what_a_user_may_not_ask_hides_the_wake_settings_and_nothing_else() -> None:
    said = b"netlink error: Operation not permitted\n"
    for probe, blind in (("ethtool-link", ""), ("ethtool-k", f"exit status 75: {said.decode()}")):
        answer = Capture("k8s1", Question(probe), "", Outcome.ANSWERED, 75, b"", said)
        assert read(answer).blind == blind.rstrip("\n")
