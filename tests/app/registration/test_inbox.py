"""REG-04, REG-09: the inbox answers many at once, asks what must be asked, and keeps its filters in the address."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.enums import PartyKind
from app.delegations.models import Delegate, Delegation
from app.events.enums import CountryGroup
from app.events.models import ClassifiedCountry, CountryClassification, CountryOverride
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.errors import Conflict, Refused
from app.platform.outbox import OutboxMail
from app.registration import service
from app.registration.enums import Door, QuestionKind, QuestionState, RegistrationState
from app.registration.flags import blocking_of, flags_of, read_review_facts
from app.registration.forms import DelegationForm, MemberForm
from app.registration.models import Question, Registration
from app.registration.service import reviewing
from app.registration.service.reviewing import Chosen

URL = "/e/test-event/manage/registrations"


def _form(number: int, **changes: Any) -> DelegationForm:
    values: dict[str, Any] = {
        "party_kind": PartyKind.CITY,
        "party_name": f"City {number}",
        "country": "SN",
        "contact_name": f"The focal point {number}",
        "contact_email": f"focal@city-{number}.example",
        "contact_phone": "+221 33 555 01",
        "members": [MemberForm(family_name=f"Mayor {number}", rank=30, is_head=True, email=f"m@city-{number}.example")],
    }
    return DelegationForm(**{**values, **changes})


@pytest.fixture
def hand_in(event: Any, actor: Actor, now: Any) -> Callable[..., Registration]:
    def make(session: Any, number: int, **changes: Any) -> Registration:
        form = _form(number, **changes)
        made = service.submit(session, event=event, form=form, base_url="http://testserver", actor=actor, now=now)
        return made.registration

    return make


@pytest.fixture
def answer(event: Any, actor: Actor, now: Any) -> Callable[..., Any]:
    def many(session: Any, rows: list[Registration], what: Any, text: str = "", **versions: int) -> Any:
        return reviewing.answer_many(
            session,
            event=event,
            chosen=[Chosen(registration=row, version=versions.get(f"v{row.id}", row.version)) for row in rows],
            answer=what,
            text=text,
            facts=read_review_facts(session, event),
            base_url="http://testserver",
            actor=actor,
            now=now,
        )

    return many


def _counts(session: Any) -> tuple[int, int]:
    lines = select(func.count()).select_from(AuditEntry).where(AuditEntry.entity == "registration")
    return session.scalar(lines), session.scalar(select(func.count()).select_from(OutboxMail))


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("approve", RegistrationState.APPROVED),
        ("wait", RegistrationState.WAITING),
        ("reject", RegistrationState.REJECTED),
        ("ask", RegistrationState.SUBMITTED),
    ],
)
def test_reg_04_many_are_answered_with_one_line_and_one_mail_each(
    session: Any, hand_in: Any, answer: Any, what: str, state: RegistrationState
) -> None:
    rows = [hand_in(session, number) for number in range(3)]
    lines, mails = _counts(session)
    done = answer(session, rows, what, "Because of the number of places.")
    assert (len(done.done), done.left) == (3, ())
    assert {row.state for row in rows} == {state}
    assert _counts(session) == (lines + 3, mails + 3)
    last = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert ("Because of the number" in last.body) == (what in {"reject", "ask"})


def test_reg_04_one_that_changed_meanwhile_is_left_and_named(session: Any, hand_in: Any, answer: Any) -> None:
    rows = [hand_in(session, number) for number in range(3)]
    lines, mails = _counts(session)
    done = answer(session, rows, "approve", **{f"v{rows[1].id}": rows[1].version - 1})
    assert [row.registration.id for row in done.done] == [rows[0].id, rows[2].id]
    assert [(one.row.registration.id, "changed since" in one.why) for one in done.left] == [(rows[1].id, True)]
    assert rows[1].state is RegistrationState.SUBMITTED
    assert _counts(session) == (lines + 2, mails + 2)


def test_reg_04_what_is_not_legal_is_left_and_named(session: Any, hand_in: Any, answer: Any) -> None:
    rows = [hand_in(session, number) for number in range(2)]
    rows[0].state = RegistrationState.WITHDRAWN
    session.flush()
    delegations = session.scalar(select(func.count()).select_from(Delegation))
    done = answer(session, rows, "approve")
    assert [one.row.registration.id for one in done.left] == [rows[0].id]
    assert session.scalar(select(func.count()).select_from(Delegation)) == delegations + 1


@pytest.mark.parametrize("what", ["reject", "ask"])
def test_reg_04_words_that_people_read_are_asked_for(session: Any, hand_in: Any, answer: Any, what: str) -> None:
    rows = [hand_in(session, 1)]
    with pytest.raises(Refused):
        answer(session, rows, what, "  ")
    with pytest.raises(Refused):
        answer(session, [], "approve")
    assert rows[0].state is RegistrationState.SUBMITTED


def _kinds(session: Any, event: Any, registration: Registration) -> set[QuestionKind]:
    return {flag.kind for flag in blocking_of(registration, read_review_facts(session, event))}


@pytest.fixture
def lists(session: Any, event: Any) -> None:
    """Two dated lists: Senegal and Austria stand in both alike, Turkey moved, Greece is overridden by hand."""
    from datetime import date

    south, north = CountryGroup.SOUTH, CountryGroup.NORTH
    for year, turkey in ((2018, south), (2019, north)):
        book = CountryClassification(code=f"list-{year}", name=f"List {year}", as_of=date(year, 1, 1), source="a table")
        session.add(book)
        session.flush()
        groups = {"SN": south, "AT": north, "TR": turkey, "GR": north}
        session.add_all(
            ClassifiedCountry(classification_id=book.id, country=country, group=group)
            for country, group in groups.items()
        )
    event.classification_id = book.id
    session.merge(event)
    session.add(CountryOverride(event_id=event.id, country="GR", group=south, note="asked by the city"))
    session.flush()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"contact_phone": None}, QuestionKind.CONTACT),
        ({"members": [MemberForm(family_name="Planner")]}, QuestionKind.HEAD),
        ({"country": "TR"}, QuestionKind.GROUP),
        ({"country": "GR"}, QuestionKind.GROUP),
        ({"country": "AQ"}, QuestionKind.COUNTRY),
        ({"party_kind": PartyKind.ORGANISATION, "helix_role": "business", "country": "TR"}, None),
    ],
)
def test_reg_04_what_must_be_asked_stands_against_approval(
    session: Any, event: Any, lists: None, hand_in: Any, answer: Any, changes: Any, kind: Any
) -> None:
    registration = hand_in(session, 1, **changes)
    assert _kinds(session, event, registration) == ({kind} if kind else set())
    done = answer(session, [registration], "approve")
    assert len(done.done) == (0 if kind else 1)
    if kind:
        assert done.left[0].error.kinds == (kind,)
        # What is asked does not stand against the other answers.
        assert answer(session, [registration], "wait").left == ()


def test_reg_04_a_nomination_needs_the_mayors_word(session: Any, event: Any, hand_in: Any) -> None:
    registration = hand_in(session, 1)
    registration.door = Door.CITY
    assert _kinds(session, event, registration) == {QuestionKind.COMMITMENT}
    registration.answers = {**registration.answers, "commitment": {"by": "The mayor", "is_given": True}}
    assert _kinds(session, event, registration) == set()


def test_reg_07_a_city_that_is_nominated_twice_is_asked_about(session: Any, event: Any, hand_in: Any) -> None:
    """However it is written; a form that no longer counts gives no cause, nor does a city of that name elsewhere."""
    first, second, third = hand_in(session, 1), hand_in(session, 2), hand_in(session, 3)
    for form, name, country in ((first, "São Tomé", "ST"), (second, "SAO TOME", "ST"), (third, "Sao Tome", "PT")):
        form.door, form.party_name = Door.CITY, name
        form.answers = {
            **form.answers, "country": country, "members": [], "commitment": {"by": "The mayor", "is_given": True}
        }  # fmt: skip
        del form.answers["members"]
    session.flush()
    facts = read_review_facts(session, event)
    named = {form.id: [flag.nominations for flag in flags_of(form, facts)] for form in (first, second, third)}
    assert named == {first.id: [(second.id,)], second.id: [(first.id,)], third.id: []}
    second.state = RegistrationState.REJECTED
    session.flush()
    assert flags_of(first, read_review_facts(session, event)) == ()


def test_reg_07_somebody_who_is_here_is_asked_about(session: Any, cast: Any, hand_in: Any) -> None:
    registration = hand_in(session, 1, members=[MemberForm(family_name="X", is_head=True, email="MAYOR@essen.example")])
    (flag,) = flags_of(registration, read_review_facts(session, cast.event))
    assert (flag.kind, flag.blocks, flag.pairs[0].because) == (QuestionKind.DUPLICATE, True, ("mail",))
    assert flag.pairs[0].other.delegate_id == cast.heads[2]


def test_reg_04_an_answer_or_a_waiver_clears_the_way(
    session: Any, event: Any, hand_in: Any, answer: Any, actor: Actor, now: Any
) -> None:
    """Asked: one mail with a link, and it blocks until the answer; waived: only with a reason, which is logged."""
    rows = [hand_in(session, number, contact_phone=None) for number in range(2)]
    kind = QuestionKind.CONTACT
    given = {"event": event, "actor": actor, "now": now}
    question = reviewing.ask(
        session, registration=rows[0], kind=kind, text="Your number?", base_url="http://testserver", **given
    )
    mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert mail.recipient == rows[0].contact_email
    assert re.search(r"http://testserver/q/[\w-]{20,}", mail.body)
    with pytest.raises(Refused):
        reviewing.waive(session, registration=rows[1], kind=kind, reason=" ", **given)
    assert answer(session, rows, "approve").done == ()
    reviewing.answer_question(session, registration=rows[0], question=question, answer="+221 1", **given)
    reviewing.waive(session, registration=rows[1], kind=kind, reason="The embassy calls them.", **given)
    assert len(answer(session, rows, "approve").done) == 2
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"registration.asked", "registration.answered", "registration.waived"} <= actions
    with pytest.raises(Conflict):
        reviewing.answer_question(session, registration=rows[0], question=question, answer="again", **given)


@pytest.fixture
def six(client: Any, event: Any, hand_in: Any) -> list[tuple[int, int]]:
    """Six forms with (id, version): the last has no phone number."""
    with client.app.state.database.writing() as session:
        rows = [hand_in(session, number) for number in range(5)] + [hand_in(session, 5, contact_phone=None)]
        return [(row.id, row.version) for row in rows]


def test_reg_04_the_inbox_works_without_script(client: Any, event: Any, sign_in: Any, six: Any) -> None:
    sign_in("organiser", event_id=event.id)
    page = client.get(URL)
    assert page.text.count('name="chosen"') == 6
    assert "No phone number" in page.text
    ticks = [f"{number}:{version}" for number, version in six]
    answer = client.post(f"{URL}?flag=contact", data={"chosen": ticks, "answer": "approve"})
    assert answer.status_code == 200
    assert "5 done, 1 left" in answer.text
    assert "City 5" in answer.text and "something to ask first" in answer.text
    again = client.post(URL, data={"chosen": ticks[:1], "answer": "approve"})
    assert again.status_code == 409
    assert "0 done, 1 left" in again.text
    refused = client.post(URL, data={"chosen": ticks[5:], "answer": "reject"})
    assert refused.status_code == 422
    assert f'value="{ticks[5]}" aria-label' in refused.text and "checked" in refused.text
    done = client.post(f"{URL}?door=delegation", data={"chosen": ticks[5:], "answer": "reject", "text": "Full."})
    assert done.status_code == 303
    assert done.headers["location"] == f"{URL}?door=delegation&done=1&as=reject"
    assert "1 registration rejected" in client.get(done.headers["location"]).text


def test_reg_09_filters_stand_in_the_address_and_say_which_to_drop(
    client: Any, event: Any, sign_in: Any, six: Any
) -> None:
    sign_in("organiser", event_id=event.id)
    assert client.get(f"{URL}?flag=contact").text.count('name="chosen"') == 1
    assert client.get(f"{URL}?flag=none&sort=-party").text.count('name="chosen"') == 5
    assert client.get(f"{URL}?q=CITY+3").text.count('name="chosen"') == 1
    page = client.get(f"{URL}?state=approved&door=delegation").text
    assert "Drop one filter" in page
    assert re.search(r'\?door=delegation&amp;state=all">any state</a> \(6\)', page)
    assert "any form" not in page  # without the form's filter nothing is approved either


@pytest.mark.parametrize(
    ("typed", "office", "desk"),
    [
        ("МОСКВА", 1, 1),
        ("москвы мэра", 1, 1),
        ("canon ANON", 1, 1),
        ("cañón", 1, 1),
        ("名古屋", 1, 1),
        ("@kept.example", 2, 0),
    ],
)
def test_reg_09_words_are_found_in_any_script_and_case_and_addresses_by_those_who_read_them(
    client: Any, event: Any, sign_in: Any, hand_in: Any, typed: str, office: int, desk: int
) -> None:
    with client.app.state.database.writing() as session:
        first, second = hand_in(session, 1), hand_in(session, 2)
        first.party_name, first.contact_name, first.contact_email = "Москва", "Канцелярия мэра Москвы", "a@kept.example"
        second.party_name, second.contact_email = "Cañón de Añón", "b@kept.example"
        second.answers = {**second.answers, "native_name": "名古屋市"}
    for role, count in (("organiser", office), ("desk", desk)):
        sign_in(role, event_id=event.id)
        assert client.get(URL, params={"q": typed}).text.count('<tr id="row-') == count, role


def test_reg_04_the_desk_reads_and_does_not_decide(client: Any, event: Any, sign_in: Any, six: Any) -> None:
    sign_in("desk", event_id=event.id)
    assert 'name="chosen"' not in client.get(URL).text
    assert client.post(URL, data={"chosen": ["1:1"], "answer": "approve"}).status_code == 403


def test_reg_04_a_question_is_asked_answered_and_shown(client: Any, event: Any, sign_in: Any, six: Any) -> None:
    sign_in("organiser", event_id=event.id)
    one = f"{URL}/{six[5][0]}"
    assert "Under which phone number" in client.get(one).text
    key = re.search(r'name="form_key" value="([^"]+)"', client.get(one).text)[1]
    question = {"kind": "contact", "text": "Which number?", "form_key": key}
    asked = client.post(f"{one}/questions", data=question)
    assert client.post(f"{one}/questions", data=question).status_code == 409, "pressed twice, asked once"
    assert asked.status_code == 303
    with client.app.state.database.reading() as session:
        body = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first().body
    link = re.search(r"/q/[\w-]+", body)[0]
    client.cookies.clear()
    assert "Which number?" in client.get(link).text
    assert client.post(link, data={"answer": ""}).status_code == 422
    assert client.post(link, data={"answer": "+221 33"}).status_code == 303
    assert "We have your answer" in client.get(link).text
    assert client.post(link, data={"answer": "Another"}).status_code == 409
    sign_in("organiser", event_id=event.id)
    page = client.get(one).text
    assert "+221 33" in page and "settled" in page
    assert client.post(f"{one}/waivers", data={"kind": "head", "reason": ""}).status_code == 422
    with client.app.state.database.reading() as session:
        assert [row.state for row in session.scalars(select(Question))] == [QuestionState.ANSWERED]
        assert session.scalar(select(func.count()).select_from(Delegate)) == 0
