"""Values that cost much to read, kept by each process until something about their edition changes."""

import itertools
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, event, select
from sqlalchemy.orm import Session, SessionTransaction

from app.platform.audit import AuditEntry
from app.platform.audit_chain import Chain, waiting_in, written_by
from app.platform.audit_lines import About
from app.platform.database.ahead import looks_shared
from app.platform.database.inserting import table_of

Value = TypeVar("Value")
Name = tuple[str, int, Hashable]

MOST_VALUES = 5000
"""Values kept at most; those that were asked for longest ago go first."""

_LOG = table_of(AuditEntry).c
_SINCE = (
    select(_LOG.id, _LOG.hash, _LOG.event_id, _LOG.action, _LOG.entity)
    .where(_LOG.id >= bindparam("read_to"))
    .order_by(_LOG.id)
)
_LAST = select(_LOG.id, _LOG.hash).order_by(_LOG.id.desc()).limit(1)
_SEEN = "lines that count"

_NEWEST = "SELECT coalesce(max(id), 0) FROM audit_entry"
_TOLD_SINCE = "SELECT 1 FROM audit_entry WHERE id > %s AND action = ANY(%s) LIMIT 1"
"""In the words of PostgreSQL, past the compiler: the second is asked while others wait for the end of the log."""


@contextmanager
def apart_from(session: Session) -> Iterator[Session]:
    """A session of its own on the same transaction: nobody's ``expire_all`` or changes reach the rows read in it."""
    session.flush()
    with Session(session.connection(), join_transaction_mode="rollback_only") as apart:
        yield apart


class _Of(NamedTuple):
    """Which lines count: those of an edition, without these actions and these kinds of things."""

    event_id: int
    actions: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()

    def counts(self, line: About) -> bool:
        return line.event_id == self.event_id and line.action not in self.actions and line.entity not in self.entities


class _Followed(NamedTuple):
    """How far the log was read, and the hash of the newest line by then that counts; empty without one."""

    line_id: int
    line_hash: str
    counted: str


class _Seen(NamedTuple):
    """What one transaction found, and how much it had written by then itself."""

    chain: Chain | None
    lines: int
    counted: str

    def holds(self, of: _Of, written: Chain | None) -> bool:
        if self.chain is not None and self.chain is not written:
            return False  # what it had written was undone
        return not any(of.counts(line) for line in (written.lines[self.lines :] if written else ()))


_kept: WeakKeyDictionary[Engine, OrderedDict[Name, tuple[str, object]]] = WeakKeyDictionary()
_followed: WeakKeyDictionary[Engine, dict[_Of, _Followed]] = WeakKeyDictionary()
_lock = Lock()
_states = itertools.count()


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
    newest = _newest(session, _Of(event_id, actions=frozenset(besides))) if state is None else state
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


def state_without(
    session: Session, event_id: int, *, quiet: frozenset[str], besides: frozenset[str] = frozenset()
) -> str:
    """The state of an edition that is seen, whatever the log says about these entities, and of these actions.

    To be given to ``kept``. For transactions that read, and for those that write a line after each change before they
    ask.
    """
    return _newest(session, _Of(event_id, actions=besides, entities=quiet))


def _newest(session: Session, of: _Of) -> str:
    """The hash of the newest line that counts, looked for once by a transaction that sees one state."""
    if any(of.counts(one.about) for one in waiting_in(session) or ()):
        return f"not in the log yet {next(_states)}"  # a state that nothing else is kept for
    written = written_by(session)
    seen: dict[Hashable, _Seen] = session.info.setdefault(_SEEN, looks_shared(session))
    known = seen.get(of)
    if known is not None and known.holds(of, written):
        return known.counted
    counted = _look(session, of)
    if _sees_one_state(session):
        seen[of] = _Seen(written, len(written.lines) if written else 0, counted)
    return counted


def _sees_one_state(session: Session) -> bool:
    """Whoever writes to PostgreSQL sees what others commit meanwhile; a short change looks once all the same."""
    engine = session.get_bind().engine
    is_short = waiting_in(session) is not None
    return is_short or engine.dialect.name == "sqlite" or "isolation_level" in engine.get_execution_options()


def newest_line(connection: Connection) -> int:
    """Number of the last line of the log that is committed (PostgreSQL)."""
    return int(connection.exec_driver_sql(_NEWEST).scalar_one())


def was_told_since(connection: Connection, line_id: int, actions: Collection[str]) -> bool:
    """Whether others wrote a line about one of these after a line (PostgreSQL).

    Whoever asks behind the end of the log, which is theirs until their commit, is told for good.
    """
    return connection.exec_driver_sql(_TOLD_SINCE, (line_id, [*actions])).first() is not None


def _look(session: Session, of: _Of) -> str:
    """Read on in the log from where the last look ended: a rush writes thousands of lines that do not count."""
    engine = session.get_bind().engine
    with _lock:
        followed = _followed.setdefault(engine, {})
        last = followed.get(of)
    rows = [] if last is None else session.connection().execute(_SINCE, {"read_to": last.line_id}).all()
    if last is not None and rows and rows[0].hash == last.line_hash:
        told = [row.hash for row in rows[1:] if of.counts(About(row.event_id, row.action, row.entity))]
        found = _Followed(rows[-1].id, rows[-1].hash, told[-1] if told else last.counted)
    else:
        found = _from_the_beginning(session, of)
    with _lock:
        followed[of] = found
    return found.counted


def _from_the_beginning(session: Session, of: _Of) -> _Followed:
    """Also where the line that was read last is gone: it was undone, or this transaction began before it."""
    connection = session.connection()
    last = connection.execute(_LAST).one_or_none()
    if last is None:
        return _Followed(0, "", "")
    lines = select(_LOG.hash).where(
        _LOG.id <= last.id,
        _LOG.event_id == of.event_id,
        _LOG.action.not_in(of.actions),
        _LOG.entity.not_in(of.entities),
    )
    return _Followed(last.id, last.hash, connection.scalar(lines.order_by(_LOG.id.desc()).limit(1)) or "")


@event.listens_for(Session, "after_transaction_end")
def _end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_SEEN, None)
