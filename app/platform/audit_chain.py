"""The end of the log as one transaction knows it: read once, then carried on from line to line."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import event, text
from sqlalchemy.orm import Session

FIRST = "0" * 64
_NAME = "end of the log"


class About(NamedTuple):
    """What a line is about: of which edition, what was done, and to what kind of thing."""

    event_id: int | None
    action: str
    entity: str


@dataclass
class Chain:
    """The hash of the last line, and what this transaction wrote: keys of names, and what its lines are about."""

    hash: str
    names: set[str] = field(default_factory=set)
    lines: list[About] = field(default_factory=list)


def chain_of(session: Session) -> Chain:
    """Where the next line goes. One transaction at a time may write it, until its end: PostgreSQL needs to be told."""
    chain: Chain | None = session.info.get(_NAME)
    if chain is None:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(72757)"))
        last = connection.scalar(text("SELECT hash FROM audit_entry ORDER BY id DESC LIMIT 1"))
        chain = session.info[_NAME] = Chain(last or FIRST)
    return chain


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
def _end_softly(session: Session, _previous: Any) -> None:
    """A savepoint that is undone takes its lines along, and on PostgreSQL the lock where it was taken within."""
    session.info.pop(_NAME, None)
