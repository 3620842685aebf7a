"""Values that cost much to read, kept by each process until something about their edition changes."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, bindparam, select
from sqlalchemy.orm import Session

from app.platform.audit import AuditEntry, newest_line

Value = TypeVar("Value")
Name = tuple[str, int, Hashable]

MOST_VALUES = 5000
"""Values kept at most; those that were asked for longest ago go first."""

_kept: WeakKeyDictionary[Engine, OrderedDict[Name, tuple[str, object]]] = WeakKeyDictionary()
_followed: WeakKeyDictionary[Engine, dict[tuple[int, frozenset[str]], "_Followed"]] = WeakKeyDictionary()
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class _Followed:
    """How far the log was read about an edition: the newest line, and the newest that counts."""

    line_id: int
    line_hash: str
    counted: str


def kept(
    session: Session,
    name: str,
    *,
    event_id: int,
    read: Callable[[], Value],
    besides: Collection[str] = (),
    state: str | None = None,
    of: Hashable = None,
) -> Value:
    """What ``read`` gives, read once for each state of the edition that this transaction sees.

    Every change writes a line into the log in its transaction, so the newest line says which state that is. Only for
    values that depend on the rows of the edition alone: not on the reader, the language or the clock.

    Args:
        besides: actions that the value does not depend on; their lines leave it kept.
        state: the state of the edition where it was asked for before, by ``state_without``.
        of: what of the edition the value is about, such as the ID of a person.
    """
    newest = newest_line(session, event_id, besides=besides) if state is None else state
    engine = session.get_bind().engine
    key = (name, event_id, of)
    with _lock:
        values = _kept.setdefault(engine, OrderedDict())
        stored = values.get(key)
        if stored is not None:
            values.move_to_end(key)
    if stored is not None and stored[0] == newest:
        return stored[1]  # type: ignore[return-value]
    value = read()
    with _lock:
        values[key] = (newest, value)
        values.move_to_end(key)
        while len(values) > MOST_VALUES:
            values.popitem(last=False)
    return value


def state_without(session: Session, event_id: int, *, quiet: frozenset[str]) -> str:
    """The state of an edition that is seen, whatever the log says about these entities: for ``kept``.

    A rush of what is quiet costs a look at its lines since the last look, not at all of them. For transactions that
    read: one that writes sees a line of its own before the change that the next line is about.
    """
    engine = session.get_bind().engine
    with _lock:
        followed = _followed.setdefault(engine, {})
    seen = followed.get((event_id, quiet))
    if seen is not None:
        rows = session.execute(_lines_since(), {"event_id": event_id, "line_id": seen.line_id}).all()
        # A transaction that began before the last look does not see that line: it reads for itself.
        if rows and rows[0].hash == seen.line_hash:
            counted = next((row.hash for row in reversed(rows[1:]) if row.entity not in quiet), seen.counted)
            if len(rows) > 1:
                followed[event_id, quiet] = _Followed(line_id=rows[-1].id, line_hash=rows[-1].hash, counted=counted)
            return counted
    given = {"event_id": event_id, "quiet": sorted(quiet)}
    counted = session.scalar(_newest_but(), given) or ""
    last = session.execute(_newest(), given).one_or_none()
    if last is not None and seen is None:
        followed[event_id, quiet] = _Followed(line_id=last.id, line_hash=last.hash, counted=counted)
    return counted


@cache
def _lines_since() -> Select[int, str, str]:
    lines = select(AuditEntry.id, AuditEntry.hash, AuditEntry.entity).order_by(AuditEntry.id)
    return lines.where(AuditEntry.event_id == bindparam("event_id"), AuditEntry.id >= bindparam("line_id"))


@cache
def _newest() -> Select[int, str]:
    lines = select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    return lines.where(AuditEntry.event_id == bindparam("event_id"))


@cache
def _newest_but() -> Select[str]:
    lines = select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    is_loud = AuditEntry.entity.not_in(bindparam("quiet", expanding=True))
    return lines.where(AuditEntry.event_id == bindparam("event_id"), is_loud)
