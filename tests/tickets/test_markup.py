"""Markdown to the markups of the trackers, and the comment as a whole."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsnap.tickets.bundle import Bundle
from netsnap.tickets.comment import carries, compose
from netsnap.tickets.dialects import JiraWiki, Markdown, Plain, Textile, Words
from netsnap.tickets.markup import JOINER, Dialect, blocks
from tests.tickets.conftest import KEY, REPORT

DIALECTS: tuple[Dialect, ...] = (Textile(), Markdown(), Plain(), JiraWiki())
BUNDLE = Bundle(Path("bundle.tar"), "netsnap-a.tar", 1234, "ab" * 32)
TABLE = "| node | state |\n|---|---|\n| `k8s2` | **down** |\n"

lines = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
marks = st.text("`~{}<>/|*_-+^#@!\\?()[]: nopretdfmka12.\n", min_size=1, max_size=60)


def written(markdown: str, dialect: Dialect) -> str:
    """Return the blocks as one text."""
    return "\n\n".join(block.text for block in blocks(markdown, dialect))


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (Textile(), "|_. node |_. state |\n| <code>k8s2</code> | *down* |"),
        (Markdown(), "| node | state |\n| --- | --- |\n| `k8s2` | **down** |"),
        (JiraWiki(), "|| node || state ||\n| {{k8s2}} | *down* |"),
        (Words(), "node  state\nk8s2  down"),
    ],
)
def test_writes_a_table(dialect: Dialect, expected: str) -> None:
    assert written(TABLE, dialect) == expected


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (Textile(), "# one\n** below\n# two"),
        (Markdown(), "1. one\n    - below\n1. two"),
        (JiraWiki(), "# one\n** below\n# two"),
    ],
)
def test_writes_a_list_in_a_list(dialect: Dialect, expected: str) -> None:
    assert written("1. one\n   - below\n2. two\n", dialect) == expected


def test_a_block_of_code_in_a_list_stays_in_its_place() -> None:
    text = written("- one\n\n  ```\n  raw\n  ```\n- two\n", JiraWiki())
    assert text == "* one\n\n{noformat}\nraw\n{noformat}\n\n* two"


def test_raw_html_is_text() -> None:
    assert written("<b>x</b>\n\n<details>\n", JiraWiki()) == "<b>x</b>\n\n<details>"


def test_a_link_shows_where_it_leads() -> None:
    assert written("[here](https://a.example)", Words()) == "here (https://a.example)"


@pytest.mark.parametrize("text", ["1. x", "h1. x", "bq. x", "# x", "a) x"])
def test_a_text_that_would_begin_a_block_begins_none(text: str) -> None:
    escaped = re.sub(r"([.#)])", r"\\\1", text)
    for dialect in (Textile(), JiraWiki()):
        assert not re.match(r"\w+[.)]\s|#\s", written(escaped, dialect))
        assert not re.match(r"\* (\w+[.)]\s|#\s)", written(f"- {escaped}", dialect))


@given(marks | lines)
def test_nothing_inside_a_verbatim_block_ends_it(raw: str) -> None:
    assert JiraWiki().verbatim(raw).lower().count("{noformat") == 2
    assert len(re.findall(r"</?pre", Textile().verbatim(raw), re.IGNORECASE)) == 2
    for dialect in (Markdown(), Plain()):
        assert len(re.findall("```", dialect.verbatim(raw))) == 2
        assert "~~" not in dialect.verbatim(raw)


@given(marks | lines)
def test_a_verbatim_block_shows_every_character(raw: str) -> None:
    for dialect in DIALECTS:
        body = dialect.verbatim(raw).replace(JOINER, "")
        assert raw.replace(JOINER, "") in body


@given(marks)
def test_text_mentions_nobody_on_redmine(raw: str) -> None:
    # As Redmine searches notes: an @ that follows no letter, digit or underscore.
    mention = re.compile(r"(?:^|\W)@[A-Za-z0-9_\-@.]+")
    for dialect in (Textile(), Markdown()):
        assert not mention.search(dialect.text(raw))
        assert not mention.search(dialect.code(raw))


@given(marks)
def test_jira_reads_the_text_back_as_it_was(raw: str) -> None:
    # As Jira unescapes: a backslash before one of these characters goes, any other stays.
    shown = re.sub(r"(?<!\\)\\([!\[\]^~+?%{}()*_\-|@])", r"\1", JiraWiki().text(raw))
    assert shown.replace(JOINER, "") == raw
    assert "\\\\" not in JiraWiki().text(raw)


def test_control_characters_are_shown_as_unreadable() -> None:
    text = written("a\x1b[31mred\u202ertl\x00", Words())
    assert text == "a\ufffd[31mred\ufffdrtl\ufffd"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: type(each).__name__)
def test_a_comment_is_found_by_its_key_and_by_no_other(dialect: Dialect) -> None:
    body, _ = compose(REPORT, BUNDLE, KEY, dialect, 60_000)
    assert carries(body, KEY)
    assert carries(body.replace("\n", "\r\n"), KEY)
    assert carries(body.replace("netsnap:", "netsnap\\:").replace("..", "\\.\\."), KEY)
    assert not carries(body, KEY[:-1])
    assert not carries(body, KEY.split("..")[0])
    assert not carries("\n".join(f"> {line}" for line in body.splitlines()), KEY)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("limit", [600, 1_000, 3_000])
def test_a_comment_keeps_to_the_limit_and_says_that_it_is_cut(dialect: Dialect, limit: int) -> None:
    report = REPORT + "\n```\n" + "\n".join("<UP> `~` {noformat}" for _ in range(900)) + "\n```\n"
    body, shortened = compose(report, BUNDLE, KEY, dialect, limit)
    assert shortened
    assert len(body) <= limit
    assert carries(body, KEY)
    assert "Shortened to what the tracker takes" in body
    assert compose(REPORT, BUNDLE, KEY, dialect, 60_000)[1] is False


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize(
    "report",
    [
        "- item `x` of many\n" * 2_000,
        "```\n" + "<UP> ~~~\n" * 2_000,
        "| a | b |\n|---|---|\n" + "| c | d |\n" * 2_000,
    ],
    ids=["list", "evidence", "table"],
)
def test_what_is_cut_is_cut_at_a_line_and_not_sooner(dialect: Dialect, report: str) -> None:
    body, shortened = compose(report, BUNDLE, KEY, dialect, 2_000)
    assert shortened
    assert 1_900 < len(body) <= 2_000


def test_a_report_far_over_the_limit_is_not_called_whole() -> None:
    body, shortened = compose("<!-- -->\n\n---\n\n" * 10_000, BUNDLE, KEY, JiraWiki(), 1_000)
    assert shortened
    assert "Shortened to what the tracker takes" in body
