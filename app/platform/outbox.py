"""Mails wait in a table, written with what causes them, and a task sends them: one message, one recipient."""

import enum
import unicodedata
from collections.abc import Collection
from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack

from sqlalchemy import ForeignKey, String, Text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.platform.database.base import Base, ShortText
from app.platform.database.rows import add_new_row, add_new_values
from app.platform.errors import Refused
from app.platform.rendering import render_text

ERASED = "erased"


class MailState(enum.StrEnum):
    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class OutboxMail(Base):
    """A mail that waits, was sent, or never will be. ``key`` is unique, so that one cause writes once.

    What ``is_forgotten_when_sent`` names nobody any more once it is sent, or was tried for the last time.
    """

    __tablename__ = "outbox_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    cause: Mapped[str] = mapped_column(ShortText, index=True)
    key: Mapped[str] = mapped_column(ShortText, unique=True)
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    locale: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(ShortText)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    is_forgotten_when_sent: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def forget(mail: OutboxMail) -> None:
    """Take recipient and words out of a mail: that it was written stays."""
    mail.recipient, mail.subject, mail.body, mail.reason = ERASED, ERASED, "", None


def drop(session: Session, keys: Collection[str], *, reason: str) -> None:
    """Send none of these any more that were not sent yet.

    Args:
        reason: for the office, in English.
    """
    session.execute(
        update(OutboxMail)
        .where(OutboxMail.key.in_(keys), OutboxMail.state.in_((MailState.HELD, MailState.QUEUED)))
        .values(state=MailState.DROPPED, reason=reason)
        .execution_options(synchronize_session="fetch")
    )


class Words(TypedDict):
    """A mail that is to be written.

    Args:
        template: ``templates/<template>.txt``; its first line is the subject, a blank line follows.
    """

    now: datetime
    event_id: int | None
    cause: str
    key: str
    to: str
    locale: str | None
    template: str
    context: dict[str, Any]
    is_held: NotRequired[bool]


def queue(session: Session, **words: Unpack[Words]) -> OutboxMail | None:
    """Write a mail in the transaction of its cause; nothing when the same key was written before.

    Raises:
        Refused: an address that is not exactly one, or a line break that would end the subject early.
    """
    # Of two transactions that have the same cause at once one finds the key taken.
    return add_new_row(session, OutboxMail(**_mail(words)))


def queue_unseen(session: Session, **words: Unpack[Words]) -> None:
    """The same for whoever needs to know nothing of the mail."""
    add_new_values(session, OutboxMail, _mail(words))


def _mail(words: Words) -> dict[str, Any]:
    to, locale = words["to"], words["locale"] or "en"
    if to.count("@") != 1 or not to.isprintable() or any(character in to for character in ", ;<>"):
        raise Refused({"email": f"No mail can go to this address: {to!r}"})
    text = render_text(f"{words['template']}.txt", words["context"], locale=locale).strip()
    subject, _, body = text.partition("\n")
    if _is_broken(subject) or body.partition("\n")[0].strip():
        raise Refused(f"The subject of a mail takes one line: {text.splitlines()[:2]}")
    return {
        "event_id": words["event_id"],
        "cause": words["cause"],
        "key": words["key"],
        "recipient": to,
        "locale": locale,
        "subject": subject.strip()[:200],
        "body": body.strip() + "\n",
        "state": MailState.HELD if words.get("is_held") else MailState.QUEUED,
        "written_at": words["now"],
        "tries": 0,
        "is_forgotten_when_sent": False,
    }


def _is_broken(subject: str) -> bool:
    """Whether a sign in it would end the line. French sets a no-break space before a colon, which is no line break."""
    return not subject.isprintable() and any(unicodedata.category(sign) in {"Cc", "Zl", "Zp"} for sign in subject)
