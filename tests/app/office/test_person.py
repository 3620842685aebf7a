"""REG-04, REG-05, REG-08, ADM-01: one person on one page, each role with what it needs; two savers see both versions."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import RecheckState
from app.delegations.models import Delegate, PassportDetail, Recheck
from app.delegations.service import change_person
from app.platform.audit import AuditEntry, ReadLog, names_of
from app.platform.outbox import OutboxMail

SAMPLES = [
    ("Zhang", "Wei", "张伟", "zh", "H.E."),
    ("Al-Sayed", "Mona", "منى السيد", "ar", "Dr"),
    ("Иванова-Latin", "Olga", "Ольга Иванова", "ru", "Prof."),
    ("Nguyễn", "Thị Minh", "Nguyễn Thị Minh", "vi", "Mme"),
    ("Lefèvre", "Hélène", "Hélène Lefèvre", "fr", "Mme la Maire"),
]


@pytest.fixture
def base(cast: Any) -> str:
    return f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}"


def _edit(page: Any, **changes: str) -> dict[str, str]:
    """What the form of the page holds, as a browser would send it."""
    from html import unescape

    form = re.search(r'id="edit".*?</form>', page, re.S)[0]
    said = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', form))
    said |= {"rank": re.search(r'value="(\d+)" selected', form)[1]}
    return {name: unescape(text) for name, text in said.items()} | changes


@pytest.mark.parametrize(("family", "given", "native", "language", "honorific"), SAMPLES)
def test_reg_08_every_form_of_a_name_is_edited_and_shown(
    client: Any, cast: Any, sign_in: Any, base: str, family: str, given: str, native: str, language: str, honorific: str
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    badge = f"{given} {family}"
    typed = _edit(
        client.get(base).text,
        family_name=family,
        given_name=given,
        native_name=native,
        native_language=language,
        honorific=honorific,
        badge_name=badge,
        languages=f"{language}, en",
    )
    assert client.post(base, data=typed).status_code == 303
    page = client.get(base).text
    for text in (family, given, native, honorific, badge):
        assert text in page
    assert f'lang="{language}"' in page
    with client.app.state.database.reading() as session:
        person = session.get(Delegate, cast.heads[0])
        assert (person.family_name, person.native_name, person.languages) == (family, native, [language, "en"])
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "delegate.corrected"))
        assert {"family_name", "native_name", "honorific"} <= set(entry.digests)


def test_reg_08_a_refused_line_is_named_and_what_was_typed_stays(
    client: Any, cast: Any, sign_in: Any, base: str
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    typed = _edit(client.get(base).text, family_name="", function="Kept as typed", languages="en, klingon")
    answer = client.post(base, data=typed)
    assert answer.status_code == 422
    assert "Kept as typed" in answer.text and "klingon" in answer.text
    assert 'id="family_name-error"' in answer.text


def test_reg_08_the_second_of_two_savers_sees_both_versions(client: Any, cast: Any, sign_in: Any, base: str) -> None:
    sign_in("organiser", event_id=cast.event.id)
    mine = _edit(client.get(base).text, function="Mine", honorific="H.E.")
    theirs = _edit(client.get(base).text, function="Theirs")
    assert client.post(base, data=theirs).status_code == 303
    answer = client.post(base, data=mine)
    assert answer.status_code == 409
    assert "Theirs" in answer.text and 'value="Mine"' in answer.text and "Changed meanwhile" in answer.text
    import re
    from html import unescape

    hidden = dict(re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', answer.text))
    kept = {name: unescape(text) for name, text in hidden.items()} | {"keep": "mine"}
    assert client.post(base, data=kept).status_code == 303
    with client.app.state.database.reading() as session:
        person = session.get(Delegate, cast.heads[0])
        assert (person.function, person.honorific) == ("Mine", "H.E.")


def test_reg_05_a_changed_field_stands_beside_the_old_one_and_is_decided(
    client: Any, cast: Any, sign_in: Any, base: str, actor: Any, now: Any
) -> None:
    with client.app.state.database.writing() as session:
        person = session.get(Delegate, cast.heads[0])
        person.approved_at = now
        session.flush()
        changes = {"family_name": "Renamed", "honorific": "Dr"}
        change_person(
            session, event=cast.event, delegate=person, changes=changes, version=person.version, actor=actor, now=now
        )
        asked = {one.field.value: one.id for one in session.scalars(select(Recheck))}
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(base).text
    assert "Mayor of Phnom Penh" in page and "Renamed" in page and "What is in force stays" in page
    refuse = client.post(f"{base}/rechecks/{asked['honorific']}", data={"state": "refused"})
    assert refuse.status_code == 422
    assert "Give the reason" in refuse.text
    assert client.post(f"{base}/rechecks/{asked['family_name']}", data={"state": "accepted"}).status_code == 303
    other = f"/e/{cast.event.slug}/manage/people/{cast.heads[1]}"
    assert client.post(f"{other}/rechecks/{asked['honorific']}", data={"state": "accepted"}).status_code == 404
    with client.app.state.database.reading() as session:
        assert session.get(Delegate, cast.heads[0]).family_name == "Renamed"
        assert session.get(Recheck, asked["honorific"]).state is RecheckState.ASKED


def test_reg_05_what_the_office_writes_replaces_what_waits(session: Any, cast: Any, actor: Any, now: Any) -> None:
    from app.delegations.service import correct_person

    person = session.get(Delegate, cast.heads[0])
    person.approved_at = now
    session.flush()
    given = {"event": cast.event, "delegate": person, "actor": actor, "now": now}
    change_person(session, **given, changes={"family_name": "Proposed"}, version=person.version)
    correct_person(session, **given, changes={"family_name": "Decided"}, version=person.version)
    assert person.family_name == "Decided"
    assert session.scalars(select(Recheck.state)).all() == [RecheckState.REPLACED]


def test_reg_04_a_person_without_a_form_is_asked_approved_or_turned_down(
    client: Any, cast: Any, sign_in: Any, base: str
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    version = {"version": 1}
    assert client.post(f"{base}/decision", data={**version, "answer": "reject"}).status_code == 422
    assert client.post(f"{base}/decision", data={**version, "answer": "ask", "text": "Which train?"}).status_code == 303
    assert client.post(f"{base}/decision", data={**version, "answer": "approve"}).status_code == 303
    other = f"/e/{cast.event.slug}/manage/people/{cast.heads[1]}"
    done = client.post(f"{other}/decision", data={**version, "answer": "reject", "text": "No place."})
    assert done.status_code == 303
    with client.app.state.database.reading() as session:
        people = [session.get(Delegate, number) for number in cast.heads[:2]]
        assert [(one.approved_at is not None, one.is_active) for one in people] == [(True, True), (False, False)]
        actions = list(session.scalars(select(AuditEntry.action).where(AuditEntry.entity == "delegate")))
        assert actions == ["delegate.asked", "delegate.approved", "delegate.rejected"]
        bodies = list(session.scalars(select(OutboxMail.body).order_by(OutboxMail.id)))
        assert len(bodies) == 3 and "Which train?" in bodies[0] and "No place." in bodies[2]


def _versions(page: str) -> str:
    return re.search(r'<section class="versions".*?</section>', page, re.DOTALL)[0]


def test_reg_04_whose_decision_came_second_sees_both_and_may_keep_theirs(
    client: Any, cast: Any, sign_in: Any, base: str
) -> None:
    """A line that was corrected leaves room for the decision; a decision does not."""
    sign_in("organiser", event_id=cast.event.id)
    typed = _edit(client.get(base).text, function="Deputy mayor")
    assert client.post(base, data=typed).status_code == 303
    lost = client.post(f"{base}/decision", data={"version": 1, "answer": "reject", "text": "No place is left."})
    assert lost.status_code == 409
    shown = _versions(lost.text)
    for said in (
        "Organiser",
        "09:12",
        "waits for a decision",
        "Mayor",
        "Deputy mayor",
        "turn down",
        "No place is left.",
    ):
        assert said in shown, said
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', re.search(r'<form id="mine".*?</form>', lost.text)[0]))
    assert client.post(f"{base}/decision", data=kept | {"answer": "approve"}).status_code == 303
    again = client.post(f"{base}/decision", data=kept)
    assert again.status_code == 409
    shown = _versions(again.text)
    assert "approved Tue 20 Aug" in shown and "No place is left." in shown
    assert "Keep mine" not in shown, "what was decided leaves no room"
    with client.app.state.database.reading() as session:
        assert session.get_one(Delegate, cast.heads[0]).is_active


def test_reg_04_a_question_that_is_sent_twice_is_one_mail(client: Any, cast: Any, sign_in: Any, base: str) -> None:
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(base).text
    sent = dict(re.findall(r'name="(version|form_key)" value="([^"]+)"', page)) | {
        "answer": "ask",
        "text": "Which train?",
    }
    assert [client.post(f"{base}/decision", data=sent).status_code for _press in range(2)] == [303, 409]
    with client.app.state.database.reading() as session:
        assert len(session.scalars(select(OutboxMail.id)).all()) == 1


@pytest.mark.parametrize("role", ["desk", "protocol", "organiser"])
def test_reg_04_the_desk_gives_passes_and_lets_in(
    client: Any, cast: Any, sign_in: Any, base: str, role: str, now: Any
) -> None:
    sign_in(role, event_id=cast.event.id)
    assert client.post(f"{base}/door", data={"does": "give"}).status_code == 422  # not approved
    with client.app.state.database.writing() as session:
        session.get(Delegate, cast.heads[0]).approved_at = now
    for what in ("pass", "door"):
        assert client.post(f"{base}/{what}", data={"does": "give"}).status_code == 303
        assert client.post(f"{base}/{what}", data={"does": "give"}).status_code == 409
    assert "Undo the check-in" in client.get(base).text
    assert client.post(f"{base}/door", data={"does": "take_back"}).status_code == 303
    with client.app.state.database.reading() as session:
        person = session.get(Delegate, cast.heads[0])
        assert (person.accredited_at, person.checked_in_at) == (now, None)


def test_adm_01_each_role_sees_the_groups_that_it_needs(
    client: Any, cast: Any, sign_in: Any, base: str, now: Any
) -> None:
    with client.app.state.database.writing() as session:
        person = session.get(Delegate, cast.heads[0])
        person.phone, person.diet, person.access_needs, person.arrives_at = "+855 77", "halal-diet", "ramp-needed", now
        session.add(PassportDetail(delegate_id=person.id, number="N0PASSPORT", nationality="KH"))
    seen = {}
    for role in ("desk", "protocol", "organiser", "administrator"):
        sign_in(role, event_id=None if role == "administrator" else cast.event.id)
        page = client.get(base).text
        words = ("+855 77", "halal-diet", "ramp-needed", "Arrives", "Open the passport data", "N0PASSPORT")
        seen[role] = [word in page for word in words]
    assert seen == {
        "desk": [False, False, False, False, False, False],
        "protocol": [False, True, True, True, True, False],
        "organiser": [True, True, True, True, False, False],
        "administrator": [True, False, False, True, False, False],
    }


def test_adm_01_opening_a_passport_writes_a_line_and_is_for_protocol_alone(
    client: Any, cast: Any, sign_in: Any, base: str
) -> None:
    with client.app.state.database.writing() as session:
        session.add(PassportDetail(delegate_id=cast.heads[0], number="N0PASSPORT", nationality="KH"))
    for role in ("desk", "organiser", "administrator"):
        sign_in(role, event_id=None if role == "administrator" else cast.event.id)
        assert client.get(f"{base}/passport").status_code == 403
    sign_in("protocol", event_id=cast.event.id)
    assert "N0PASSPORT" in client.get(f"{base}/passport").text
    with client.app.state.database.reading() as session:
        lines = session.execute(select(ReadLog.actor, ReadLog.action, ReadLog.entity_id)).all()
        names = names_of(session, [line.actor for line in lines])
    assert [(names[line.actor], line.action, line.entity_id) for line in lines] == [
        ("Protocol", "passport.read", str(cast.heads[0]))
    ]


def test_reg_07_an_old_address_leads_to_the_person(client: Any, cast: Any, sign_in: Any, base: str) -> None:
    with client.app.state.database.writing() as session:
        gone = session.get(Delegate, cast.heads[1])
        gone.is_active, gone.merged_into_id = False, cast.heads[0]
    sign_in("organiser", event_id=cast.event.id)
    answer = client.get(f"/e/{cast.event.slug}/manage/people/{cast.heads[1]}")
    assert (answer.status_code, answer.headers["location"]) == (303, base)
