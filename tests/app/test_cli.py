"""The command ``bridge``: what an operator types, and that a restored backup has equal hashes (ADM-08)."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import func, select

from app.accounts.models import Account, RoleGrant
from app.agenda.models import AgendaRelease
from app.demo.load import load_demo
from app.events.models import Event
from app.meetings.models import Meeting
from app.platform.backup import BackupFault, back_up, restore
from app.platform.database.engine import Database

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)


def _sums(told: str) -> dict[str, tuple[str, str]]:
    lines = re.findall(r"^  (\w+) +(\d+) rows  ([0-9a-f]{64})$", told, re.MULTILINE)
    return {name: (rows, sha256) for name, rows, sha256 in lines}


COMMANDS = (
    "serve", "worker", "demo", "load-fixture", "migrate", "create-admin", "rights", "backup", "restore", "print",
)  # fmt: skip


def test_every_command_is_there():
    told = subprocess.run(
        [sys.executable, "-m", "app.cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in (*COMMANDS, "export-problem"):
        assert re.search(rf"^[│|]? *{name} ", told.stdout, re.MULTILINE), name


def test_migrating_twice_does_nothing(bridge, tmp_path):
    url = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    for _ in range(2):
        done = bridge("migrate", DATABASE_URL=url)
        assert (done.returncode, done.stdout) == (0, "The tables are up to date.\n"), done.stderr
    database = Database(url)
    with database.reading() as session:
        assert session.scalars(select(Event)).all() == []
    database.close()


def test_an_administrator_is_made_with_a_link(bridge, database):
    for _ in range(2):
        done = bridge("create-admin", "Root@Office.Example", "--name", "Root", BRIDGE_BASE_URL="https://bridge.example")
        assert done.returncode == 0, done.stderr
        assert re.search(r"^  https://bridge\.example/sign-in/[\w-]{27}$", done.stdout, re.MULTILINE)
    with database.reading() as session:
        assert session.scalars(select(Account.email)).all() == ["root@office.example"]
        assert [role.value for role in session.scalars(select(RoleGrant.role))] == ["administrator"]


@pytest.mark.parametrize("typed", ["nobody", "a@b.example\nx", ""])
def test_what_is_no_address_is_refused_in_a_sentence(bridge, typed):
    done = bridge("create-admin", typed)
    assert done.returncode == 1
    assert done.stderr == "This is not an e-mail address. It looks like name@city.example.\n"


def test_a_restored_backup_has_equal_hashes(bridge, database, tmp_path):
    with database.writing() as session:
        load_demo(session, now=NOW)
    saved = bridge("backup")
    assert saved.returncode == 0, saved.stderr
    files = sorted((tmp_path / "var" / "backups").iterdir())
    assert [path.suffix for path in files] == [".backup", ".json"]
    restored = bridge("restore", str(files[0]), "--to", str(tmp_path / "restored.sqlite"))
    assert restored.returncode == 0, restored.stderr
    sums = _sums(saved.stdout)
    assert sums == _sums(restored.stdout)
    assert int(sums["delegate"][0]) > 50 and int(sums["audit_entry"][0]) > 0
    again = bridge("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'restored.sqlite'}")
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("DROP TRIGGER audit_entry_no_update", "trigger audit_entry_no_update is missing"),
        ("DROP INDEX ix_delegate_email", "index ix_delegate_email is missing"),
        ("ALTER TABLE city ADD COLUMN added TEXT", "column city.added is not made by them"),
        ("DROP TABLE day_closing", "table day_closing is missing"),
        ("UPDATE alembic_version SET version_num = 'later'", "version later, which this program does not know"),
        ("DROP TABLE alembic_version", "is no backup of BRIDGE"),
    ],
)
def test_a_backup_of_tables_without_their_guards_is_refused(bridge, database_url, tmp_path, change, named):
    """ADM-08: the manifest alone would be satisfied, since the guard was gone before the backup was taken."""
    if not database_url.startswith("sqlite"):
        pytest.skip("platform/test_backup.py has one for PostgreSQL")
    saved, restored = tmp_path / "saved.backup", tmp_path / "restored.sqlite"
    assert bridge("backup", "--to", str(tmp_path / "whole.backup")).returncode == 0
    assert bridge("restore", str(tmp_path / "whole.backup"), "--to", str(tmp_path / "whole.sqlite")).returncode == 0
    with pysqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
        connection.execute(change)
    connection.close()
    assert bridge("backup", "--to", str(saved)).returncode == 0
    done = bridge("restore", str(saved), "--to", str(restored))
    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not restored.exists()


def test_a_restore_overwrites_nothing(bridge, tmp_path):
    bridge("backup", "--to", str(tmp_path / "saved.backup"))
    before = (tmp_path / "bridge.sqlite").read_bytes()
    done = bridge("restore", str(tmp_path / "saved.backup"), "--to", str(tmp_path / "bridge.sqlite"))
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert (tmp_path / "bridge.sqlite").read_bytes() == before


@pytest.mark.parametrize("kind", ["pairing", "agenda", "meetings"])
def test_a_problem_is_written_as_the_scheduler_reads_it(bridge, database, tmp_path, kind):
    with database.writing() as session:
        slug = load_demo(session, now=NOW).event.slug
    file = tmp_path / "problem.json"
    done = bridge("export-problem", kind, "--event", slug, "-o", str(file))
    assert done.returncode == 0, done.stderr
    problem = import_module(f"scheduler.{kind}.problem").read_problem(file.read_bytes())
    assert problem.model_dump_json(indent=1) + "\n" == file.read_text()
    assert bridge("export-problem", kind, "--event", slug).stdout == file.read_text()


def test_unknown_names_are_answered_with_the_known_ones(bridge, database):
    with database.writing() as session:
        session.add(
            Event(
                slug="vienna",
                name="Vienna",
                starts_on=date(2019, 9, 3),
                ends_on=date(2019, 9, 4),
                timezone="Europe/Vienna",
                venue_name="A venue",
                contact_email="office@test.example",
            )
        )
    for arguments in (("export-problem", "agenda", "--event", "paris"), ("print", "--event", "paris")):
        done = bridge(*arguments)
        assert (done.returncode, done.stderr) == (1, "There is no event 'paris'. There are: vienna.\n")
    assert "Choose pairing, agenda or meetings." in bridge("export-problem", "seating", "--event", "vienna").stderr
    assert "F-SMALL" in bridge("load-fixture", "F-HUGE").stderr


def test_a_fixture_is_loaded_once(bridge, database):
    done = bridge("load-fixture", "F-SMALL")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "F-SMALL is loaded (seed 0): f-small\n"
    again = bridge("load-fixture", "F-SMALL")
    assert again.returncode == 1
    assert "there already" in again.stderr
    with database.reading() as session:
        assert session.scalars(select(Event.slug)).all() == ["f-small"]


def test_a_fixture_can_come_planned(bridge, database):
    done = bridge("load-fixture", "F-SMALL", "--plan", "5")
    assert done.returncode == 0, done.stderr
    with database.reading() as session:
        assert session.scalar(select(AgendaRelease.number)) == 1
        assert session.scalar(select(func.count()).select_from(Meeting)) > 0


@pytest.mark.parametrize(
    "command", [("create-admin", "a@b.example"), ("print", "--event", "x")], ids=lambda one: one[0]
)
def test_a_database_without_tables_is_said(bridge, tmp_path, command):
    done = bridge(*command, DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite")
    assert (done.returncode, done.stderr) == (1, "The database has no tables yet: `bridge migrate` makes them.\n")


def test_a_worker_needs_postgresql(bridge):
    done = bridge("worker")
    assert done.returncode == 1
    assert done.stderr == "With SQLite the web process does the solver runs; a worker needs PostgreSQL.\n"


def test_a_reset_touches_nothing_but_a_demonstration(bridge, database, event, tmp_path):
    assert "Only a demonstration" in bridge("demo", "--reset").stderr
    done = bridge("demo", "--reset", BRIDGE_DEMONSTRATION="1")
    assert done.returncode == 1
    assert "Nothing was deleted." in done.stderr
    with database.reading() as session:
        assert session.scalars(select(Event.slug)).all() == [event.slug]


def test_two_servers_do_not_share_a_file(bridge, database):
    database.serve_alone()
    done = bridge("serve", "--port", "1")
    assert done.returncode == 1
    assert "Another process serves" in done.stderr


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_restored_with_equal_hashes(database, postgres_server, tmp_path):
    """Taken while rows are written: the dump and the hashes share one view."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    with database.writing() as session:
        load_demo(session, now=NOW)
    saved = back_up(database.url, tmp_path / "saved.dump", now=NOW)
    assert saved.engine == "postgresql"
    assert saved.tables["delegate"].rows > 50

    address = make_url(database.url).set(drivername="postgresql+psycopg")
    fresh = f"{address.database}_restored"
    server = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {fresh}"))
    server.dispose()
    target = address.set(database=fresh).render_as_string(hide_password=False)
    assert restore(tmp_path / "saved.dump", target) == saved.tables
    with pytest.raises(BackupFault, match="not empty"):
        restore(tmp_path / "saved.dump", target)
    with pytest.raises(BackupFault, match="backup of postgresql"):
        restore(tmp_path / "saved.dump", f"sqlite:///{tmp_path / 'x.sqlite'}")
