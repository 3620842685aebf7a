"""Mails: written once with their cause, sent once to one recipient, tried again when that can help."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from app.main import create_app
from app.platform import outbox
from app.platform.database.engine import Database
from app.platform.errors import Refused
from app.platform.mailing import MOST_TRIES, Sent, keep_sending, message_of, send_due
from app.platform.outbox import MailState, OutboxMail
from app.platform.settings import Settings


class Postbox:
    """A mail server that keeps what it takes, and answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], Message]] = []
        self.answers: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        from email import message_from_bytes, policy

        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def recipients(self) -> list[str]:
        return sorted(address for addresses, _ in self.taken for address in addresses)


@pytest.fixture
def postbox() -> Iterator[Any]:
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def posting(settings: Settings, postbox: Any) -> Settings:
    return settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": postbox.port})


@pytest.fixture
def write(database: Database, clock: Any) -> Callable[..., int | None]:
    """``write(to, key=…, name=…)``: a mail in the outbox, or None."""

    def write(to: str, *, key: str | None = None, name: str = "Ana", **more: Any) -> int | None:
        with database.writing() as session:
            mail = outbox.queue(
                session,
                now=clock.now(),
                event_id=None,
                cause="sign-in",
                key=key or to,
                to=to,
                locale="en",
                template="mail/sign_in",
                context={"name": name, "minutes": 20, "address": "http://testserver/sign-in/x"},
                **more,
            )
            return mail and mail.id

    return write


def _mails(database: Database) -> dict[str, OutboxMail]:
    with database.reading() as session:
        return {mail.recipient: mail for mail in session.scalars(select(OutboxMail))}


@pytest.mark.usefixtures("either")
def test_a_mail_is_sent_once_to_one_recipient(
    database: Database, clock: Any, posting: Settings, postbox: Any, write: Any
) -> None:
    """T16."""
    for name in ("a", "b", "c"):
        write(f"{name}@x.example")
    assert send_due(database, clock, posting) == Sent(3, 0)
    assert send_due(database, clock, posting) == Sent(0, 0)
    assert postbox.recipients() == ["a@x.example", "b@x.example", "c@x.example"]
    for recipients, message in postbox.taken:
        assert recipients == [message["To"]]
        assert message["Cc"] is None
        assert message["Auto-Submitted"] == "auto-generated"
        assert "http://testserver/sign-in/x" in message.get_content()
        assert "\n\n\n" not in message.get_content()
    assert {mail.state for mail in _mails(database).values()} == {MailState.SENT}


@pytest.mark.usefixtures("either")
def test_one_cause_writes_once(database: Database, write: Any) -> None:
    assert write("a@x.example", key="once") is not None
    assert write("a@x.example", key="once") is None
    assert write("a@x.example", key="twice") is not None


@pytest.mark.usefixtures("either")
def test_one_cause_writes_once_even_at_once(database: Database, write: Any) -> None:
    written: list[int | None] = []
    faults: list[BaseException] = []
    start = threading.Barrier(6)

    def go() -> None:
        try:
            start.wait(5)
            written.append(write("a@x.example", key="once"))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len([one for one in written if one is not None]) == 1


@pytest.mark.usefixtures("either")
def test_two_senders_do_not_send_a_mail_twice(
    database: Database, clock: Any, posting: Settings, postbox: Any, write: Any
) -> None:
    for number in range(20):
        write(f"p{number}@x.example")
    senders = [threading.Thread(target=send_due, args=(database, clock, posting)) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(postbox.recipients()) == len(set(postbox.recipients())) == 20


def test_held_mails_stay(database: Database, clock: Any, posting: Settings, postbox: Any, write: Any) -> None:
    write("a@x.example", is_held=True)
    assert send_due(database, clock, posting) == Sent(0, 0)
    assert _mails(database)["a@x.example"].state is MailState.HELD


def test_a_refusal_of_one_does_not_stop_the_others(
    database: Database, clock: Any, posting: Settings, postbox: Any, write: Any
) -> None:
    postbox.answers = {"gone@x.example": "550 no such person", "full@x.example": "450 come back later"}
    for name in ("gone", "full", "fine"):
        write(f"{name}@x.example")
    assert send_due(database, clock, posting) == Sent(1, 2)
    mails = _mails(database)
    assert mails["gone@x.example"].state is MailState.FAILED
    assert "no such person" in (mails["gone@x.example"].reason or "")
    assert mails["full@x.example"].state is MailState.QUEUED
    assert send_due(database, clock, posting) == Sent(0, 0), "it waits"
    postbox.answers = {}
    clock.advance(timedelta(minutes=3))
    assert send_due(database, clock, posting) == Sent(1, 0)
    assert postbox.recipients() == ["fine@x.example", "full@x.example"]


def test_a_server_that_is_away_is_tried_five_times(
    database: Database, clock: Any, posting: Settings, postbox: Any, write: Any
) -> None:
    write("a@x.example")
    away = posting.model_copy(update={"smtp_port": 1})
    for number in range(MOST_TRIES):
        assert send_due(database, clock, away) == Sent(0, 1), number
        clock.advance(timedelta(hours=1))
    assert send_due(database, clock, posting) == Sent(0, 0)
    assert _mails(database)["a@x.example"].state is MailState.FAILED


def test_a_mail_of_a_sender_that_died_goes_out_later_under_the_same_name(
    database: Database, clock: Any, posting: Settings, postbox: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a@x.example")

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("app.platform.mailing._note", die)
        with pytest.raises(KeyboardInterrupt):
            send_due(database, clock, posting)
    assert send_due(database, clock, posting) == Sent(0, 0), "the lease still runs"
    clock.advance(timedelta(minutes=11))
    assert send_due(database, clock, posting) == Sent(1, 0)
    first, second = (message["Message-ID"] for _, message in postbox.taken)
    assert first == second


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@x.example\r\nBcc: b@x.example", "a@x.example, b@x.example", "a@x.example;b@x.example",
     "a@b@x.example", "a@x.example\x00", "Ana <a@x.example>"],
)  # fmt: skip
def test_an_address_is_exactly_one(write: Any, database: Database, address: str) -> None:
    with pytest.raises(Refused):
        write(address, key="k")
    assert not _mails(database)


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r"])
def test_a_subject_takes_one_line(database: Database, clock: Any, break_: str) -> None:
    from types import SimpleNamespace

    with database.writing() as session, pytest.raises(Refused, match="one line"):
        outbox.queue(
            session,
            now=clock.now(),
            event_id=None,
            cause="approved",
            key="k",
            to="a@x.example",
            locale="en",
            template="mail/registration_approved",
            context={"event": SimpleNamespace(name=f"Edition{break_}Bcc: b@x.example"), "name": "Ana", "party": "X"},
        )


def test_names_of_many_scripts_arrive(
    database: Database, clock: Any, posting: Settings, postbox: Any, write: Any
) -> None:
    write("a@x.example", name="李伟 العربية Ольга")
    send_due(database, clock, posting)
    assert "李伟 العربية Ольга" in postbox.taken[0][1].get_content()


def test_a_message_refuses_line_breaks_in_its_head(database: Database, clock: Any, settings: Settings) -> None:
    """T16."""
    mail = OutboxMail(
        id=1, recipient="a@x.example", subject="x\nBcc: b@x.example", body="", locale="en", written_at=clock.now()
    )
    with pytest.raises(ValueError, match="linefeed"):
        message_of(mail, settings)


@pytest.mark.parametrize(
    ("change", "sends"), [({}, True), ({"demonstration": True}, False), ({"smtp_host": ""}, False)]
)
def test_the_server_sends_by_itself_but_never_in_a_demonstration(
    posting: Settings, clock: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], sends: bool
) -> None:
    from starlette.testclient import TestClient

    started = threading.Event()

    async def watched(*arguments: Any) -> None:
        started.set()
        await keep_sending(*arguments)

    monkeypatch.setattr("app.main.keep_sending", watched)
    with TestClient(create_app(posting.model_copy(update=change), clock=clock), base_url="http://testserver") as client:
        client.get("/healthz")
        assert started.wait(2 if sends else 0.2) is sends


def test_the_server_sends_what_is_queued(
    database: Database, posting: Settings, clock: Any, postbox: Any, write: Any
) -> None:
    import time

    from starlette.testclient import TestClient

    write("a@x.example")
    with TestClient(create_app(posting, clock=clock), base_url="http://testserver"):
        end = time.monotonic() + 10
        while not postbox.taken and time.monotonic() < end:
            time.sleep(0.05)
    assert postbox.recipients() == ["a@x.example"]


@pytest.mark.parametrize("locale", ["ar", "zh", "fr", "ru", "es", "en"])
@pytest.mark.parametrize("template", ["approved", "submitted", "rejected", "waiting", "withdrawn"])
def test_a_mail_can_be_written_in_every_language(session: Any, event: Any, template: str, locale: str) -> None:
    """A French subject holds no-break spaces, which are not line breaks."""
    mail = outbox.queue(
        session,
        now=datetime(2019, 8, 20, tzinfo=UTC),
        event_id=event.id,
        cause="test",
        key="one",
        to="a@b.example",
        locale=locale,
        template=f"mail/registration_{template}",
        context={"event": event, "name": "N", "party": "P", "reason": "R", "address": "A"},
    )
    assert mail is not None and mail.subject
