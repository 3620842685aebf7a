"""One event from a registration to paper, through the pages, on both databases.

Register a delegation, approve it, pair, build the agenda, release, wish, answer, schedule, print; the text of the PDF
holds every item of the itinerary.
"""

import io
import re
import time
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from app.agenda.enums import Part, SessionKind
from app.agenda.models import AgendaSession, SessionPerson
from app.claims.models import Claim
from app.delegations.enums import CaseCityStage
from app.delegations.models import City, Delegate, Delegation
from app.events.enums import CountryGroup
from app.events.models import Challenge, ClassifiedCountry, CountryClassification, Event
from app.meetings.models import Meeting
from app.platform import audit
from app.platform.clock import FixedClock
from app.platform.outbox import MailState, OutboxMail
from app.printing.queries import itinerary_of_delegation
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from app.solver_runs.tasks import run_now

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]),
]

E = "/e/test-event"
SEEKS = {
    "Phnom Penh": ("KH", {"need-waste": "5", "offer-tourism": "4"}),
    "Shenzhen": ("CN", {"offer-waste": "5", "need-tourism": "3"}),
    "Essen": ("DE", {"need-waste": "2", "offer-mobility": "4"}),
    "Gothenburg": ("SE", {"need-mobility": "4", "offer-waste": "1"}),
}


@pytest.fixture(scope="session")
def quick_scheduler() -> str:
    """None: the whole way is gone with the command that a server starts."""
    return ""


@pytest.fixture
def office(client: Any, sign_in: Callable[..., Any], event: Any) -> Any:
    """The client as organiser of an event with a list of North and South and three challenges."""
    with client.app.state.database.writing() as session:
        book = CountryClassification(
            code="test-2019", name="A list", as_of=date(2019, 4, 4), source="made for this test"
        )
        session.add(book)
        session.flush()
        for country, group in (("KH", "south"), ("CN", "south"), ("DE", "north"), ("SE", "north")):
            session.add(ClassifiedCountry(classification_id=book.id, country=country, group=CountryGroup(group)))
        for position, code in enumerate(("waste", "tourism", "mobility")):
            session.add(Challenge(event_id=event.id, code=code, names={"en": code.title()}, position=position))
        session.get_one(Event, event.id).classification_id = book.id
    sign_in("organiser", event_id=event.id)
    return client


def _register(client: Any, city: str) -> str:
    country, challenges = SEEKS[city]
    form = {
        "party_kind": "city",
        "party_name": city,
        "country": country,
        "languages": ["en"],
        "contact_name": f"Focal point of {city}",
        "contact_email": f"focal@{city.lower().replace(' ', '-')}.example",
        "locale": "en",
        "member-0-family_name": f"Mayor of {city}",
        "member-0-function": "Mayor",
        "member-0-rank": "30",
        "member-0-email": f"mayor@{city.lower().replace(' ', '-')}.example",
        "member-1-family_name": f"Planner of {city}",
        "member-1-function": "City planning",
        **challenges,
    }
    answer = client.post(f"{E}/register/delegation", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def _end_of_run(client: Any, location: str, settings: Any) -> int:
    """Wait for the run that a page began; on PostgreSQL do it here, as a worker would."""
    run_id = int(re.search(r"(?:/runs/|[?]run=)(\d+)", location).group(1))  # type: ignore[union-attr]
    database = client.app.state.database
    if not database.is_sqlite:
        run_now(database, run_id, settings)
    for _ in range(400):
        with database.reading() as session:
            state = session.get_one(SolverRun, run_id).state
        if state not in {RunState.QUEUED, RunState.RUNNING}:
            assert state is RunState.DONE, state
            return run_id
        time.sleep(0.1)
    raise AssertionError("the run did not end")


def _solve(client: Any, part: str, settings: Any) -> None:
    began = client.post(f"{E}/manage/{part}/runs", data={"time_limit_seconds": "10"})
    assert began.status_code == 303, began.text
    run_id = _end_of_run(client, began.headers["location"], settings)
    accepted = client.post(f"{E}/manage/{part}/runs/{run_id}/accept")
    assert accepted.status_code == 303, accepted.text


def _texts(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def test_from_registration_to_paper(
    office: Any, event: Any, sign_in: Callable[..., Any], settings: Any, clock: FixedClock, kind: str
) -> None:
    client, database = office, office.app.state.database
    own_pages = [_register(client, city) for city in SEEKS]
    assert "waits for a decision" in client.get(own_pages[0]).text

    for registration_id in range(1, len(SEEKS) + 1):
        page = client.get(f"{E}/manage/registrations/{registration_id}").text
        version = re.search(r'name="version" value="(\d+)"', page).group(1)  # type: ignore[union-attr]
        approved = client.post(
            f"{E}/manage/registrations/{registration_id}", data={"state": "approved", "version": version}
        )
        assert approved.status_code == 303, approved.text
        again = client.post(
            f"{E}/manage/registrations/{registration_id}", data={"state": "approved", "version": version}
        )
        assert again.status_code in {409, 422}
    assert "approved" in client.get(own_pages[0]).text
    with database.writing() as session:
        for city in session.scalars(select(City)):
            city.stage = CaseCityStage.SELECTED

    _solve(client, "pairing", settings)
    workbench = client.get(f"{E}/manage/pairing").text
    assert "Phnom Penh with Shenzhen" in workbench
    assert "Essen with Gothenburg" in workbench or "Gothenburg with Essen" in workbench
    for partnership_id in re.findall(r"/manage/partnerships/(\d+)/ask", workbench):
        assert client.post(f"{E}/manage/partnerships/{partnership_id}/confirm").status_code == 303
    client.cookies.clear()
    assert "Phnom Penh with Shenzhen" in client.get(f"{E}/cities").text

    sign_in("organiser", event_id=event.id)
    with database.writing() as session:
        mayors = session.scalars(select(Delegate).where(Delegate.is_head.is_(True)).order_by(Delegate.id)).all()
        for number in range(3):
            item = AgendaSession(
                event_id=event.id,
                slug=f"session-{number}",
                kind=SessionKind.CEREMONY if number == 0 else SessionKind.WORKSHOP,
                title=["Opening ceremony", "Workshop on waste", "Workshop on buses"][number],
                duration_minutes=60,
                audience=100 if number == 0 else 40,
                is_plenary=number == 0,
            )
            session.add(item)
            session.flush()
            for mayor in mayors if number == 0 else mayors[number * 2 - 2 : number * 2]:
                session.add(SessionPerson(session_id=item.id, delegate_id=mayor.id, part=Part.SPEAKER))
    _solve(client, "agenda", settings)
    assert "No rule is broken" in client.get(f"{E}/manage/agenda").text
    client.cookies.clear()
    assert "Opening ceremony" not in client.get(f"{E}/agenda").text, "a draft is not public"
    sign_in("organiser", event_id=event.id)
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(f"{E}/manage/agenda/release").text)[1]
    released = client.post(f"{E}/manage/agenda/release", data={"name": "First programme", "seen": seen})
    assert released.status_code == 303, released.text
    assert "Opening ceremony" in client.get(f"{E}/agenda").text
    with database.reading() as session:
        cause = select(OutboxMail).where(OutboxMail.cause == "release 1")
        notices = session.scalars(cause).all()
        assert {mail.recipient for mail in notices} == {mayor.email for mayor in mayors}
        assert {mail.state for mail in notices} == {MailState.HELD}

    asker, asked = mayors[0], mayors[1]
    sign_in("delegate", event_id=event.id, delegate_id=asker.id, delegation_id=asker.delegation_id)
    wish = {"with": str(asked.id), "topic": "A second waste plant", "form_key": "once"}
    assert client.post(f"{E}/my/meetings/new", data=wish).status_code == 303
    assert client.post(f"{E}/my/meetings/new", data=wish).status_code == 409, "the same form is sent once"
    with database.reading() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.cause == "meeting wish")).one()
    address = re.search(r"http://testserver(/m/\S+)", mail.body).group(1)  # type: ignore[union-attr]
    client.cookies.clear()
    assert "Accept" in client.get(address).text
    for _ in range(2):
        assert client.post(address, data={"answer": "accepted"}).status_code == 303
    assert "You accepted this" in client.get(address).text

    sign_in("organiser", event_id=event.id)
    _solve(client, "meetings", settings)
    with database.reading() as session:
        meeting = session.scalars(select(Meeting)).one()
        delegation = session.scalars(select(Delegation).where(Delegation.id == asker.delegation_id)).one()
        found = itinerary_of_delegation(session, session.get_one(Event, event.id), delegation.id)
        assert session.scalar(select(func.count()).select_from(Claim)) or 0 > 0
        assert audit.verify(session) is None
    assert {item.kind for item in found.items} == {"session", "meeting"}

    printed = client.post(f"{E}/manage/print", data={"delegation": str(delegation.id)})
    assert printed.status_code == 200, printed.text
    text = _texts(printed.content)
    page = client.get(f"{E}/delegations/{delegation.id}/schedule").text
    for item in found.items:
        start = item.starts_at.astimezone(ZoneInfo("Europe/Vienna")).strftime("%H:%M")
        for wanted in (item.title, item.place, start):
            assert wanted in text, f"{wanted} is missing on paper"
            assert wanted in page, f"{wanted} is missing on the page"
    assert "A second waste plant" in text
    assert meeting.slot_id


def test_what_is_not_theirs_is_not_there(office: Any, event: Any, sign_in: Callable[..., Any], kind: str) -> None:
    for city in ("Phnom Penh", "Shenzhen"):
        _register(office, city)
    for registration_id in (1, 2):
        office.post(f"{E}/manage/registrations/{registration_id}", data={"state": "approved", "version": "2"})
    with office.app.state.database.reading() as session:
        first, second = session.scalars(select(Delegation).order_by(Delegation.id)).all()
    sign_in("focal_point", event_id=event.id, delegation_id=first.id)
    assert office.get(f"{E}/delegations/{first.id}").status_code == 200
    assert office.get(f"{E}/delegations/{second.id}").status_code == 404
    assert office.get(f"{E}/delegations/{second.id}/schedule.pdf").status_code == 404
    assert office.get(f"{E}/manage/people").status_code == 403


def test_a_refused_form_keeps_what_was_typed(client: Any, event: Any, kind: str) -> None:
    answer = client.post(
        f"{E}/register/delegation", data={"party_kind": "city", "party_name": "Dakar", "contact_email": "no"}
    )
    assert answer.status_code == 422
    assert 'value="Dakar"' in answer.text
    assert 'value="no"' in answer.text
    assert "This is not a mail address." in answer.text
