"""The server does not start on a machine that would lose or leak what it is given."""

from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import event, text
from starlette.testclient import TestClient

from app.main import create_app
from app.platform import audit, self_check
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.database.migrating import config_for
from app.platform.self_check import UnfitToServe, Weight, findings_of
from app.platform.settings import Settings

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def _said(database: Database, settings: Settings, *, now: datetime = NOW) -> dict[str, Weight]:
    found = {finding.sentence: finding.weight for finding in findings_of(database, settings, now=now)}
    # These tests' clock stands still, a PostgreSQL server's does not: that has a test of its own.
    return {sentence: weight for sentence, weight in found.items() if "the database's are" not in sentence}


@pytest.fixture
def sound(settings: Settings) -> Settings:
    return settings.model_copy(update={"base_url": "https://bridge.example"})


def test_a_sound_sqlite_has_no_finding(database: Database, sound: Settings) -> None:
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    assert _said(database, sound) == {}
    self_check.run(database, sound, now=NOW)


@pytest.mark.postgres
def test_a_sound_postgres_does_not_stop_the_server(database: Database, sound: Settings) -> None:
    told = _said(database, sound, now=datetime.now(UTC))
    assert [sentence for sentence, weight in told.items() if weight is Weight.STOPS] == []


def test_a_log_of_another_secret_warns(database: Database, sound: Settings, event: Any, clock: Any) -> None:
    """A second machine, or a restored one, that was given another BRIDGE_SECRET."""
    with database.writing() as session:
        audit.record(
            session, actor=Actor(account_id=None, label="Somebody"), now=clock.now(), event_id=event.id,
            action="event.renamed", entity="event", entity_id=event.id, changes={},
        )  # fmt: skip
    assert not any("another one than the log" in sentence for sentence in _said(database, sound))
    audit.use_key(b"the key of another machine")
    warned = [weight for sentence, weight in _said(database, sound).items() if "another one than the log" in sentence]
    assert warned == [Weight.WARNS]


@pytest.mark.postgres
def test_two_clocks_apart_warn(database: Database, sound: Settings) -> None:
    found = {one.sentence: one.weight for one in findings_of(database, sound, now=datetime(2050, 1, 1, tzinfo=UTC))}
    assert [weight for sentence, weight in found.items() if "the database's are" in sentence] == [Weight.WARNS]


def test_a_demonstration_lives_in_another_time(database: Database, sound: Settings) -> None:
    then = datetime(2019, 8, 20, tzinfo=UTC)
    assert any("The clock shows" in sentence for sentence in _said(database, sound, now=then))
    assert _said(database, sound.model_copy(update={"demonstration": True}), now=then) == {}


@pytest.mark.parametrize("name", ["synchronous_commit"])
@pytest.mark.postgres
def test_a_postgres_that_forgets_stops_the_server(database: Database, sound: Settings, name: str) -> None:
    """T50."""
    with database.writing() as session:
        session.execute(text(f"ALTER DATABASE {database.engine.url.database} SET {name} = off"))
    database.engine.dispose()
    with pytest.raises(UnfitToServe, match=f"{name}=off"):
        self_check.run(database, sound, now=NOW)


@pytest.mark.parametrize(
    ("pragma", "told"),
    [
        ("synchronous=NORMAL", "synchronous=1 and needs 2"),
        ("foreign_keys=OFF", "foreign_keys=0 and needs 1"),
        ("recursive_triggers=OFF", "recursive_triggers=0 and needs 1"),
        ("journal_mode=DELETE", "journal_mode=delete and needs wal"),
    ],
)
def test_a_sqlite_that_is_not_prepared_stops_the_server(
    database: Database, sound: Settings, pragma: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T50."""
    if not database.is_sqlite:
        pytest.skip("SQLite only")
    # No reader may be open: SQLite leaves its write-ahead log for a sole connection only.
    monkeypatch.setattr(self_check, "is_current", lambda _database: True)
    event.listen(database.engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}"))
    with pytest.raises(UnfitToServe, match=told):
        self_check.run(database, sound, now=NOW)


@pytest.mark.parametrize(
    ("change", "told", "weight"),
    [
        ({"base_url": "http://bridge.example"}, "must be https", Weight.STOPS),
        ({"base_url": "http://10.0.0.4:8000"}, "must be https", Weight.STOPS),
        ({"base_url": "bridge.example"}, "takes the form", Weight.STOPS),
        ({"base_url": "ftp://bridge.example"}, "takes the form", Weight.STOPS),
        ({"base_url": "https://bridge.example/office"}, "takes the form", Weight.STOPS),
        ({"base_url": "http://intranet"}, "must be https", Weight.WARNS),
        ({"secret": "short"}, "BRIDGE_SECRET has under", Weight.STOPS),
        ({"secret": ""}, "BRIDGE_SECRET is empty", Weight.WARNS),
    ],
)
def test_settings_are_looked_at(
    database: Database, sound: Settings, change: dict[str, Any], told: str, weight: Weight
) -> None:
    """T50."""
    found = _said(database, sound.model_copy(update=change))
    assert [one for sentence, one in found.items() if told in sentence] == [weight]


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000", "https://bridge.example:8443"]
)
def test_plain_http_is_for_this_machine_alone(database: Database, sound: Settings, base_url: str) -> None:
    assert _said(database, sound.model_copy(update={"base_url": base_url})) == {}


def test_a_demonstration_needs_no_secret(database: Database, sound: Settings) -> None:
    assert _said(database, sound.model_copy(update={"secret": "", "demonstration": True})) == {}


def test_old_tables_stop_the_server(database: Database, database_url: str, sound: Settings, clock: Any) -> None:
    command.downgrade(config_for(database_url), "-1")
    with pytest.raises(UnfitToServe, match="bridge migrate"):
        self_check.run(database, sound, now=NOW)
    database.close()
    with pytest.raises(UnfitToServe), TestClient(create_app(sound, clock=clock)):
        pass


def test_a_full_disk_and_a_wrong_clock_warn(
    database: Database, sound: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T50."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(self_check.shutil, "disk_usage", lambda _path: usage(10, 10, 5 * 2**20))
    found = _said(database, sound, now=datetime(2001, 1, 1, tzinfo=UTC))
    assert set(found.values()) == {Weight.WARNS}
    assert any("Only 5 MB are free" in sentence for sentence in found)
    assert any("The clock shows 01 January 2001" in sentence for sentence in found)
    assert Path(sound.var).is_dir()
