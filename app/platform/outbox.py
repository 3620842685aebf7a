"""Mails wait in a table, written with what causes them, and a task sends them: one message, one recipient."""

import asyncio
import enum
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import aiosmtplib
from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.platform.clock import Clock
from app.platform.database.base import Base, ShortText
from app.platform.database.engine import Database
from app.platform.errors import Refused
from app.platform.rendering import render_text
from app.platform.settings import Settings


class MailState(enum.StrEnum):
    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class OutboxMail(Base):
    """A mail that waits, was sent, or never will be. ``key`` is unique, so that one cause writes once."""

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
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def queue(
    session: Session,
    *,
    now: datetime,
    event_id: int | None,
    cause: str,
    key: str,
    to: str,
    locale: str | None,
    template: str,
    context: dict[str, Any],
    is_held: bool = False,
) -> OutboxMail | None:
    """Write a mail in the transaction of its cause; nothing when the same key was written before.

    Args:
        template: ``templates/<template>.txt``; its first line is the subject.

    Raises:
        Refused: an address or a subject with a line break, or no address at all.
    """
    if "@" not in to or any(character in to for character in "\r\n, ;"):
        raise Refused({"email": f"No mail can go to this address: {to!r}"})
    if session.scalar(select(OutboxMail.id).where(OutboxMail.key == key)) is not None:
        return None
    text = render_text(f"{template}.txt", context, locale=locale or "en").strip()
    subject, _, body = text.partition("\n")
    mail = OutboxMail(
        event_id=event_id,
        cause=cause,
        key=key,
        recipient=to,
        locale=locale or "en",
        subject=subject.strip()[:200],
        body=body.strip() + "\n",
        state=MailState.HELD if is_held else MailState.QUEUED,
        written_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


MOST_TRIES = 5


@dataclass(frozen=True)
class Sent:
    """How many mails a round sent and how many failed."""

    sent: int
    failed: int


def send_due(database: Database, clock: Clock, settings: Settings, *, most: int = 100) -> Sent:
    """Send what is queued. Each mail is taken, sent and noted by itself, outside any transaction."""
    with database.reading() as session:
        statement = select(OutboxMail.id).where(OutboxMail.state == MailState.QUEUED).order_by(OutboxMail.id)
        due = list(session.scalars(statement.limit(most)))
    sent = failed = 0
    for mail_id in due:
        fault = _send_one(database, settings, mail_id)
        with database.writing() as session:
            mail = session.get_one(OutboxMail, mail_id)
            mail.tries += 1
            if fault is None:
                mail.state, mail.sent_at, sent = MailState.SENT, clock.now(), sent + 1
                continue
            failed += 1
            mail.reason = fault
            if mail.tries >= MOST_TRIES:
                mail.state = MailState.FAILED
    return Sent(sent, failed)


def message_of(mail: OutboxMail, settings: Settings) -> EmailMessage:
    """The mail as it goes over the wire; ``EmailMessage`` refuses line breaks in headers."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, mail.recipient, mail.subject
    message["Message-ID"] = f"<outbox-{mail.id}.{mail.key.encode().hex()[:40]}@{settings.mail_from.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.locale
    message.set_content(mail.body)
    return message


def _send_one(database: Database, settings: Settings, mail_id: int) -> str | None:
    with database.reading() as session:
        message = message_of(session.get_one(OutboxMail, mail_id), settings)
    try:
        asyncio.run(
            aiosmtplib.send(
                message,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_user or None,
                password=settings.smtp_password or None,
                start_tls=settings.smtp_starttls,
                timeout=20,
            )
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"[:500]
    return None
