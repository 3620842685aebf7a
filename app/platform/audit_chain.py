"""The end of the log as one transaction knows it: read once, then carried on from line to line."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.orm import Session

FIRST = "0" * 64
_NAME = "end of the log"


@dataclass
class Chain:
    """The hash of the last line, and the keys of names that this transaction has kept."""

    hash: str
    names: set[str] = field(default_factory=set)


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
