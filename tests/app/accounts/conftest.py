"""People who sign in, and what the application mailed them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.accounts.service.roles import ensure_account, grant_role
from app.platform.actor import Actor
from app.platform.outbox import OutboxMail


@pytest.fixture
def person(database, event, clock) -> Callable[..., Any]:
    """``person(email, "organiser", "desk")``: an account with these roles in the event."""

    def open_account(email: str = "chief@office.example", *roles: str) -> Any:
        actor, now = Actor.system("test"), clock.now()
        with database.writing() as session:
            account = ensure_account(session, email=email, display_name="Chief", actor=actor, now=now)
            for role in roles or ("organiser",):
                scope = None if role == "administrator" else event.id
                grant_role(session, account_id=account.id, role=Role(role), event_id=scope, actor=actor, now=now)
        return account

    return open_account


@pytest.fixture
def mails(database) -> Callable[[], list[OutboxMail]]:
    """All mails in the outbox, oldest first."""

    def read() -> list[OutboxMail]:
        with database.reading() as session:
            found = list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))
            session.expunge_all()
            return found

    return read


@pytest.fixture
def mailed_link(client, mails) -> Callable[..., str]:
    """``mailed_link(email)``: ask for a link on the page, and give the path in the mail."""

    def ask(email: str = "chief@office.example", **fields: str) -> str:
        answer = client.post("/sign-in", data={"email": email, **fields})
        assert answer.status_code == 303, answer.text
        found = re.findall(r"http://testserver(/sign-in/\S+)", mails()[-1].body)
        assert len(found) == 1
        return found[0]

    return ask
