"""Reports: bounded, complete, and safe to show whatever a node printed."""

import io
import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import jsonschema
from markdown_it import MarkdownIt
from rich.console import Console

from netsnap.report import as_json, markdown, terminal
from netsnap.report.escapes import json_text, printable
from tests.report.sample import HOSTILE, T1, T2, explanation, snapshot

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "explanation.schema.json").read_text(encoding="utf-8")
)
SCREEN = 12


def _terminal(*, details: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, width=120, force_terminal=False, highlight=False)
    terminal.show(explanation(), snapshot(T1, "a"), snapshot(T2, "b"), console, details=details)
    return out.getvalue()


def test_json_is_what_its_schema_says() -> None:
    body = as_json.document(explanation(), snapshot(T1, "a"), snapshot(T2, "b"), all_pairs=True)
    jsonschema.validate(json.loads(json.dumps(body)), SCHEMA)
    assert body["causes"][0]["pairs_explained"] == 1
    assert "all" in body["pairs"]


def test_json_names_every_pair_only_on_request() -> None:
    body = as_json.document(explanation(), snapshot(T1, "a"), snapshot(T2, "b"))
    assert "all" not in body["pairs"]


def test_no_node_can_move_the_readers_cursor() -> None:
    for details in (False, True):
        text = _terminal(details=details)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\\x1b[2J" in text


def test_the_first_screen_is_bounded_and_details_are_whole() -> None:
    short, long = _terminal(details=False), _terminal(details=True)
    assert len(short.splitlines()) <= SCREEN
    assert "lost the route 0" in short
    assert re.search(r"and .*\d consequences.* more \(--details\)", short)
    for number in range(9):
        assert f"lost the route {number}" in long


def test_markdown_lets_no_node_text_out_of_its_fence_or_into_markup() -> None:
    text = markdown.markdown(explanation(), snapshot(T1, "a"), snapshot(T2, "b"))
    fence = re.search(r"^(`{3,})text$", text, re.MULTILINE)
    assert fence is not None
    assert fence[1] not in HOSTILE
    body = re.sub(rf"^{fence[1]}text\n.*?^{fence[1]}$", "", text, flags=re.MULTILINE | re.DOTALL)
    for markup in (r"<script", r"\[a", r"\](?=\()", r"@all", r"`(?=`)"):
        assert not re.search(rf"(?<!\\){markup}", body), markup


def test_a_nodes_text_begins_no_list_and_no_block_in_markdown() -> None:
    lines = ("- x", "+ x", "1. x", "12) x", "=== x", "    x", "&lt;b&gt; x", "a\u2028- x")
    told = replace(explanation(), witnesses=lines, noise=lines, sentence=lines[2])
    text = markdown.markdown(told, snapshot(T1, "a"), snapshot(T2, "b"))
    tokens = MarkdownIt("commonmark").parse(text)
    allowed = {"heading", "paragraph", "bullet_list", "list_item"}
    assert {each.type.rpartition("_")[0] for each in tokens} - {"", *allowed} == set()
    assert all(each.type in ("inline", "fence") for each in tokens if "_" not in each.type)
    assert not any(each.type == "bullet_list_open" and each.level for each in tokens)
    shown = [child.content for each in tokens for child in each.children or ()]
    assert "&lt;b&gt; x" in "".join(shown)
    assert "\u2028" not in text


def test_a_comparison_that_goes_backwards_says_so() -> None:
    t1, t2 = snapshot(T2, "b"), snapshot(T1, "a")
    assert "(t2 is the earlier: all is told backwards)" in markdown.markdown(explanation(), t1, t2)
    out = io.StringIO()
    console = Console(file=out, width=60, force_terminal=True, color_system=None)
    terminal.show(explanation(), t1, t2, console)
    assert "backwards)" in out.getvalue()
    assert "backwards" not in _terminal(details=False)


def test_printable_keeps_text_and_shows_what_could_act() -> None:
    assert printable("k8s2–k8s3 é") == "k8s2–k8s3 é"
    assert printable("a\x1b[1m\r\n\x00") == "a\\x1b[1m\\x0d\\x0a\\x00"


def test_json_keeps_letters_and_lets_nothing_act_on_a_terminal() -> None:
    body = {"a": "k8s2–k8s3 é", "b": "\x1b[2J\x9b\u202e\ud800\U000e0001\x7f"}
    text = json_text(body)
    assert "k8s2–k8s3 é" in text
    assert not any(unicodedata.category(char)[0] == "C" for char in text if char != "\n")
    assert json.loads(text) == body
    text.encode()  # half of a surrogate pair would not encode


def test_a_narrow_terminal_wraps_beside_the_margin() -> None:
    out = io.StringIO()
    console = Console(file=out, width=60, force_terminal=True, color_system=None, highlight=False)
    terminal.show(explanation(), snapshot(T1, "a"), snapshot(T2, "b"), console)
    first, *rest = out.getvalue().splitlines()
    assert first.startswith("BROKEN  ")
    assert all(len(line) <= 60 for line in rest)
    assert all(
        line[:12].strip() in {"", "→", "cause 1", "pairs", "cannot tell", "events", "churn"}
        for line in rest
    )
