"""Everything that holds for every sample of every probe."""

import io
import re
from pathlib import Path

import pytest
import textfsm

from parsers import catalogue, fsm, oneline
from parsers.text import Text, decode
from tests.golden import ROOT, SAMPLES, golden_of, name, reading_of, render, samples

TEMPLATES = sorted(path.stem for path in (ROOT / "templates").glob("*.textfsm"))
TEMPLATE_OF = {
    "birdcl6-protocols": "birdcl-protocols",
    "birdcl6-routes": "birdcl-routes",
    "birdcl6-status": "birdcl-status",
    "ip6-route": "ip-route",
    "ip6-rule": "ip-rule",
    "sysctl-node": "sysctl",
    "podman-ps": "docker-ps",
    "crictl-ps": "docker-ps",
    "crictl-pods": "docker-ps",
    "ip6tables-save": "iptables-save",
    "ip6tables-list": "iptables-list",
    "ebtables-save": "iptables-save",
    "arptables-save": "iptables-save",
    "calicoctl-config-asNumber": "calicoctl-config",
    "calicoctl-config-nodeToNodeMesh": "calicoctl-config",
    "calicoctl-config-logLevel": "calicoctl-config",
    "calicoctl-config-ipip": "calicoctl-config",
}


def _template(sample: Path) -> str:
    """Return the template that reads a sample; JSON and netlink have none."""
    return TEMPLATE_OF.get(sample.parent.name, sample.parent.name)


every_sample = pytest.mark.parametrize("sample", samples(), ids=name)
every_template = pytest.mark.parametrize("template", TEMPLATES)


@every_sample
def test_a_sample_is_read_as_its_golden_says(sample: Path) -> None:
    assert render(reading_of(sample)) == golden_of(sample).read_text("utf-8"), (
        "if this is meant, run `make golden` and read the diff"
    )


@every_sample
def test_every_line_of_a_sample_is_accounted_for(sample: Path) -> None:
    reading = reading_of(sample)
    ledger = reading.ledger
    assert ledger.lines == len(Text(decode(sample.read_bytes())).lines)
    assert ledger.lines == ledger.parsed + ledger.noise + len(ledger.unknown)
    assert min(ledger.parsed, ledger.noise) >= 0


@every_sample
def test_every_record_of_a_sample_has_a_line_that_was_parsed(sample: Path) -> None:
    reading = reading_of(sample)
    unknown = {each.line for each in reading.ledger.unknown}
    assert len(reading.records) == len(reading.line_numbers)
    for line in reading.line_numbers:
        assert 1 <= line <= reading.ledger.lines
        assert line not in unknown


@pytest.mark.parametrize(
    "sample", [each for each in samples() if _template(each) in TEMPLATES], ids=name
)
def test_stock_textfsm_gives_the_same_rows(sample: Path) -> None:
    template = _template(sample)
    unknown = {each.line for each in reading_of(sample).ledger.unknown}
    lines = Text(decode(sample.read_bytes())).lines
    lines = [line for number, line in enumerate(lines, 1) if number not in unknown]
    lines = [piece for pieces in oneline.part(lines) for piece in pieces]
    ours = fsm.run(template, lines)
    stock = textfsm.TextFSM(io.StringIO(fsm.source(template)))
    theirs = stock.ParseTextToDicts("\n".join(lines))
    assert [row.values for row in ours.rows] == theirs


@every_template
def test_every_state_of_a_template_ends_in_an_error_rule(template: str) -> None:
    stock = textfsm.TextFSM(io.StringIO(fsm.source(template)))
    for state, rules in stock.states.items():
        assert rules[-1].match == "^.", f"{template}: {state}"
        assert rules[-1].line_op == "Error", f"{template}: {state}"


@every_template
def test_a_rule_that_takes_a_value_is_anchored_at_the_end(template: str) -> None:
    stock = textfsm.TextFSM(io.StringIO(fsm.source(template)))
    for rules in stock.states.values():
        for rule in rules:
            if re.search(r"\$\{", rule.match) and rule.line_op != "Continue":
                assert rule.match.endswith("$$"), f"{template}: line {rule.line_num}"


def test_every_probe_has_a_sample_and_every_sample_a_probe() -> None:
    probes = {each.name for each in catalogue.PROBES}
    sampled = {path.parent.name for path in samples()}
    assert sampled - {each.probe.name for each in catalogue.ENTRIES} == set()
    missing = probes - sampled
    assert missing == set(), f"no sample of {sorted(missing)} in {SAMPLES.name}/"
