"""YAML is read in pieces: each line is accounted for, and what is broken hides only itself."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.yamltext import YamlText, read_yaml
from parsers.yamlvalue import DEEPEST, Mapping, YamlError, parse

TWO = """\
apiVersion: projectcalico.org/v3
items:
- kind: Node
  metadata:
    name: a
  text: |
    - kind: none
    [...]

    end
- kind: Node
  metadata:
    name: b
kind: NodeList
"""
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


def read(text: str) -> YamlText:
    return read_yaml(text.splitlines())


def names(text: YamlText) -> list[tuple[str, int, int]]:
    return [
        (item.value["metadata"]["name"], item.line, item.last_line)
        for document in text.documents
        for item in document.items or ()
    ]


def unknown(text: YamlText) -> list[str]:
    ledger = text.ledger
    assert ledger.lines == ledger.parsed + ledger.noise + len(ledger.unknown)
    return [each.text for each in ledger.unknown]


def test_an_element_has_its_own_lines_and_a_text_block_is_part_of_it() -> None:
    found = read(TWO)
    assert names(found) == [("a", 3, 10), ("b", 11, 13)]
    assert unknown(found) == []
    (document,) = found.documents
    assert document.items is not None
    assert document.items[0].value["text"] == "- kind: none\n[...]\n\nend\n"
    assert document.own is not None
    assert document.own.value["kind"] == "NodeList"


def test_elements_may_stand_further_in_than_their_list() -> None:
    text = "items:\n  - metadata:\n      name: a\n  - metadata: {name: b}\nkind: List\n"
    assert names(read(text)) == [("a", 2, 3), ("b", 4, 4)]


def test_several_documents_are_told_apart_by_dashes_and_by_a_key_that_comes_again() -> None:
    found = read("---\nkind: A\n---\nkind: B\nname: b\nkind: C\n...\n- kind: D\nkind: E\n")
    own = [document.own.value["kind"] for document in found.documents if document.own]
    lists = [[i.value["kind"] for i in d.items] for d in found.documents if d.items is not None]
    assert (own, lists, unknown(found)) == (["A", "B", "C", "E"], [["D"]], [])


def test_a_list_under_any_other_key_is_part_of_its_mapping() -> None:
    found = read("kind: A\nrules:\n- a\n- b: c\nspec: d\n- kind: B\n")
    assert found.documents[0].own is not None
    assert found.documents[0].own.value == {"kind": "A", "rules": ["a", {"b": "c"}], "spec": "d"}
    assert (len(found.documents), unknown(found)) == (2, [])


def test_json_is_read_with_the_line_of_each_object() -> None:
    text = '[\n  {\n    "metadata": {"name": "a"}\n  },\n  {"metadata": {"name": "b"}}\n]\n'
    found = read(text)
    assert [(name, line) for name, line, _ in names(found)] == [("a", 2), ("b", 5)]
    assert (unknown(found), found.damage) == ([], "")


def test_nothing_at_all_is_an_empty_list() -> None:
    (document,) = read("[]\n").documents
    assert document.items == ()


def test_lines_of_something_else_are_unknown_and_hide_nothing() -> None:
    lines = TWO.splitlines()
    lines[4:4] = ["[...]"]
    found = read("\n".join(("$ calicoctl get node -o yaml", *lines, "$ ")))
    assert [name for name, *_ in names(found)] == ["a", "b"]
    assert unknown(found) == ["$ calicoctl get node -o yaml", "[...]", "$ "]
    assert found.damage == ""


def test_an_ellipsis_in_an_element_is_unknown_and_the_rest_is_read() -> None:
    found = read(TWO.replace("    name: b\n", "    ...\n    name: b\n    ...\n"))
    assert [name for name, *_ in names(found)] == ["a", "b"]
    assert unknown(found) == ["    ...", "    ..."]


def test_an_element_that_is_broken_hides_itself_and_no_other() -> None:
    found = read(TWO.replace("    name: a\n", "    name: a: b: c\n"))
    assert [name for name, *_ in names(found)] == ["b"]
    assert unknown(found)[0] == "- kind: Node"
    assert found.damage.startswith("from line 3:")


def test_a_line_that_goes_on_with_a_text_is_not_taken_for_something_else() -> None:
    text = "- a: one\n    and two\n  b: |\n    [...]\n    x\n  spec:\n    ...\n    c: d\n"
    found = read(text)
    (document,) = found.documents
    assert document.items is not None
    assert document.items[0].value == {"a": "one and two", "b": "[...]\nx\n", "spec": {"c": "d"}}
    assert unknown(found) == ["    ..."]


def test_an_element_that_no_line_less_would_mend_is_unknown_whole() -> None:
    found = read("- name: one\n    and two\n  metadata: {name: a}\n  b: [\n- metadata: {name: c}\n")
    assert [name for name, *_ in names(found)] == ["c"]
    assert len(unknown(found)) == 4


def test_plain_values_stay_the_texts_that_they_are() -> None:
    assert parse("a: true\nb: 010\nc: 1e3\nd: 2021-10-18\ne: ~\nf: 'null'\ng: ''\n") == {
        "a": "true", "b": "010", "c": "1e3", "d": "2021-10-18", "e": None, "f": "null", "g": "",
    }  # fmt: skip


def test_a_control_character_that_a_text_spells_stays_visible() -> None:
    assert parse('a: "x\\e[2J\\0\\u2028y"\n') == {"a": r"x\x1b[2J\x00\u2028y"}


def test_a_mapping_knows_its_line() -> None:
    value = parse("a:\n- b: 1\n- c:\n    d: 2\n", first_line=10)
    assert isinstance(value["a"][1]["c"], Mapping)
    assert (value["a"][0].line, value["a"][1]["c"].line) == (11, 13)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: !!python/object/apply:os.system [id]\n",
        "a: !x b\n",
        "a: 1\na: 2\n",
        "? [a, b]\n: c\n",
        "a: 1\n--- \nb: 2\n",
        "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1),
        "a: 'b\n",
        "a: \x01\n",
    ],
)
def test_what_is_no_plain_data_is_refused(text: str) -> None:
    with pytest.raises(YamlError):
        parse(text)


@pytest.mark.parametrize(
    "piece", ["[", "{a: ", "- ", "? ", "a: &x\n", "[{", "'", '"', "a: |\n", "! "]
)
def test_hostile_yaml_costs_time_in_proportion_to_its_length(piece: str) -> None:
    began = time.process_time()
    found = read_yaml((f"- kind: a\n  b: {piece * 60_000}\n- kind: c\n").split("\n")[:-1])
    unknown(found)
    assert time.process_time() - began < 3.0


@given(st.text(alphabet="ab:- \n#[]{}'\"|>&*!?%@`\t0~.", max_size=120))
def test_any_text_is_accounted_for(text: str) -> None:
    unknown(read(text))
