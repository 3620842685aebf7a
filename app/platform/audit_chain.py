"""The end of the log as one transaction knows it: read once, then carried on from line to line.

Lines may wait for the end of their transaction: until then nobody else has to wait for the end of the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction

from app.platform.audit_lines import About, Unwritten
from app.platform.database.undoing import Undoable

FIRST = "0" * 64
_NAME, _WAITING = "end of the log", "lines of the log that wait"


@dataclass
class Chain:
    """The hash of the last line, and what this transaction wrote: keys of names, and what its lines are about."""

    hash: str
    names: set[str] = field(default_factory=set)
    lines: list[About] = field(default_factory=list)


def chain_of(session: Session) -> Chain:
    """Where the next line goes, of whoever writes it at once."""
    chain: Chain | None = session.info.get(_NAME)
    if chain is None:
        chain = session.info[_NAME] = end_of_log(session.connection())
    return chain


def end_of_log(connection: Connection) -> Chain:
    """One transaction at a time may go on from there, until its end: PostgreSQL needs to be told."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(72757)"))
    last = connection.scalar(text("SELECT hash FROM audit_entry ORDER BY id DESC LIMIT 1"))
    return Chain(last or FIRST)


def let_lines_wait(session: Session, lines: list[Unwritten]) -> None:
    """Gather the lines of a session behind these; whoever owns its transaction writes all of them at its end."""
    session.info[_WAITING] = Undoable(session, lines)


def waiting_in(session: Session) -> Sequence[Unwritten] | None:
    """The lines of this transaction that are not written yet; nothing where lines are written at once."""
    waiting: Undoable[Unwritten] | None = session.info.get(_WAITING)
    return None if waiting is None else waiting.items


def wait(session: Session, line: Unwritten) -> bool:
    """Whether a line waits now; where lines are written at once it does not."""
    waiting: Undoable[Unwritten] | None = session.info.get(_WAITING)
    if waiting is None:
        return False
    waiting.items.append(line)
    return True


def written_by(session: Session) -> Chain | None:
    """What this transaction has written so far, nothing where it wrote no line."""
    chain: Chain | None = session.info.get(_NAME)
    return chain


def names_begun_anew(session: Session) -> None:
    """Keep names again that this transaction kept before: one of them was taken out."""
    chain: Chain | None = session.info.get(_NAME)
    if chain is not None:
        chain.names.clear()


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _end(session: Session) -> None:
    session.info.pop(_NAME, None)


@event.listens_for(Session, "after_soft_rollback")
def _end_softly(session: Session, _previous: SessionTransaction) -> None:
    """A savepoint that is undone takes its lines along, and on PostgreSQL the lock where it was taken within."""
    session.info.pop(_NAME, None)
