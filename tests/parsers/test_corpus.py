"""Outputs that no one here wrote, held against what a person read in them."""

import pytest

from parsers.read import read_text
from parsers.text import Text, decode
from tests.parsers import compare_bird, compare_calico, compare_iproute, compare_runtimes
from tests.parsers.corpus import EXCEPTIONS, Case, cases

COMPARERS = {
    **compare_bird.COMPARERS,
    **compare_calico.COMPARERS,
    **compare_iproute.COMPARERS,
    **compare_runtimes.COMPARERS,
}
PROBES = {
    "ip-addr": "ip-addr",
    "ip-d-addr": "ip-addr",
    "ip-link": "ip-addr",
    "ip-s-link": "ip-addr",
    "ip-o-addr": "ip-addr",
    "ip-vrf": "ip-vrf",
    "ip-route": "ip-route",
    "ip-rule": "ip-rule",
    "ip-neigh": "ip-neigh",
    "ethtool-S": "ethtool-S",
    **compare_bird.PROBES,
    **compare_calico.PROBES,
    **compare_runtimes.PROBES,
}
"""Which probe's reader a folder's texts are given to."""

pytestmark = pytest.mark.skipif(not cases(), reason="NETSNAP_CORPUS names no folder")


def _id(case: Case) -> str:
    return case.file


compared = [each for each in cases() if each.folder in COMPARERS and each.file not in EXCEPTIONS]
read = [each for each in cases() if each.folder in PROBES]


@pytest.mark.parametrize("case", compared, ids=_id)
def test_reads_what_a_person_read(case: Case) -> None:
    COMPARERS[case.folder](case)


@pytest.mark.parametrize("case", read, ids=_id)
def test_accounts_for_every_line(case: Case) -> None:
    reading = read_text(PROBES[case.folder], case.data())
    ledger = reading.ledger
    assert ledger.lines == len(Text(decode(case.data())).lines)
    assert ledger.lines == ledger.parsed + ledger.noise + len(ledger.unknown)
    assert min(ledger.parsed, ledger.noise) >= 0


def test_every_folder_is_compared() -> None:
    assert {each.folder for each in cases()} - set(COMPARERS) == set()


def test_every_exception_is_still_one() -> None:
    for case in cases():
        if case.file in EXCEPTIONS:
            with pytest.raises((AssertionError, StopIteration, ValueError)):
                COMPARERS[case.folder](case)
