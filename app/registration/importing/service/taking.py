"""An uploaded file until its rows can be looked at."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session, undefer

from app.events.models import Event
from app.platform.clock import Clock
from app.platform.database.engine import Database
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import new_token
from app.platform.wording import kept
from app.registration.importing.columns import fields_of, missing, sheet_of, suggested
from app.registration.importing.enums import ImportKind, ImportState
from app.registration.importing.models import ImportFile
from app.registration.importing.queries import dry_run
from app.registration.importing.reading.limits import Unreadable
from app.registration.importing.reading.starting import read_in_child
from app.registration.importing.reading.textfile import ENCODINGS
from app.registration.importing.words import why_unreadable

LIFE = timedelta(hours=2)
PATIENCE_SECONDS = 40.0
TOLD_EVERY_SECONDS = 1.0
_one_at_a_time = threading.Semaphore(1)
"""Of the children that read: each may take half a gigabyte."""


def take_upload(
    session: Session, *, event: Event, account_id: int, kind: ImportKind, name: str, content: bytes, now: datetime
) -> ImportFile:
    """Keep a file for its owner until it is read; what the owner uploaded for the same before is dropped.

    Raises:
        Refused: it is empty.
    """
    if not content:
        raise Refused({"file": _("Choose a file that is not empty.")})
    purge(session, now=now, event_id=event.id, account_id=account_id, kind=kind)
    file = ImportFile(
        key=new_token(),
        event_id=event.id,
        account_id=account_id,
        kind=kind,
        name=kept(name.replace("\\", "/").rsplit("/", 1)[-1])[-200:] or "list",
        content=content,
        uploaded_at=now,
        expires_at=now + LIFE,
    )
    session.add(file)
    session.flush()
    return file


def read_upload(database: Database, key: str, *, clock: Clock) -> None:
    """Read a file that was taken, in a child process and outside any transaction, and note what came of it.

    What was read is checked once before the page shows it, so that a long list says how far it is all the way; the page
    and the import check anew, for others go on working meanwhile.
    """
    with database.reading() as session:
        file = _file(session, key)
        if file is None or file.content is None or file.state is not ImportState.READING:
            return
        content, encoding, kind = file.content, file.encoding, file.kind
    told = _Told(database, key)
    found, message = _read(content, encoding, on_rows=lambda rows: told.say(read=rows))
    with database.writing() as session:
        file = _file(session, key)
        if file is None or file.expires_at <= clock.now():
            return
        if found is None:
            file.state, file.message, file.content = ImportState.UNREADABLE, message, None
            return
        rows = found.pop("rows")
        file.cells, file.about, file.encoding = rows, found, found.get("encoding")
        file.columns = suggested(kind, sheet_of(kind, rows))
    _check(database, key, told)
    with database.writing() as session:
        file = _file(session, key)
        if file is not None and file.state is ImportState.READING:
            file.about, file.state = found, ImportState.READY


def choose_columns(
    session: Session, *, file: ImportFile, columns: Mapping[str, str], encoding: str | None, version: int
) -> bool:
    """Match columns with fields as a person chose; returns whether the file must be read again in other letters.

    Raises:
        Conflict: it was changed meanwhile, in another window.
        Refused: a field that is not known, or is chosen twice.
    """
    if file.version != version or file.state is not ImportState.READY:
        raise Conflict(_("This list was changed in another window. Load the page again."))
    known = fields_of(file.kind)
    chosen = {position: field for position, field in columns.items() if field}
    errors: dict[str, str] = {}
    for position, field in chosen.items():
        if field not in known:
            errors[f"column-{position}"] = _("Choose one from the list.")
        elif list(chosen.values()).count(field) > 1:
            errors[f"column-{position}"] = _("%(field)s is chosen twice.") % {"field": known[field]}
    if encoding is not None and encoding not in ENCODINGS:
        errors["encoding"] = _("Choose one from the list.")
    if errors:
        raise Refused(errors)
    file.columns = chosen
    reads_again = encoding is not None and encoding != file.encoding and file.content is not None
    if reads_again:
        file.encoding, file.state, file.progress = encoding, ImportState.READING, {}
    session.flush()
    return reads_again


def purge(
    session: Session,
    *,
    now: datetime,
    event_id: int | None = None,
    account_id: int | None = None,
    kind: ImportKind | None = None,
) -> None:
    """Drop what has expired, and what one account left of one kind."""
    own = (ImportFile.event_id == event_id) & (ImportFile.account_id == account_id) & (ImportFile.kind == kind)
    session.execute(delete(ImportFile).where(or_(ImportFile.expires_at <= now, own)))


class _Told:
    """Notes how far a list is, once a second: a list that is done sooner notes nothing."""

    def __init__(self, database: Database, key: str) -> None:
        self._database, self._key = database, key
        self._said_at = time.monotonic()

    def say(self, **figures: int) -> None:
        if time.monotonic() - self._said_at < TOLD_EVERY_SECONDS:
            return
        self._said_at = time.monotonic()
        with self._database.writing() as session:
            # Past the object and its version: this is no change that anybody could be in the way of.
            theirs = (ImportFile.key == self._key, ImportFile.state == ImportState.READING)
            session.execute(update(ImportFile).where(*theirs).values(progress=figures))


def _check(database: Database, key: str, told: _Told) -> None:
    """Go through the rows once, for how far it is; whoever looks then finds it done."""
    with database.reading() as session:
        file = session.scalar(select(ImportFile).where(ImportFile.key == key).options(undefer(ImportFile.cells)))
        if file is None or missing(file.kind, file.columns):
            return
        event, total = session.get_one(Event, file.event_id), max(0, len(file.cells) - 1)
        dry_run(session, event=event, file=file, on_rows=lambda rows: told.say(read=total, checked=rows))


def _read(
    content: bytes, encoding: str | None, *, on_rows: Callable[[int], None]
) -> tuple[dict[str, Any] | None, str | None]:
    if not _one_at_a_time.acquire(timeout=PATIENCE_SECONDS):
        return None, why_unreadable(Unreadable("busy"))
    try:
        return read_in_child(content, encoding=encoding, on_rows=on_rows), None
    except Unreadable as refused:
        return None, why_unreadable(refused)
    finally:
        _one_at_a_time.release()


def _file(session: Session, key: str) -> ImportFile | None:
    return session.query(ImportFile).filter_by(key=key).one_or_none()
