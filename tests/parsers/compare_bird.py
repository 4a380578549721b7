"""Compare what is read from the corpus with what was read off it by eye: BIRD."""

from collections.abc import Callable

from parsers.records import BirdRoute, BirdStatus
from tests.parsers.corpus import Case


def compare_routes(case: Case) -> None:
    reading = case.reading("birdcl-routes")
    assert not reading.ledger.unknown
    found = [each for each in reading.records if isinstance(each, BirdRoute)]
    named = [
        route
        for route, line in zip(found, reading.line_numbers, strict=True)
        if _names_a_prefix(case, line)
    ]
    assert [each.prefix for each in named] == case.expected["prefixes"]
    assert len(named) == case.expected["n_prefix_lines"]
    assert len(found) == case.expected.get("n_paths", len(found))


def _names_a_prefix(case: Case, line: int) -> bool:
    """Say whether the line has the prefix and not blanks in its place."""
    printed = case.data().decode().split("\n")[line - 1]
    return "/" in printed.removeprefix("1007-").split()[0]


def compare_status(case: Case) -> None:
    reading = case.reading("birdcl-status")
    assert not reading.ledger.unknown
    (status,) = reading.records
    assert isinstance(status, BirdStatus)
    assert f"BIRD {status.version}" == case.expected["version"]
    assert status.router_id == case.expected["router_id"]
    assert status.status == case.expected["last_line"]


COMPARERS: dict[str, Callable[[Case], None]] = {
    "birdcl-show-route": compare_routes,
    "birdcl-show-status": compare_status,
}

PROBES = {"birdcl-show-route": "birdcl-routes", "birdcl-show-status": "birdcl-status"}
