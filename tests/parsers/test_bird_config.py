"""BIRD's configuration: every statement by its block, and no line that is lost."""

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.birdconfig import DEEPEST, read_config
from parsers.mask import mask
from parsers.reading import Reading
from parsers.records import BirdConfig
from parsers.text import Text

HEAD = "==> bird /etc/bird/bird.conf <==\n"


def _read(said: str) -> Reading:
    return read_config(Text(HEAD + said))


def _statements(reading: Reading) -> list[tuple[str, str]]:
    found = (each for each in reading.records if isinstance(each, BirdConfig))
    return [(each.block, each.statement) for each in found]


def test_a_statement_stands_in_its_blocks() -> None:
    reading = _read("filter f {\n  if ( net = 10.0.0.0/8 ) then {\n    accept;\n  }\n}\n")
    condition = "if ( net = 10.0.0.0/8 ) then"
    assert _statements(reading) == [
        ("", "filter f { … }"),
        ("filter f", f"{condition} {{ … }}"),
        (f"filter f / {condition}", "accept"),
    ]
    assert reading.ledger.unknown == ()


def test_comments_say_nothing_and_braces_in_strings_and_sets_open_no_block() -> None:
    reading = _read(
        "# password; {\nlog /* { */ stderr all; # }\n/* protocol {\n} */\n"
        'description "a { # ; b";\ndefine n = [ 10.0.0.0/8{8,24}, 10.1.0.0/16+ ];\n'
    )
    assert [statement for _, statement in _statements(reading)] == [
        "log stderr all",
        'description "a { # ; b"',
        "define n = [ 10.0.0.0/8{8,24}, 10.1.0.0/16+ ]",
    ]
    assert (reading.ledger.noise, reading.ledger.unknown) == (3, ())


def test_a_list_of_words_in_braces_belongs_to_its_statement() -> None:
    said = 'log "/var/log/bird" { warning, error };\nprotocol bgp a {\n debug { states };\n}\n'
    assert _statements(_read(said)) == [
        ("", 'log "/var/log/bird" { warning, error }'),
        ("", "protocol bgp a { … }"),
        ("protocol bgp a", "debug { states }"),
    ]


def test_a_statement_may_run_over_lines_and_a_line_hold_several() -> None:
    reading = _read("router id\n  10.0.0.1; debug\n\nprotocols all;")
    assert _statements(reading) == [("", "router id 10.0.0.1"), ("", "debug protocols all")]
    assert reading.line_numbers == (2, 3)


def test_order_counts_in_a_filter_and_nowhere_else() -> None:
    swapped = _read("filter f { accept; print 1; }\nprotocol device { b; a; }")
    after = {each.statement: each.after for each in swapped.records if isinstance(each, BirdConfig)}
    assert after["print 1"] == "accept"
    assert not after["a"]


@pytest.mark.parametrize(
    ("said", "unknown"),
    [
        ("}\n", [2]),
        ('a "b;\n', [2]),
        ("a ] b;\n", [2]),
        ("a ( b ];\n", [2]),
        ("a;\nb\n", [3]),
        ("protocol device {\n  a;\n", [2]),
        ("protocol device {\n  a\n}\n", [3]),
        ("a;\n/* b\nc;\n", [3, 4]),
    ],
)
def test_what_is_not_whole_is_unknown(said: str, unknown: list[int]) -> None:
    assert [each.line for each in _read(said).ledger.unknown] == unknown


def test_what_stands_below_no_file_name_is_of_no_daemon() -> None:
    (record,) = read_config(Text("router id 10.0.0.1;\n")).records
    assert record.identity == ("", "", "", "router id 10.0.0.1")


def test_blocks_deeper_than_any_are_unknown_and_cost_no_more() -> None:
    reading = _read("a {\n" * (DEEPEST + 5) + "}\n" * (DEEPEST + 5))
    assert len(reading.ledger.unknown) == 2 * 5


@pytest.mark.parametrize("name", ["BGP_PASSWORD", "PW1"])
def test_a_password_that_has_a_name_is_masked_where_it_is_defined(name: str) -> None:
    said = f'define {name} = "s3cret-word";\ndefine TEXT = "plain";\n'
    said += "protocol bgp a {\n  password PW1;\n}\n"
    capture = Capture("k", Question("bird-config"), "", Outcome.ANSWERED, 0, said.encode())
    masked = mask(capture, b"key").stdout
    assert masked.startswith(b'define %b = "masked:' % name.encode())
    assert b"s3cret-word" not in masked
    assert b'"plain"' in masked
    assert b"password PW1;" in masked


@pytest.mark.parametrize("written", ['"s3cret-word"', "hex:01:23:45:67", "0123456789abcdef"])
def test_a_password_is_masked_and_a_changed_one_still_shows(written: str) -> None:
    said = f"protocol bgp a {{\n  neighbor 10.0.0.2 as 64512;\n  password {written};\n}}\n"

    def kept(text: str) -> bytes:
        capture = Capture("k", Question("bird-config"), "", Outcome.ANSWERED, 0, text.encode())
        return mask(capture, b"key").stdout

    secret = written.strip('"')
    assert secret.encode() not in kept(said)
    assert kept(said) == kept(said)
    assert kept(said) != kept(said.replace(secret, f"{secret[:-2]}ff"))
    assert kept(said).count(b"\n") == said.count("\n")
