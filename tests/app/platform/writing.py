"""Pieces of work for the tests of short changes, and what is stored of them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.platform import audit
from app.platform.database.engine import Database
from app.platform.idempotency import SpentForm


def spending(key: str, now: Any) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.add(SpentForm(sender="me", form_digest=key, spent_at=now))
        session.flush()
        return key

    return work


def take(session: Session, key: str) -> None:
    session.execute(text("SELECT 1 FROM spent_form WHERE form_digest = :key FOR UPDATE"), {"key": key})


def lines(database: Database) -> list[str]:
    """What the lines of the log are about, in their order; its chain holds."""
    with database.reading() as session:
        assert audit.verify(session) is None
        return list(session.scalars(text("SELECT entity_id FROM audit_entry WHERE entity = 'test' ORDER BY id")))


def stored(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(text("SELECT form_digest FROM spent_form")))
