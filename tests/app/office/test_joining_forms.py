"""REG-07: two forms that one person handed in become one; the later is closed, nothing of what was chosen is lost."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.models import Delegate
from app.events.models import Event
from app.office.service.erasing import erase_person
from app.platform.audit import AuditEntry
from app.platform.outbox import OutboxMail
from app.registration.enums import QuestionKind, RegistrationState
from app.registration.models import Question, Registration
from app.registration.service import reviewing

FORM: dict[str, Any] = {
    "step": "2", "given_name": "Wei", "family_name": "Zhang", "email": "zhang@trade.example", "function": "Exports",
    "origin": "business", "party_name": "A trading house", "country": "CN", "languages": ["zh"],
}  # fmt: skip


@pytest.fixture
def two(client: Any, event: Any, clock: Any) -> tuple[str, str]:
    """The links of two forms of one person, the second an hour later from another address."""
    links = []
    for more in ({}, {"email": "wei@home.example", "function": "Head of exports", "languages": ["zh", "en"]}):
        answer = client.post(f"/e/{event.slug}/register/individual", data={**FORM, **more})
        assert answer.status_code == 303, answer.text
        links.append(answer.headers["location"])
        clock.advance(timedelta(hours=1))
    return links[0], links[1]


def _stored(client: Any) -> list[Registration]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(Registration).order_by(Registration.id)))


def _count(client: Any, model: Any) -> int:
    with client.app.state.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def _pair(client: Any, event: Any) -> str:
    page = client.get(f"/e/{event.slug}/manage/duplicates").text
    assert "1 pair looks like one person" in page
    key = page.split('href="duplicates/')[1].split('"')[0]
    return f"/e/{event.slug}/manage/duplicates/{key}"


def test_reg_07_the_later_form_is_closed_and_the_chosen_answers_are_kept(
    client: Any, event: Any, sign_in: Any, two: Any, actor: Any, now: Any
) -> None:
    with client.app.state.database.writing() as session:
        later = session.get_one(Registration, 2)
        reviewing.ask(
            session, event=session.get_one(Event, event.id), registration=later, kind=QuestionKind.OTHER,
            text="Which fair?", base_url="http://testserver", actor=actor, now=now,
        )  # fmt: skip
    sign_in("organiser", event_id=event.id)
    pair = _pair(client, event)
    page = client.get(pair).text
    assert "Put the two forms together" in page
    assert page.count('name="line-function"') == 2 and 'name="line-family_name"' not in page
    lines, mails = _count(client, AuditEntry), _count(client, OutboxMail)
    first, second = _stored(client)
    data = {
        "one_version": first.version, "other_version": second.version, "line-function": "other",
        "line-languages": "other", "line-email": "one",
    }  # fmt: skip
    assert client.post(f"{pair}/join", data={**data, "one_version": 99}).status_code == 409
    done = client.post(f"{pair}/join", data=data)
    assert (done.status_code, done.headers["location"]) == (303, f"/e/{event.slug}/manage/registrations/1")
    first, second = _stored(client)
    assert (first.state, second.state) == (RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN)
    assert second.duplicate_of_id == first.id
    assert (first.answers["function"], first.answers["languages"]) == ("Head of exports", ["zh", "en"])
    assert first.contact_email == "zhang@trade.example"
    assert (_count(client, AuditEntry), _count(client, OutboxMail)) == (lines + 1, mails + 1)
    with client.app.state.database.reading() as session:
        mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
        assert mail.recipient == "zhang@trade.example" and "two forms" in mail.subject
        assert session.scalars(select(Question)).one().registration_id == first.id
    assert "Nobody is here twice" in client.get(f"/e/{event.slug}/manage/duplicates").text
    assert "The form that goes on" in client.get(f"/e/{event.slug}/manage/registrations/2").text


def test_the_link_of_the_closed_form_says_so_and_opens_nothing(client: Any, event: Any, sign_in: Any, two: Any) -> None:
    """Whoever hands in a form in another's name does not come to that person's page by it."""
    sign_in("organiser", event_id=event.id)
    pair = _pair(client, event)
    first, second = _stored(client)
    versions = {"one_version": first.version, "other_version": second.version}
    assert client.post(f"{pair}/join", data=versions).status_code == 303
    client.cookies.clear()
    page = client.get(two[1]).text
    assert "Put together with another form of yours" in page and two[0] not in page
    assert client.get(f"{two[1]}/form").headers["location"] == two[1]
    assert "waits for a decision" in client.get(two[0]).text


def test_the_earlier_stays_whichever_way_the_address_names_them(
    client: Any, event: Any, sign_in: Any, two: Any
) -> None:
    sign_in("organiser", event_id=event.id)
    head, _, keys = _pair(client, event).rpartition("/")
    turned = f"{head}/" + "~".join(reversed(keys.split("~")))
    first, second = _stored(client)
    versions = {"one_version": first.version, "other_version": second.version}
    assert client.post(f"{turned}/join", data=versions).headers["location"].endswith("/registrations/1")


def test_a_decided_form_is_not_joined(client: Any, event: Any, sign_in: Any, two: Any) -> None:
    sign_in("organiser", event_id=event.id)
    pair = _pair(client, event)
    first, second = _stored(client)
    decided = client.post(
        f"/e/{event.slug}/manage/registrations/2", data={"state": "approved", "version": second.version}
    )
    assert decided.status_code == 303
    versions = {"one_version": first.version, "other_version": second.version}
    assert client.post(f"{pair}/join", data=versions).status_code == 404


def test_erasing_reaches_the_closed_form(client: Any, event: Any, sign_in: Any, two: Any, actor: Any, now: Any) -> None:
    sign_in("organiser", event_id=event.id)
    pair = _pair(client, event)
    first, second = _stored(client)
    client.post(f"{pair}/join", data={"one_version": first.version, "other_version": second.version})
    version = _stored(client)[0].version
    client.post(f"/e/{event.slug}/manage/registrations/1", data={"state": "approved", "version": version})
    with client.app.state.database.writing() as session:
        person = session.scalars(select(Delegate)).one()
        erase_person(
            session,
            event=session.get_one(Event, event.id),
            delegate=person,
            number=str(person.id),
            actor=actor,
            now=now,
        )
    closed = _stored(client)[1]
    assert (closed.answers, closed.contact_email, closed.contact_name) == ({}, "", "erased")
