"""Opening: what is a history is opened and brought up to date, what is not is named."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from netsnap.history import migrations, schema
from netsnap.history.database import open_database
from netsnap.history.errors import (
    CorruptHistoryError,
    ForeignDatabaseError,
    HistoryError,
    LockedHistoryError,
    MissingHistoryError,
    NewerHistoryError,
    UnavailableHistoryError,
)
from netsnap.history.store import History
from tests.history.sweeps import sweep


def test_the_migrations_make_the_schema(place: str) -> None:
    database = open_database(place, create=True, patience=1)
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"version_table": schema.VERSION_TABLE, "compare_server_default": True},
        )
        assert compare_metadata(context, schema.metadata) == []
    database.close()


def test_the_head_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", "netsnap.history:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_opening_what_is_up_to_date_does_not_load_alembic(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    History.open(path).close()
    code = (
        "import sys; from netsnap.history.store import History; "
        f"History.open({str(path)!r}).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_new_history_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "history.db"
    History.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_path_with_odd_characters_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%20d é.db"
    with History.open(path) as history:
        history.save(sweep())
    assert list(tmp_path.iterdir()) == [path]
    with History.open(f"sqlite:///{tmp_path}/url.db") as history:
        assert history.heads() == []


def test_none_is_made_where_one_must_be(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with pytest.raises(MissingHistoryError, match=r"no history at .*'netsnap collect' makes one"):
        History.open(path, create=False)
    assert not path.exists()
    path.touch()
    with pytest.raises(MissingHistoryError):
        History.open(path, create=False)


@pytest.mark.parametrize("content", [b"#!/bin/sh\n", b"\x00", b"SQLite format 2\x00" * 100])
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(ForeignDatabaseError, match=r"notes\.txt is not a netsnap history"):
        History.open(path)
    assert path.read_bytes() == content


def test_a_folder_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(ForeignDatabaseError, match="is no file"):
        History.open(tmp_path)


def test_the_database_of_something_else_is_left_alone(place: str) -> None:
    url = place if "://" in place else f"sqlite:///{place}"
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE songs (title TEXT)")
    with pytest.raises(ForeignDatabaseError, match="something else: it holds songs"):
        History.open(place)
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["songs"]
    engine.dispose()


def test_a_history_of_a_later_netsnap_is_left_alone(place: str) -> None:
    database = open_database(place, create=True, patience=1)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE netsnap_version SET version_num = '9999'")
    database.close()
    with pytest.raises(NewerHistoryError, match=r"later netsnap \(schema 9999\)"):
        History.open(place)


def test_a_database_that_is_cut_short_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History.open(path) as history:
        history.save(sweep())
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(CorruptHistoryError, match="damaged"):
        _use(path)


def _use(path: Path) -> None:
    with History.open(path) as history:
        history.load("latest")
        history.save(sweep(5))


def test_a_writer_waits_and_then_says_who_is_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with History.open(path, patience=0.2) as history, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedHistoryError, match="another process is writing to"):
            history.save(sweep())
        other.rollback()
        history.save(sweep())
        assert len(history.heads()) == 1


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    for url, shown in (
        ("postgresql://me:hunter2@/x?", "me:***@"),
        ("postgresql:///x?user=me&password=hunter2&", "password=hidden&user=me"),
    ):
        with pytest.raises(UnavailableHistoryError) as caught:
            History.open(f"{url}host={tmp_path}")
        assert shown in str(caught.value)
        assert "hunter2" not in str(caught.value)


def test_a_database_that_is_not_there_is_named(database_url: str) -> None:
    with pytest.raises(UnavailableHistoryError, match='database "nowhere" does not exist'):
        History.open(database_url.replace("/history", "/nowhere?x=").split("?", maxsplit=1)[0]
                     + "?" + database_url.split("?")[1])  # fmt: skip


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite3://x", "://", "postgresql://[", "x://y"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(HistoryError):
        History.open(url)


READ_ONLY = """
import sys
from datetime import UTC
from netsnap.history.errors import ReadOnlyHistoryError
from netsnap.history.store import History
from tests.history.sweeps import BEGIN
from collector.capture import Sweep
with History.open(sys.argv[1]) as history:
    snapshot = history.load("latest")
    assert history.raw(snapshot.nodes[0].answers[0].digest)
    assert history.resolve("latest", now=BEGIN, zone=UTC).id == snapshot.id
    assert history.verify() == []
    for begin in (lambda: history.save(Sweep(BEGIN, BEGIN, ())), history.saving):
        try:
            begin()
        except ReadOnlyHistoryError as error:
            print(error)
"""


def test_a_history_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    """As an auditor's account sees it: the file system is mounted read-only."""
    path = tmp_path / "history.db"
    with History.open(path) as history:
        history.save(sweep())
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE readings SET reader = 'older'")  # so that load would like to write
    script = (
        f"mount --bind {tmp_path} {tmp_path} && mount -o remount,bind,ro {tmp_path} || exit 77;"
        f'exec "$@"'
    )
    enter = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    done = subprocess.run(
        [*enter, sys.executable, "-c", READ_ONLY, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"needs mount namespaces: {done.stderr}")
    assert done.returncode == 0, done.stderr
    refused = done.stdout.splitlines()
    assert len(refused) == 2  # a sweep is refused before it begins, too
    assert all(line.startswith(f"no permission to write to {path}") for line in refused)
