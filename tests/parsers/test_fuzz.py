"""Hostile and broken texts: nothing raises, and every line is accounted for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.capture import Capture, Outcome, Question
from parsers import catalogue
from parsers.read import read
from parsers.text import Text, decode
from tests.golden import samples

PROBES = [entry.probe.name for entry in catalogue.ENTRIES]
TEXTS = [sample.read_bytes() for sample in samples()]
"""Any probe's text may come as the answer of any other: nodes lie, captures get mixed up."""

WORDS = [
    *(b"nexthop via 10.0.0.1 dev eth0 weight 1", b"inet 10.0.0.1/8 scope global eth0"),
    *(b"1: lo: <UP> mtu 1", b"default via", b"dev", b"\x1b[2J", b"\x00", b"\xff\xfe", b"\r"),
    *(b"\xe2\x80\xa8", b"inet6 ::1/999", b"10.0.0.1/99 dev eth0", b"99999999999999999999:"),
    *(b"1" * 5000 + b": lo: <UP> mtu 1", b"1: lo: <UP> mtu 1" + b"0" * 5000, b"if" + b"9" * 5000),
    *(b"metric 1" + b"0" * 5000, b"\t" * 2000, b"encap x " * 300, b"{", b'"', b"[[[[", b"|"),
]


def account(probe: str, data: bytes, subject: str = "eth0") -> None:
    question = Question(probe, subject=subject)
    reading = read(Capture("k8s1", question, probe, Outcome.ANSWERED, 0, data))
    ledger = reading.ledger
    assert ledger.lines == len(Text(decode(data)).lines)
    assert ledger.lines == ledger.parsed + ledger.noise + ledger.unknown_count
    assert min(ledger.parsed, ledger.noise) >= 0
    numbers = [each.line for each in ledger.unknown]
    assert numbers == sorted(set(numbers))
    assert len(reading.records) == len(reading.line_numbers)
    assert all(1 <= line <= ledger.lines for line in reading.line_numbers)


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A sample that was cut, mixed with another, and had things put in its way."""
    lines = draw(st.sampled_from(TEXTS)).split(b"\n")
    other = draw(st.sampled_from(TEXTS)).split(b"\n")
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(lines)))
        match draw(st.integers(0, 4)):
            case 0:
                lines = lines[:at]
            case 1:
                lines[at:at] = [draw(st.sampled_from(other))]
            case 2:
                lines[at:at] = [draw(st.sampled_from(WORDS))]
            case 3 if at < len(lines):
                cut = draw(st.integers(0, len(lines[at])))
                lines[at] = lines[at][:cut] + draw(st.sampled_from([b"", *WORDS]))
            case _ if at < len(lines):
                lines[at] = lines[at].replace(b" ", draw(st.sampled_from([b"", b"\t", b"  "])), 1)
    return b"\n".join(lines)


@pytest.mark.parametrize("probe", PROBES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=broken())
def test_a_broken_text_is_accounted_for(probe: str, data: bytes) -> None:
    account(probe, data)


@pytest.mark.parametrize("probe", PROBES)
@settings(max_examples=40, deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_accounted_for(probe: str, data: bytes) -> None:
    account(probe, data)


@pytest.mark.parametrize("sample", samples(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_text_cut_anywhere_gives_no_record_that_the_whole_did_not(sample: Path) -> None:
    """Cutting may lose records, and change the last; it must not make up others before it."""
    data = sample.read_bytes()
    question = Question(sample.parent.name, subject="eth0")
    whole = set(read(Capture("k", question, "", Outcome.ANSWERED, 0, data)).records)
    for end in range(0, len(data), max(1, len(data) // 60)):
        cut = read(Capture("k", question, "", Outcome.ANSWERED, 0, data[:end]))
        account(sample.parent.name, data[:end])
        in_doubt = [record for record in cut.records if record not in whole]
        assert len(in_doubt) <= 2, end


ALTERATIONS: dict[str, Callable[[bytes, bytes], bytes]] = {
    "line ends of DOS": lambda text, _: text.replace(b"\n", b"\r\n"),
    "line ends of DOS here and there": lambda text, _: text.replace(b"\n", b"\r\n", 7),
    "returns alone": lambda text, _: text.replace(b"\n", b"\r"),
    "colours": lambda text, _: text.replace(b" ", b" \x1b[1;31m").replace(b"\n", b"\x1b[0m\n"),
    "zeros": lambda text, _: text.replace(b" ", b"\x00"),
    "UTF-16": lambda text, _: text.decode("utf-8", "replace").encode("utf-16"),
    "no UTF-8": lambda text, _: text.replace(b"e", b"\xe9"),
    "a byte order mark": lambda text, _: b"\xef\xbb\xbf" + text,
    "twice": lambda text, _: text + text,
    "upside down": lambda text, _: b"\n".join(reversed(text.split(b"\n"))),
    "nested deeply": lambda text, _: b"[" * 100_000 + text,
    "members nested deeply": lambda text, _: b'{"a":' * 50_000 + text,
    "items nested deeply": lambda text, _: b"- " * 20_000 + text,
    "without a blank": lambda text, _: text.replace(b" ", b""),
    "mixed with another's": lambda text, other: b"\n".join(
        line for pair in zip(text.split(b"\n"), other.split(b"\n"), strict=False) for line in pair
    ),
    "cut into another's": lambda text, other: text[: len(text) // 2] + other,
}


@pytest.mark.parametrize("probe", PROBES)
def test_an_altered_text_is_accounted_for(probe: str) -> None:
    own = [path.read_bytes() for path in samples() if path.parent.name == probe][:4]
    for number, text in enumerate(own):
        for change in ALTERATIONS.values():
            account(probe, change(text[:8000], TEXTS[number * 7 % len(TEXTS)][:8000]))


HOSTILE = [
    b"1" * 5000 + b": lo: <UP> mtu 1",
    b"5: a@if" + b"9" * 5000 + b": <UP> mtu " + b"1" * 5000,
    b"5: a@if" + b"9" * 5000 + b": <UP> mtu 1",
    b"     tx: " + b"9" * 5000,
    b"1.1.1.1" + b" dev dev" * 8000 + b" !",
    b"1.1.1.0/24 encap " + b"via " * 16000,
    b"1.1.1.0/24" + b" encap a" * 8000,
    b"1.1.1.0/24" + b" mtu lock lock" * 5000,
    b"10.0.0.0/8" + b" \\\tnexthop" * 8000,
    b" " * 65000 + b"x",
    b"1: " + b"a@" * 30000 + b": <",
    b"1: a: <" + b"," * 65000,
    b"    inet 1.1.1.1" + b" scope scope" * 6000 + b" ! !",
    b"    vxlan" + b" numtxqueues" * 6000 + b"\x01",
    b"     " + b"a: " * 20000,
    b"1:\tfrom all" + b" to to" * 9000,
    b"| " * 30000,
    b'"Env": [' * 8000,
    b"name:" * 13000,
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("probe", PROBES)
def test_no_line_takes_long_to_refuse(probe: str) -> None:
    for line in HOSTILE:
        account(probe, b"1: lo: <UP> mtu 1\n" + line + b"\n" + line)
