"""Members asked by mail, and the browsers of those who answer and of the office."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.delegations.models import City
from app.main import create_app
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.notices import ask_members
from app.pairing.queries import partnership_in_event
from app.platform.actor import Actor
from app.platform.clock import FixedClock
from app.platform.outbox import OutboxMail
from app.platform.settings import Settings

BASE = "http://testserver"


@pytest.fixture
def asked(
    session: Any, edition: Any, paired: Callable[[], list[Partnership]], actor: Actor, now: datetime
) -> dict[str, str]:
    """Both partnerships proposed; the members of the first asked by mail. The links by city, as they stand in mails."""
    one = next(found for found in paired() if "phnom-penh" in {member.party.slug for member in found.members})
    session.add(one)
    assert ask_members(session, event=edition, partnership=one, base_url=BASE, actor=actor, now=now) == 2
    session.commit()
    return {mail.recipient.partition("@")[2].partition(".")[0]: link_in(mail) for mail in mails_of(session)}


def mails_of(session: Any) -> list[OutboxMail]:
    return list(session.scalars(select(OutboxMail).where(OutboxMail.cause == "pairing").order_by(OutboxMail.id)))


def link_in(mail: OutboxMail) -> str:
    found = re.search(rf"{BASE}(/p/\S+)", mail.body)
    assert found
    return found[1]


def first_of(session: Any) -> Partnership:
    session.expire_all()
    found = session.scalar(
        select(Partnership.id)
        .join(PartnershipMember)
        .join(City, City.id == PartnershipMember.party_id)
        .where(City.slug == "phnom-penh")
        .order_by(Partnership.id)
    )
    return partnership_in_event(session, session.get(Partnership, found).event_id, found)


class Browser:
    """A client before whose requests the test lets go of the database: its session would keep others from writing."""

    def __init__(self, client: Any, session: Any, cookie: str | None = None) -> None:
        self.client, self.session, self.cookie = client, session, cookie

    def get(self, address: str) -> Any:
        self._step_up()
        return self.client.get(address)

    def post(self, address: str, **form: str) -> Any:
        self._step_up()
        return self.client.post(address, data=form)

    def _step_up(self) -> None:
        self.session.commit()
        self.client.cookies.clear()
        if self.cookie is not None:
            self.client.cookies.set("bridge", self.cookie)


@pytest.fixture
def client(settings: Settings, clock: FixedClock) -> Any:
    """Without the lifespan no engine runs: a solve that an answer asks for stays in the queue until the test does it."""
    browser = TestClient(create_app(settings, clock=clock), base_url=BASE, follow_redirects=False)
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    yield browser
    browser.app.state.database.close()


@pytest.fixture
def city(client: Any, session: Any) -> Browser:
    """Somebody of a city, not signed in."""
    return Browser(client, session)


@pytest.fixture
def office(client: Any, sign_in: Any, session: Any, edition: Any) -> Browser:
    """An organiser."""
    session.commit()
    sign_in("organiser", event_id=edition.id)
    return Browser(client, session, client.cookies["bridge"])
