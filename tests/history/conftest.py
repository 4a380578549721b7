"""A new history for each test, in a SQLite file or in a database of a real PostgreSQL server."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from netsnap.history.bundle import export
from netsnap.history.store import History
from tests.history.sweeps import sweep

EXTRA = {"explanation.md": b"# k8s3 is cut off\n", "pictures/cluster.svg": b"<svg/>"}

_NUMBERS = count(1)


def _server_programs() -> Path | None:
    """Debian keeps the server's programs out of PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).parent if found else None


def _run(*command: str | Path) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    words = [*as_user, *map(str, command)]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    """The folder with the socket of a server of our own; it listens nowhere else."""
    programs = _server_programs()
    if programs is None:
        reason = "no PostgreSQL server here: install Debian's postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="netsnap-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", "netsnap", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-k {folder} -c listen_addresses= -c fsync=off"
        log = folder / "log"
        _run(programs / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start")
        try:
            yield folder
        finally:
            _run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database_url(postgresql: Path) -> str:
    """The URL of an empty database."""
    name = f"history{next(_NUMBERS)}"
    programs = _server_programs()
    assert programs is not None
    _run(programs / "createdb", "-h", postgresql, "-U", "netsnap", name)
    return f"postgresql://netsnap@/{name}?host={postgresql}"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a history can be made, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "history.db")
    return str(request.getfixturevalue("database_url"))


@pytest.fixture
def history(place: str) -> Iterator[History]:
    """A new, empty history of each kind."""
    with History.open(place) as opened:
        yield opened


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A history of three snapshots."""
    with History.open(tmp_path / "source.db") as history:
        for n in range(3):
            history.save(sweep(n, hosts=["10.1.0.1", f"10.1.{n}.1"]), label=f"run-{n}")
    return tmp_path / "source.db"


@pytest.fixture
def bundle(source: Path, tmp_path: Path) -> Path:
    """A bundle of the last two of them."""
    path = tmp_path / "bundle.zip"
    with History.open(source) as history:
        export(history, history.heads()[1:], extra=EXTRA, out=path)
    return path
