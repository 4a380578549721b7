"""The lab in a test: ``healthy_lab``, or ``lab`` where it matters not what is broken."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.lab.shell import LabBusyError

RUN_DIR_OPTION = "--lab-run-dir"
NUMBERS = range(10)


@pytest.fixture(scope="session")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab of this session's own, taken down at its end, or a standing one if asked for."""
    standing: Path | None = request.config.getoption(RUN_DIR_OPTION)
    if standing is not None:
        found = Lab(run_dir=standing)
        found.restore()
        yield found
        return
    own = _first_free()
    try:
        yield own
    finally:
        own.down()


@pytest.fixture
def healthy_lab(lab: Lab) -> Lab:
    """The lab with all put back that an earlier test broke; every pod reaches every other."""
    lab.restore()
    return lab


def _first_free() -> Lab:
    """Bring up a lab with the first number that no other session or person uses."""
    taken: LabBusyError | None = None
    for number in NUMBERS:
        lab = Lab(number)
        try:
            lab.up()
        except LabBusyError as error:
            taken = error
        else:
            return lab
    raise LabBusyError(f"all {len(NUMBERS)} labs are in use; the last said: {taken}")
