"""ADM-08, G15, T52: a backup under write load is proved equal, and a copy that is not what it says is found out."""

import json
import shutil
import threading
import uuid
from datetime import UTC, datetime

import pysqlite3
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.platform.backup import BackupFault, OtherSchema, back_up, restore

NOW = datetime(2019, 9, 3, 7, 0, tzinfo=UTC)


def _url(path):
    return f"sqlite:///{path}"


@pytest.fixture
def live(tmp_path):
    """A database in WAL mode whose last rows are in the side file only."""
    path = tmp_path / "live.sqlite"
    connection = pysqlite3.connect(str(path))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, note BLOB)")
    connection.execute(
        "CREATE TABLE pair (a INTEGER REFERENCES city, b INTEGER REFERENCES city, PRIMARY KEY (a, b)) WITHOUT ROWID"
    )
    connection.executemany(
        "INSERT INTO city VALUES (?, ?, ?)", [(n, f"City {n}", bytes([n % 256])) for n in range(500)]
    )
    connection.executemany("INSERT INTO pair VALUES (?, ?)", [(n, n + 1) for n in range(400)])
    connection.commit()
    yield path
    connection.close()


def test_a_restored_backup_has_equal_hashes(live, tmp_path):
    saved = back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    restored = restore(tmp_path / "saved.backup", _url(tmp_path / "restored.sqlite"))
    assert restored == saved.tables
    assert {name: table.rows for name, table in restored.items()} == {"city": 500, "pair": 400}
    assert sorted(path.name for path in tmp_path.glob("*restored*")) == ["restored.sqlite"]


def test_a_backup_is_one_instant_while_others_write(live, tmp_path):
    stop = threading.Event()
    written = []

    def write():
        connection = pysqlite3.connect(str(live), timeout=30)
        number = 1000
        while not stop.is_set():
            with connection:
                connection.execute("INSERT INTO city VALUES (?, 'new', NULL)", (number,))
                connection.execute("INSERT INTO pair VALUES (?, ?)", (number, 1))
            written.append(number)
            number += 1
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        saved = [back_up(_url(live), tmp_path / f"{n}.backup", now=NOW).tables for n in range(5)]
    finally:
        stop.set()
        writer.join()
    # Both rows of a transaction are in, or neither: the tables always differ by the hundred that they began with.
    assert [tables["city"].rows - tables["pair"].rows for tables in saved] == [100] * 5
    assert saved[-1]["city"].rows > saved[0]["city"].rows >= 500


def test_a_plain_copy_of_the_file_is_found_out(live, tmp_path):
    back_up(_url(live), tmp_path / "good.backup", now=NOW)
    shutil.copy(live, tmp_path / "copied.backup")
    shutil.copy(tmp_path / "good.backup.json", tmp_path / "copied.backup.json")
    with pytest.raises(BackupFault, match="not what was saved"):
        restore(tmp_path / "copied.backup", _url(tmp_path / "restored.sqlite"))
    assert not (tmp_path / "restored.sqlite").exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE city SET name = 'Citi 7' WHERE id = 7",
        "UPDATE city SET name = 7 WHERE id = 7",
        "DELETE FROM pair WHERE a = 3",
        "CREATE TABLE added (x)",
        "DROP TABLE pair",
    ],
)
def test_a_changed_backup_is_found_out(live, tmp_path, change):
    back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    with pysqlite3.connect(str(tmp_path / "saved.backup")) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(BackupFault, match="not what was saved"):
        restore(tmp_path / "saved.backup", _url(tmp_path / "restored.sqlite"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("DROP TRIGGER audit_entry_no_update", "trigger audit_entry_no_update is missing"),
        ("DROP INDEX ix_delegate_email", "index ix_delegate_email is missing"),
        ("CREATE TRIGGER sly AFTER INSERT ON city BEGIN DELETE FROM city; END", "trigger sly is not in the manifest"),
    ],
)
def test_what_guards_the_rows_is_part_of_the_proof(database_url, tmp_path, change, named):
    """The rows alone would be equal: the log could be changed, or a table be slow, after a restore."""
    if not database_url.startswith("sqlite"):
        pytest.skip("a dump of PostgreSQL is not changed by hand")
    back_up(database_url, tmp_path / "saved.backup", now=NOW)
    restore(tmp_path / "saved.backup", _url(tmp_path / "control.sqlite"))
    with pysqlite3.connect(str(tmp_path / "saved.backup")) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(BackupFault, match=named):
        restore(tmp_path / "saved.backup", _url(tmp_path / "restored.sqlite"))
    assert not (tmp_path / "restored.sqlite").exists()


@pytest.fixture
def empty_databases(postgres_server):
    """Two new databases of nothing."""
    server = make_url(postgres_server).set(drivername="postgresql+psycopg")
    names = [f"bridge_{uuid.uuid4().hex[:12]}" for _number in range(2)]
    engine = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return [server.set(database=name).render_as_string(hide_password=False) for name in names]


@pytest.mark.postgres
def test_a_restored_postgres_has_the_guards_of_its_source(database_url, empty_databases, tmp_path):
    back_up(database_url, tmp_path / "saved.backup", now=NOW)
    stored = json.loads((tmp_path / "saved.backup.json").read_text())
    assert [name for name in stored["parts"] if name.startswith("trigger ")]
    first, second = empty_databases
    restore(tmp_path / "saved.backup", first)
    stored["parts"]["index that_was_there"] = "0"
    (tmp_path / "saved.backup.json").write_text(json.dumps(stored))
    with pytest.raises(BackupFault, match="index that_was_there is missing"):
        restore(tmp_path / "saved.backup", second)


@pytest.mark.postgres
def test_a_postgres_whose_guard_was_gone_is_not_restored(database_url, empty_databases, tmp_path):
    """The control is restored whole, through the migrations that were made and thrown away before it."""
    back_up(database_url, tmp_path / "whole.backup", now=NOW)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_value_no_update ON audit_value"))
    engine.dispose()
    back_up(database_url, tmp_path / "saved.backup", now=NOW)
    first, second = empty_databases
    restore(tmp_path / "whole.backup", first, as_migrated=True)
    with pytest.raises(OtherSchema, match="trigger audit_value_no_update of audit_value is missing"):
        restore(tmp_path / "saved.backup", second, as_migrated=True)


def test_a_manifest_from_before_the_guards_were_noted_is_still_taken(live, tmp_path):
    back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    manifest = tmp_path / "saved.backup.json"
    stored = json.loads(manifest.read_text())
    del stored["parts"]
    manifest.write_text(json.dumps(stored))
    restore(tmp_path / "saved.backup", _url(tmp_path / "restored.sqlite"))


def test_a_damaged_backup_is_found_out(live, tmp_path):
    back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    content = bytearray((tmp_path / "saved.backup").read_bytes())
    content[4096:4160] = b"\xff" * 64
    (tmp_path / "saved.backup").write_bytes(content)
    with pytest.raises(BackupFault, match="damaged"):
        restore(tmp_path / "saved.backup", _url(tmp_path / "restored.sqlite"))
    assert not (tmp_path / "restored.sqlite").exists()


def test_dangling_rows_stop_a_backup(live, tmp_path):
    with pysqlite3.connect(str(live)) as connection:
        connection.execute("INSERT INTO pair VALUES (1, 99999)")
    connection.close()
    with pytest.raises(BackupFault, match="point at rows that do not exist"):
        back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    assert not list(tmp_path.glob("*saved.backup*"))


def test_nothing_is_overwritten(live, tmp_path):
    back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    with pytest.raises(BackupFault, match="exists already"):
        back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    with pytest.raises(BackupFault, match="exists already"):
        restore(tmp_path / "saved.backup", _url(live))


def test_a_backup_without_manifest_or_source_is_refused(live, tmp_path):
    back_up(_url(live), tmp_path / "saved.backup", now=NOW)
    manifest = tmp_path / "saved.backup.json"
    stored = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({"engine": stored["engine"]}))
    with pytest.raises(BackupFault, match="cannot be read"):
        restore(tmp_path / "saved.backup", _url(tmp_path / "restored.sqlite"))
    manifest.unlink()
    with pytest.raises(BackupFault, match="missing"):
        restore(tmp_path / "saved.backup", _url(tmp_path / "restored.sqlite"))
    with pytest.raises(BackupFault, match="no database"):
        back_up(_url(tmp_path / "nowhere.sqlite"), tmp_path / "other.backup", now=NOW)
