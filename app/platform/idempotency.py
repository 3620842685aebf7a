"""A form sent twice has one effect: each rendered form carries a key that one principal can spend once."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.platform.database.base import Base
from app.platform.errors import Conflict
from app.platform.tokens import digest, new_token

FIELD = "form_key"


class SpentForm(Base):
    """A form that was sent; in the same transaction as its effect."""

    __tablename__ = "spent_form"
    __table_args__ = (UniqueConstraint("sender", "form_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(80))
    form_digest: Mapped[str] = mapped_column(String(64))
    spent_at: Mapped[datetime]


def form_key() -> str:
    """A fresh key for a form that is being rendered."""
    return new_token()


def spend(session: Session, *, sender: str, key: str | None, now: datetime) -> None:
    """Note that this form was sent; forms without a key are not watched.

    Raises:
        Conflict: it was sent before.
    """
    if not key:
        return
    try:
        with session.begin_nested():
            session.add(SpentForm(sender=sender, form_digest=digest(key), spent_at=now))
    except IntegrityError:
        raise Conflict("This form was sent already. What you asked for is done.") from None
