"""ADM-04: what may be theirs too is offered and never ticked beforehand; and a form whose contact went stays a form."""

from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate
from app.events.models import Challenge
from app.platform.tokens import digest
from app.registration.enums import Door, RegistrationState
from app.registration.models import ErasureRequest, Question, Registration

MEMBER = {"family_name": "Other", "given_name": "A", "email": "a@other.example", "is_head": True}
NOMINATION = {
    "party_name": "Dakar", "country": "SN", "region": "Africa", "population": 1438725, "income_group": "lower_middle",
    "languages": ["fr"], "needs": {"waste": 5}, "offers": {}, "partners": [], "partnership_aim": "Sorting.",
    "component": "partner", "commitment": {"by": "The mayor", "function": "Mayor", "on": "2019-04-02", "is_given": True},
    "contact_function": "Planner",
}  # fmt: skip
DELEGATION = {"party_kind": "city", "party_name": "Dakar", "country": "SN", "members": [MEMBER]}
CONTACT = {"contact_name": "Zhang Wei", "contact_email": "zhang@wei.example", "contact_phone": "+86 1"}


@pytest.fixture
def zhang(database: Any, cast: Any) -> int:
    """A delegate who erases later; a row and two forms of the same name under other addresses."""
    with database.writing() as session:
        for number, (family, given, native) in {
            cast.heads[0]: ("Zhang", "Wei", "张伟"),
            cast.staff[1]: ("WEI", "Zhang", None),
            cast.staff[2]: ("Someone", "Else", "张伟"),
            cast.staff[3]: ("Zhang", "Weimin", None),
        }.items():
            person = session.get_one(Delegate, number)
            person.family_name, person.given_name, person.native_name = family, given, native
            person.badge_name, person.email = f"{given} {family}", f"person{number}@mail.example"
    return cast.heads[0]


def _form(database: Any, event: Any, door: Door, state: RegistrationState, answers: Any, now: Any, **more: Any) -> int:
    with database.writing() as session:
        said = {**CONTACT, **more}
        session.add(Challenge(event_id=event.id, code="waste", names={"en": "Waste"}))
        form = Registration(
            event_id=event.id, door=door, state=state, party_name="Dakar", contact_name=said["contact_name"],
            contact_email=said["contact_email"], token_digest=digest("a-link"), started_at=now,
            submitted_at=None if state is RegistrationState.DRAFT else now, decided_at=now,
            answers={} if state is RegistrationState.DRAFT else {**answers, **said},
            draft={**answers, **said} if state is RegistrationState.DRAFT else {},
        )  # fmt: skip
        session.add(form)
        session.flush()
        session.add(
            Question(
                event_id=event.id, registration_id=form.id, kind="other", state="asked", text="Who?",
                token_digest=digest("a-question"), asked_at=now,
            )
        )  # fmt: skip
        return form.id


def test_adm_04_probable_records_are_offered_without_a_tick_and_go_with_one(
    client: Any, sign_in: Any, database: Any, cast: Any, zhang: int, now: Any
) -> None:
    """The same name in any order of its parts, or in its own script; another name that begins alike is not."""
    member = {"family_name": "Wei", "given_name": "Zhang", "email": "third@mail.example"}
    form = _form(
        database, cast.event, Door.DELEGATION, RegistrationState.SUBMITTED, {**DELEGATION, "members": [member, MEMBER]},
        now, contact_name="Somebody", contact_email="some@body.example",
    )  # fmt: skip
    sign_in("administrator", event_id=None)
    path = f"/e/{cast.event.slug}/manage/people/{zhang}/erase"
    page = client.get(path).text
    offered = [f"delegate:{cast.staff[1]}", f"delegate:{cast.staff[2]}", f"registration:{form}"]
    for key in offered:
        assert f'name="also" value="{key}">' in page, key
    assert "checked" not in page.split('id="also"')[1].split("</fieldset>")[0]
    assert f"delegate:{cast.staff[3]}" not in page
    stranger = client.post(path, data={"number": str(zhang), "also": [f"delegate:{cast.staff[3]}"]})
    assert stranger.status_code == 422 and "Look again." in stranger.text
    again = client.post(path, data={"number": "7", "also": [offered[0]]})
    assert again.status_code == 422 and f'value="{offered[0]}" checked' in again.text, "what was ticked is kept"
    done = client.post(path, data={"number": str(zhang), "also": [offered[0], offered[2]]})
    assert done.status_code == 200
    assert "Records under another address carry the same name." in done.text
    assert f"/manage/people/{cast.staff[2]}" in done.text, "what was not ticked is named and stays"
    with database.reading() as session:
        rows = {one.id: one for one in session.scalars(select(Delegate))}
        assert [rows[one].erased_at is not None for one in (zhang, *cast.staff[1:4])] == [True, True, False, False]
        assert rows[cast.staff[2]].native_name == "张伟"
        kept = session.get_one(Registration, form)
        assert (kept.answers["members"], kept.people, kept.contact_name) == ([MEMBER], 1, "Somebody")


@pytest.mark.parametrize("state", list(RegistrationState))
@pytest.mark.parametrize("door", [Door.DELEGATION, Door.CITY])
def test_adm_04_a_form_whose_contact_was_erased_opens_on_every_page(
    client: Any, sign_in: Any, database: Any, cast: Any, zhang: int, now: Any, door: Door, state: RegistrationState
) -> None:
    """The contact is a person who is erased; the form of the others goes on, and no page breaks on what is empty."""
    answers = DELEGATION if door is Door.DELEGATION else NOMINATION
    form = _form(database, cast.event, door, state, answers, now, contact_email=f"person{zhang}@mail.example")
    sign_in("administrator", event_id=None)
    base = f"/e/{cast.event.slug}/manage"
    assert client.post(f"{base}/people/{zhang}/erase", data={"number": str(zhang)}).status_code == 200
    for path in ("/r/a-link", "/r/a-link/form", "/r/a-link/erasure", "/q/a-question"):
        assert client.get(path).status_code == 410, path
    client.cookies.clear()
    sign_in("organiser", event_id=cast.event.id)
    for path in (
        "", "/duplicates", "/registrations", "/registrations?state=all", "/registrations.csv?state=all",
        "/registrations.xlsx?state=all", f"/registrations/{form}",
    ):  # fmt: skip
        answer = client.get(f"{base}{path}")
        assert answer.status_code == 200, path
        assert b"Zhang Wei" not in answer.content, path
    asked = client.post(f"{base}/registrations/{form}/questions", data={"kind": "other", "text": "Who now?"})
    assert asked.status_code == 422
    with database.reading() as session:
        version = session.get_one(Registration, form).version
    decided = client.post(
        f"{base}/registrations/{form}", data={"state": "approved", "version": version, "reason": "because"}
    )
    may = state in {RegistrationState.SUBMITTED, RegistrationState.WAITING, RegistrationState.REJECTED}
    assert decided.status_code == (303 if may else 422)
    page = client.get(f"{base}/registrations/{form}")
    assert page.status_code == 200
    if state is not RegistrationState.DRAFT:
        assert "Dakar" in page.text
    if may and door is Door.DELEGATION:
        with database.reading() as session:
            made = session.get_one(Registration, form).delegation_id
        for path in (f"/e/{cast.event.slug}/delegations/{made}", f"/e/{cast.event.slug}/delegations/{made}/sheet"):
            assert client.get(path).status_code in {200, 403}, path


@pytest.mark.parametrize("door", [Door.DELEGATION, Door.CITY])
def test_adm_04_the_contact_of_an_approved_form_asks_and_the_delegation_or_city_stays(
    client: Any, sign_in: Any, database: Any, cast: Any, now: Any, door: Door
) -> None:
    form = _form(
        database, cast.event, door, RegistrationState.SUBMITTED,
        DELEGATION if door is Door.DELEGATION else NOMINATION, now,
    )  # fmt: skip
    sign_in("organiser", event_id=cast.event.id)
    page = f"/e/{cast.event.slug}/manage/registrations/{form}"
    assert client.get(f"{page}/erase").status_code == 403, "nobody asked"
    with database.reading() as session:
        version = session.get_one(Registration, form).version
    assert client.post(page, data={"state": "approved", "version": version}).status_code == 303
    asked = client.post("/r/a-link/erasure", data={"sure": "yes"})
    assert (asked.status_code, asked.headers["location"]) == (303, "/r/a-link/erasure")
    with database.reading() as session:
        assert session.scalars(select(ErasureRequest.cause)).one() == "contact"
    done = client.post(f"{page}/erase", data={"number": str(form)})
    assert "Nothing of this person is found any more" in done.text
    with database.reading() as session:
        left = session.get_one(Registration, form)
        assert (left.state, left.is_erased) == (RegistrationState.APPROVED, True)
        assert left.party_id is not None
        if door is Door.DELEGATION:
            held = session.scalars(select(Delegate).where(Delegate.delegation_id == left.delegation_id)).one()
            assert (held.family_name, held.is_active) == ("Other", True)
    assert "Zhang Wei" not in client.get(page).text
