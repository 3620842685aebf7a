"""Processes that change something for ever, and are killed with no warning while they do.

They are forked by a server process of their own, which has imported all and has no thread that a fork could break.
"""

import multiprocessing
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm.attributes import flag_modified

import app.models  # noqa: F401  (every model must be known before the first query)
from app.agenda.models import AgendaRelease, AgendaSession, ReleasedSession
from app.agenda.service import release
from app.events.models import Event
from app.platform import audit
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.registration.importing import service as importing
from app.registration.importing.models import ImportFile
from app.registration.importing.queries import dry_run

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.reliability.killing"])
NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
LONGEST_START = 60.0
ACTOR = Actor.system("test")


def until_killed(
    work: Callable[..., None], *arguments: Any, after: float, meanwhile: Callable[[], None] = lambda: None
) -> list[Any]:
    """Run ``work(pipe, *arguments)`` in a process, kill it some seconds after its first word; all that it said.

    ``meanwhile`` is done again and again until then.
    """
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=work, args=(theirs, *arguments), daemon=True)
    process.start()
    theirs.close()
    if not ours.poll(LONGEST_START):
        process.kill()
        raise AssertionError("the process said nothing")
    end = time.monotonic() + after
    meanwhile()
    while time.monotonic() < end:
        meanwhile()
        time.sleep(min(0.002, max(0.0, end - time.monotonic())))
    process.kill()
    process.join()
    said = []
    try:
        while ours.poll(0):
            said.append(ours.recv())
    except EOFError:
        pass
    ours.close()
    return said


def _opened(url: str) -> Database:
    audit.use_key(b"a key for tests")
    return Database(url)


def publish_for_ever(pipe: Connection, url: str, event_id: int) -> None:
    """Release after release; the titles of each name its number, so that a page of two releases is seen."""
    database = _opened(url)
    number = 0
    while True:
        with database.writing() as session:
            event = session.get_one(Event, event_id)
            number = 1 + (
                session.scalar(select(AgendaRelease.number).order_by(AgendaRelease.number.desc()).limit(1)) or 0
            )
            for item in session.scalars(select(AgendaSession).where(AgendaSession.event_id == event_id)):
                item.title = f"{item.slug} in version {number}."
            release(session, event=event, name=f"Version {number}", note=None, actor=ACTOR, now=NOW)
        pipe.send(number)


def overwrite_for_ever(pipe: Connection, url: str, event_id: int) -> None:
    """What no release does, for the control: the public rows are changed in place, each in its own transaction."""
    database, number = _opened(url), 1000
    while True:
        number += 1
        with database.reading() as session:
            ids = session.scalars(select(ReleasedSession.id).order_by(ReleasedSession.id)).all()
        for one in ids:
            with database.writing() as session:
                item = session.get_one(ReleasedSession, one)
                item.frozen = {**item.frozen, "title": f"x in version {number}.", "titles": {}}
                flag_modified(item, "frozen")
                audit.record(
                    session,
                    actor=ACTOR,
                    now=NOW,
                    event_id=event_id,
                    action="overwritten",
                    entity="test",
                    entity_id=1,
                    changes={"number": (None, number)},
                )
            pipe.send(number)


def import_once(pipe: Connection, url: str, key: str) -> None:
    """Import a list that was read, then wait to be killed."""
    database = _opened(url)
    import_whole(database, key, about_to_write=lambda: pipe.send("begins"))
    pipe.send("done")
    time.sleep(60)


def import_whole(database: Database, key: str, *, about_to_write: Callable[[], None] = lambda: None) -> None:
    """Look at a list that was read, then import it, as its page does."""
    with database.reading() as session:
        file = session.scalars(select(ImportFile).where(ImportFile.key == key)).one()
        digest = dry_run(session, event=session.get_one(Event, file.event_id), file=file).digest()
    about_to_write()
    with database.writing() as session:
        file = session.scalars(select(ImportFile).where(ImportFile.key == key)).one()
        event = session.get_one(Event, file.event_id)
        importing.import_rows(session, event=event, file=file, digest=digest, actor=ACTOR, now=NOW)


def migrate_once(pipe: Connection, url: str) -> None:
    """Bring the tables up to date, then wait to be killed."""
    _opened(url).close()
    pipe.send("begins")
    migrate(url)
    pipe.send("done")
    time.sleep(60)


def integrity_of(database: Database) -> list[str]:
    """What SQLite finds wrong with its file; nothing on PostgreSQL."""
    if not database.is_sqlite:
        return []
    with database.reading() as session:
        found = [one for one in session.execute(text("PRAGMA integrity_check")).scalars() if one != "ok"]
        return found + [str(row) for row in session.execute(text("PRAGMA foreign_key_check"))]
