"""Sending what waits in the outbox: any number of senders, each mail by one of them at a time, outside transactions."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import aiosmtplib
import structlog
from sqlalchemy import ColumnElement, and_, or_, select, update

from app.platform.clock import Clock
from app.platform.database.engine import Database
from app.platform.outbox import MailState, OutboxMail, forget
from app.platform.rounds import keep_going
from app.platform.settings import Settings

MOST_TRIES = 5
LEASE = timedelta(minutes=10)
"""How long a sender has a mail to itself; after a crash the next one takes it up, under the same Message-ID."""
ROUND_SECONDS = 15.0

log = structlog.get_logger("bridge.mail")


@dataclass(frozen=True)
class Sent:
    """How many mails a round sent, and how many it could not send."""

    sent: int
    failed: int


@dataclass(frozen=True)
class Fault:
    """Why a mail was not taken, and whether trying again could help."""

    reason: str
    is_final: bool


def send_due(database: Database, clock: Clock, settings: Settings, *, most: int = 100) -> Sent:
    """Send what is queued and due, over one connection; what fails waits 2, 4, 8, 16 minutes, five tries in all."""
    with database.reading() as session:
        due = list(
            session.scalars(select(OutboxMail.id).where(_is_due(clock.now())).order_by(OutboxMail.id).limit(most))
        )
    return asyncio.run(_send(database, clock, settings, due)) if due else Sent(0, 0)


async def keep_sending(database: Database, clock: Clock, settings: Settings) -> None:
    """Send in rounds until cancelled."""

    def work() -> None:
        done = send_due(database, clock, settings)
        if done != Sent(0, 0):
            log.info("mails", sent=done.sent, failed=done.failed)

    await keep_going(work, every_seconds=ROUND_SECONDS, log=log, broke_off="a round of mails broke off")


def message_of(mail: OutboxMail, settings: Settings) -> EmailMessage:
    """The mail as it goes over the wire, to one recipient; ``EmailMessage`` refuses line breaks in headers."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, mail.recipient, mail.subject
    message["Date"] = mail.written_at
    message["Message-ID"] = f"<outbox-{mail.id}.{mail.written_at:%Y%m%d%H%M%S}@{settings.mail_from.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.locale
    message.set_content(mail.body)
    return message


def _is_due(now: datetime) -> ColumnElement[bool]:
    is_time = or_(OutboxMail.next_try_at.is_(None), OutboxMail.next_try_at <= now)
    return and_(OutboxMail.state == MailState.QUEUED, is_time)


async def _send(database: Database, clock: Clock, settings: Settings, due: list[int]) -> Sent:
    server = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password or None,
        start_tls=settings.smtp_starttls,
        timeout=20,
    )
    sent = failed = 0
    try:
        for mail_id in due:
            message = _taken(database, mail_id, settings, now=clock.now())
            if message is None:
                continue
            fault = await _handed_over(server, message)
            _note(database, mail_id, fault, now=clock.now())
            sent, failed = sent + (fault is None), failed + (fault is not None)
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await server.quit()
    return Sent(sent, failed)


def _taken(database: Database, mail_id: int, settings: Settings, *, now: datetime) -> EmailMessage | None:
    """The message, for this sender alone; nothing when another took it or somebody dropped it meanwhile."""
    take = update(OutboxMail).where(OutboxMail.id == mail_id, _is_due(now)).returning(OutboxMail)
    with database.writing() as session:
        mail = session.scalar(take.values(tries=OutboxMail.tries + 1, next_try_at=now + LEASE))
        return None if mail is None else message_of(mail, settings)


async def _handed_over(server: aiosmtplib.SMTP, message: EmailMessage) -> Fault | None:
    try:
        if not server.is_connected:
            await server.connect()
        await server.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        return Fault(f"{refused.code} {refused.message}"[:500], is_final=refused.code >= 500)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
        return Fault(f"{type(error).__name__}: {error}"[:500], is_final=code in range(550, 560))
    return None


def _note(database: Database, mail_id: int, fault: Fault | None, *, now: datetime) -> None:
    with database.writing() as session:
        mail = session.get_one(OutboxMail, mail_id)
        if fault is None:
            mail.state, mail.sent_at, mail.next_try_at, mail.reason = MailState.SENT, now, None, None
            _forget_last(mail)
            return
        mail.reason = fault.reason
        if fault.is_final or mail.tries >= MOST_TRIES:
            mail.state, mail.next_try_at = MailState.FAILED, None
            _forget_last(mail)
            return
        mail.next_try_at = now + timedelta(minutes=2**mail.tries)


def _forget_last(mail: OutboxMail) -> None:
    if mail.is_forgotten_when_sent:
        forget(mail)
