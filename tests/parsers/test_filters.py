"""nft list ruleset: rules under their chains, without what counts or numbers them."""

from parsers.filters import read_ruleset
from parsers.reading import Reading
from parsers.records import FilterRule
from parsers.text import Text
from tests.golden import SAMPLES


def _rules(reading: Reading) -> list[FilterRule]:
    return [each for each in reading.records if isinstance(each, FilterRule)]


def _table(*lines: str) -> str:
    body = "".join(f"\t\t{line}\n" for line in lines)
    return f"table inet f {{ # handle 1\n\tchain i {{ # handle 2\n{body}\t}}\n}}\n"


def test_counters_and_handles_are_no_part_of_a_rule() -> None:
    first = _rules(read_ruleset(Text(_table("counter packets 1 bytes 84 drop # handle 5"))))
    second = _rules(read_ruleset(Text(_table("counter packets 9 bytes 999 drop # handle 7"))))
    assert [each.rule for each in first] == ["counter drop"]
    assert first[0].identity == second[0].identity
    assert (second[0].packets, second[0].bytes) == (9, 999)


def test_a_rule_that_stands_twice_is_two_records() -> None:
    found = _rules(read_ruleset(Text(_table("accept # handle 3", "drop", "accept # handle 4"))))
    assert [(each.rule, each.position) for each in found] == [
        ("accept", 0),
        ("drop", 0),
        ("accept", 1),
    ]


def test_the_hook_and_policy_of_a_chain_are_a_rule() -> None:
    line = "type filter hook input priority -10; policy drop;"
    (found,) = _rules(read_ruleset(Text(_table(line))))
    assert found.rule == "type filter hook input priority -10; policy drop"
    assert (found.table, found.chain) == ("inet f", "i")


def test_each_element_of_a_set_is_a_rule_wherever_its_line_breaks() -> None:
    text = (SAMPLES / "nft-ruleset" / "scene.txt").read_text("utf-8")
    found = [each.rule for each in _rules(read_ruleset(Text(text))) if each.chain == "set blocked"]
    assert [each for each in found if each.startswith("element ")] == [
        "element 10.1.0.0-10.2.255.255",
        "element 10.3.0.1",
        "element 192.0.2.0/24",
        "element 198.51.100.7",
    ]


def test_no_rules_is_an_answer() -> None:
    reading = read_ruleset(Text(""))
    assert reading.records == ()
    assert reading.blind == ""


def test_a_line_outside_a_table_is_unknown() -> None:
    said = "Error: cache initialization failed: Operation not permitted\n"
    reading = read_ruleset(Text(said + _table("accept")))
    assert [each.line for each in reading.ledger.unknown] == [1]
    assert [each.rule for each in _rules(reading)] == ["accept"]


def only_rule(words: str) -> FilterRule:
    """Read a chain with one rule."""
    text = f"table ip t {{\n\tchain c {{\n\t\t{words} # handle 5\n\t}}\n}}\n"
    (record,) = read_ruleset(Text(text)).records
    assert isinstance(record, FilterRule)
    return record


def test_a_comment_that_reads_like_a_counter_counts_nothing() -> None:
    words = 'accept comment "packets 5 bytes 7 used 3 s"'
    assert only_rule(words) == FilterRule("ip t", "c", words, verdict="accept")
    counted = only_rule(f"counter packets 1 bytes 2 {words}")
    assert (counted.packets, counted.bytes) == (1, 2)
    assert counted.rule == f"counter {words}"


def test_what_a_packet_is_compared_with_is_no_verdict() -> None:
    assert only_rule("ct status dnat return").verdict == "return"
    assert only_rule("ct status != snat drop").verdict == "drop"
    assert only_rule("ct status & dnat == dnat counter").verdict == ""
