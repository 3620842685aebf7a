"""A form sent twice has one effect: each rendered form carries a key that one sender can spend once.

{{ ui.hidden("form_key", form_key()) }}                                              in the template
spend(session, sender=f"delegate {id}", key=form.get(FIELD), form=form, now=now)     in the route, before the change
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from starlette.datastructures import FormData, UploadFile

from app.platform.database.base import Base
from app.platform.errors import DoneAlready, Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token

FIELD = "form_key"
LIFE = timedelta(days=2)


class SpentForm(Base):
    """A form that was sent; in the same transaction as its effect."""

    __tablename__ = "spent_form"
    __table_args__ = (UniqueConstraint("sender", "form_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sender: Mapped[str] = mapped_column(String(80))
    form_digest: Mapped[str] = mapped_column(String(64))
    content_digest: Mapped[str | None] = mapped_column(String(64))
    spent_at: Mapped[datetime]


def form_key() -> str:
    """A fresh key for a form that is being rendered."""
    return new_token()


def spend(
    session: Session, *, sender: str, key: str | None, now: datetime, form: FormData | Mapping[str, Any] | None = None
) -> None:
    """Note that this form was sent; forms without a key are not watched.

    Raises:
        DoneAlready: it was sent before, and what it asked for is done.
        Refused: it was sent before with another content, which was not done.
    """
    if not key:
        return
    content = None if form is None else _content_digest(form)
    try:
        with session.begin_nested():
            session.add(SpentForm(sender=sender, form_digest=digest(key), content_digest=content, spent_at=now))
    except IntegrityError:
        earlier = session.scalar(
            select(SpentForm.content_digest).where(SpentForm.sender == sender, SpentForm.form_digest == digest(key))
        )
        if earlier != content:
            raise Refused(_("This form was sent before with other words. Load the page again.")) from None
        raise DoneAlready(_("This form was sent already. What you asked for is done.")) from None


def is_first(session: Session, *, sender: str, form: FormData, now: datetime) -> bool:
    """Spend the key of a form; whether it was not sent before, for verbs whose answer to a second press is the page.

    Raises:
        Refused: it was sent before with another content, which was not done.
    """
    key = form.get(FIELD)
    try:
        spend(session, sender=sender, key=key if isinstance(key, str) else None, form=form, now=now)
    except DoneAlready:
        return False
    return True


def purge(session: Session, *, now: datetime) -> None:
    """Forget keys of forms that nobody sends again."""
    session.execute(delete(SpentForm).where(SpentForm.spent_at < now - LIFE))


def _content_digest(form: FormData | Mapping[str, Any]) -> str:
    entries = form.multi_items() if isinstance(form, FormData) else form.items()
    said = [(name, entry.filename if isinstance(entry, UploadFile) else str(entry)) for name, entry in entries]
    return hashlib.sha256(json.dumps(sorted(said), ensure_ascii=False).encode()).hexdigest()
