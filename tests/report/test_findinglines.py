"""The first screen of a check: short, the worst first, and it says what it leaves out."""

from datetime import UTC, datetime

from netsnap.explain.check import Found
from netsnap.explain.checks.finding import Finding, Severity
from netsnap.explain.explanation import Evidence
from netsnap.report.findinglines import ROOM, finding_lines

T = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def _found(kind: str, number: int, severity: Severity = Severity.ERROR, lines: int = 1) -> Found:
    evidence = tuple(
        Evidence("k8s2", "host", "ip route", T, n, f"line {n}", "") for n in range(lines)
    )
    finding = Finding(severity, "k8s2", "host", f"{kind} {number}", then="netsnap show")
    return Found(finding, evidence, kind)


def _lines(*found: Found, details: bool = False) -> list[str]:
    return list(finding_lines(found, (), details=details))


def test_findings_of_one_kind_are_counted_from_the_fourth_on() -> None:
    lines = _lines(*(_found("session", n) for n in range(5)), _found("route", 1))
    told = [line for line in lines if line.startswith("error")]
    assert told == [f"error    session {n}" for n in range(3)] + ["error    route 1"]
    assert "         and 2 more of this kind (--details)" in lines
    assert lines[-1] == "6 errors"


def test_the_first_screen_is_bounded_however_much_is_wrong() -> None:
    many = [_found(f"kind{k}", n, lines=9) for k in range(20) for n in range(20)]
    lines = _lines(*many)
    assert len(lines) <= ROOM + 1
    assert lines[0] == "error    kind0 0"
    assert "line 0" in lines[1]
    counted = sum(int(line.split()[1]) for line in lines if "more of this kind" in line)
    shown = sum(line.startswith("error") for line in lines)
    assert lines[-1] == f"400 errors ({400 - shown - counted} more with --details)"


def test_details_leave_nothing_out() -> None:
    many = [_found("kind", n, lines=9) for n in range(20)]
    lines = _lines(*many, details=True)
    assert len(lines) == 20 * (1 + 9 + 1) + 1
    assert lines[-1] == "20 errors"


def test_a_lone_finding_has_its_lines_and_what_to_look_at() -> None:
    lines = _lines(_found("route", 1, lines=2))
    assert [line.strip()[-6:] for line in lines[1:3]] == ["line 0", "line 1"]
    assert lines[3] == "         see netsnap show"


def test_notices_wait_while_something_is_wrong_and_are_counted() -> None:
    notices = [_found("kernel", n, Severity.NOTICE) for n in range(2)]
    assert not [line for line in _lines(_found("route", 1), *notices) if "kernel" in line]
    assert _lines(_found("route", 1), *notices)[-1] == "1 error, 2 notices (2 more with --details)"


def test_notices_alone_are_told_and_nothing_is_wrong() -> None:
    lines = _lines(_found("kernel", 1, Severity.NOTICE))
    assert lines[0] == "notice   kernel 1"
    assert lines[-1] == "nothing is wrong as far as the snapshot shows; 1 notice"
