"""T08, T53, G5, G16: killed with no warning while it publishes, imports or migrates: all of it is there, or nothing."""

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import func, select, text

from app.delegations.models import Delegate
from app.models import metadata
from app.office.soundness import faults_of
from app.platform.clock import FixedClock
from app.platform.database.engine import Database
from app.platform.database.migrating import config_for, is_current, migrate
from app.registration.importing import service as importing
from app.registration.importing.enums import ImportKind, ImportState
from app.registration.importing.models import ImportFile
from tests.app.registration.importing.conftest import workbook
from tests.app.registration.importing.test_people import HEADERS, person
from tests.reliability.killing import (
    NOW,
    import_once,
    import_whole,
    integrity_of,
    migrate_once,
    overwrite_for_ever,
    publish_for_ever,
    until_killed,
)

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
TITLES = re.compile(r" in version (\d+)\.")


def _sound(database: Database) -> None:
    assert integrity_of(database) == []
    with database.reading() as session:
        assert list(faults_of(session)) == []


# Publishing


class Reader:
    """A visitor who asks for the public agenda again and again."""

    def __init__(self, client: Any, slug: str) -> None:
        self.client, self.slug = client, slug
        self.seen: list[int] = []
        self.torn: list[str] = []
        self.sizes: set[int] = set()

    def look(self) -> None:
        answer = self.client.get(f"/e/{self.slug}/agenda.json")
        assert answer.status_code == 200
        titles = TITLES.findall(answer.text)
        if len(set(titles)) > 1:
            self.torn.append(" ".join(titles))
        elif titles:
            self.seen.append(int(titles[0]))
            self.sizes.add(len(titles))


@pytest.fixture
def filled(database: Database, placed: Callable[..., Any], cast: Any) -> Database:
    """Six sessions in the draft of the event."""
    with database.writing() as session:
        for number in range(6):
            placed(
                session, f"Session {number}", (cast.heads[number % 4],), 70 * number, room=f"room-{'ab'[number % 2]}"
            )
    return database


@pytest.fixture
def reader(filled: Database, client: Any, cast: Any) -> Reader:
    return Reader(client, cast.event.slug)


def _publish_and_kill(database: Database, reader: Reader, event_id: int, *, kills: int) -> int:
    chance, released = random.Random(8), 0
    for _ in range(kills):
        at = len(reader.seen)
        said = until_killed(
            publish_for_ever, database.url, event_id, after=chance.uniform(0.0, 0.25), meanwhile=reader.look
        )
        reader.look()
        assert reader.torn == [], "a page held two versions"
        assert reader.seen[-1] in {said[-1], said[-1] + 1}, "the newest is the last acknowledged, or the one after it"
        assert reader.seen[at:] == sorted(reader.seen[at:]), "nobody sees an older version again"
        assert len(reader.sizes) == 1, "each version is seen whole"
        _sound(database)
        released += len(said)
    return released


@both
def test_a_visitor_sees_one_whole_version_while_releases_are_killed(
    database: Database, reader: Reader, cast: Any, kind: str
) -> None:
    """T08."""
    assert _publish_and_kill(database, reader, cast.event.id, kills=3) >= 3


@pytest.mark.long
@pytest.mark.timeout(900)
@both
def test_a_visitor_sees_one_whole_version_while_thirty_releases_are_killed(
    database: Database, reader: Reader, cast: Any, kind: str
) -> None:
    """T08, G5."""
    released = _publish_and_kill(database, reader, cast.event.id, kills=30)
    print(f"\n{kind}: 30 kills, {released} releases, {len(reader.seen)} looks, none torn")


def test_versions_that_are_written_piece_by_piece_are_seen_torn(database: Database, reader: Reader, cast: Any) -> None:
    """The control: without the one transaction of a release the same visitor sees a mixture."""
    until_killed(publish_for_ever, database.url, cast.event.id, after=0.0)
    for _ in range(20):
        until_killed(overwrite_for_ever, database.url, cast.event.id, after=0.3, meanwhile=reader.look)
        if reader.torn:
            return
    pytest.fail("what was written piece by piece was never seen so: the visitor would not see a torn release")


# Importing


@pytest.fixture
def uploaded(database: Database, event: Any, client: Any, sign_in: Callable[..., Any]) -> str:
    """A list of 120 people, read and looked at, not imported yet."""
    account = sign_in("organiser", event_id=event.id)
    with database.writing() as session:
        file = importing.take_upload(
            session, event=event, account_id=account.id, kind=ImportKind.PEOPLE, name="people.xlsx",
            content=workbook([HEADERS, *map(person, range(120))]), now=NOW,
        )  # fmt: skip
        key = file.key
    importing.read_upload(database, key, clock=FixedClock(NOW))
    return key


def _import_and_kill(database: Database, key: str, tmp_path: Path, *, kills: int) -> tuple[int, int]:
    """How often the killed import was there whole, and how often not at all."""
    chance, whole, none = random.Random(9), 0, 0
    source = tmp_path / "read.sqlite"
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{source}'")
    for number in range(kills):
        path = tmp_path / f"kill-{number}.sqlite"
        shutil.copy(source, path)
        said = until_killed(import_once, f"sqlite:///{path}", key, after=chance.uniform(0.0, 0.35))
        after = Database(f"sqlite:///{path}")
        with after.reading() as session:
            people = session.scalar(select(func.count()).select_from(Delegate))
            state = session.scalars(select(ImportFile.state)).one()
        assert (people, state) in {(0, ImportState.READY), (120, ImportState.IMPORTED)}, (
            "all or nothing, under its name"
        )
        assert people == 120 or "done" not in said, "what was acknowledged is there"
        _sound(after)
        if people == 0:
            none += 1
            import_whole(after, key)
            with after.reading() as session:
                assert session.scalar(select(func.count()).select_from(Delegate)) == 120, (
                    "the same list comes in after all"
                )
        else:
            whole += 1
        after.close()
        path.unlink()
    return whole, none


def test_a_killed_import_is_there_whole_or_not_at_all(database: Database, uploaded: str, tmp_path: Path) -> None:
    """G5."""
    if not database.is_sqlite:
        pytest.skip("a copy of the file for each kill: SQLite only")
    whole, none = _import_and_kill(database, uploaded, tmp_path, kills=3)
    assert whole + none == 3


@pytest.mark.long
@pytest.mark.timeout(900)
def test_thirty_killed_imports_are_there_whole_or_not_at_all(database: Database, uploaded: str, tmp_path: Path) -> None:
    """G5."""
    whole, none = _import_and_kill(database, uploaded, tmp_path, kills=30)
    assert none > 3, "some were killed in the middle"
    print(f"\n30 kills: {whole} imports were there, {none} were not, none in part")


# Migrating


EARLIER = "0020"
"""Some releases ago: from there to now is a way of several steps, some of which make tables anew."""


def _counts(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in metadata.tables}


def _migrate_and_kill(database: Database, *, kills: int, longest: float) -> int:
    """Rows of an earlier release are brought up while the program is killed; how often it was killed before the end."""
    before, chance, broken_off = _counts(database), random.Random(10), 0
    for _ in range(kills):
        command.downgrade(config_for(database.url), EARLIER)
        database.engine.dispose()
        database.read_engine.dispose()
        said = until_killed(migrate_once, database.url, after=chance.uniform(0.0, longest))
        broken_off += "done" not in said
        assert is_current(database) or "done" not in said
        migrate(database.url)
        assert is_current(database)
        assert _counts(database) == before
        _sound(database)
    return broken_off


@both
def test_a_killed_migration_starts_again_and_loses_no_row(filled: Database, kind: str) -> None:
    """T53, G16: from an earlier release, over all steps since."""
    _migrate_and_kill(filled, kills=1, longest=0.3)


@pytest.mark.long
@pytest.mark.timeout(900)
@both
def test_ten_killed_migrations_start_again_and_lose_no_row(filled: Database, kind: str) -> None:
    """T53, G16."""
    broken_off = _migrate_and_kill(filled, kills=10, longest=0.4)
    assert broken_off > 2, "some were killed in the middle"
    print(f"\n{kind}: 10 kills, {broken_off} before the end, 0 rows lost")
