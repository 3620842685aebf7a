"""ADM-04: whoever is erased is in no form any more, whatever door it came through and whatever became of it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate
from app.events.models import Event
from app.office.service.erasing import erase_person
from app.platform.audit import AuditEntry, AuditValue
from app.platform.backup import back_up
from app.platform.tokens import digest
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration

FORM: dict[str, Any] = {
    "step": "2", "given_name": "Zorovavel", "family_name": "Quintessa", "email": "Zoro@Quintessa.example",
    "function": "Head of exports", "native_name": "佐罗", "badge_name": "Zozo Quint", "origin": "business",
    "party_name": "A trading house", "country": "CN", "languages": ["zh"],
}  # fmt: skip
TRACES = ("zorovavel", "quintessa", "佐罗", "zozo")


@pytest.fixture
def imported(database: Any, cast: Any) -> int:
    """Somebody of a list, known by the mail address alone."""
    with database.writing() as session:
        delegate = session.get_one(Delegate, cast.heads[0])
        delegate.email, delegate.family_name, delegate.given_name = "zoro@quintessa.example", "Quintessa", "Zoro"
        delegate.badge_name = "Zoro Quintessa"
        return delegate.id


def _hand_in(client: Any, cast: Any, **more: Any) -> str:
    answer = client.post(f"/e/{cast.event.slug}/register/individual", data={**FORM, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def _erase_by_page(client: Any, sign_in: Any, cast: Any, person: int) -> Any:
    sign_in("administrator", event_id=None)
    return client.post(f"/e/{cast.event.slug}/manage/people/{person}/erase", data={"number": str(person)})


def test_adm_04_a_form_under_the_same_address_goes_whole(
    client: Any, sign_in: Any, database: Any, database_url: str, cast: Any, imported: int, now: Any, tmp_path: Path
) -> None:
    """From the rows, the export, the file, its log right after the answer, and a fresh backup."""
    link = _hand_in(client, cast)
    with database.reading() as session:
        version = session.scalars(select(Registration.version)).one()
    corrected = {**FORM, "function": "Quintessa's deputy", "version": str(version)}
    assert client.post(f"{link}/form", data=corrected).status_code == 303
    _hand_in(client, cast, keep="1")
    done = _erase_by_page(client, sign_in, cast, imported)
    assert "Nothing of this person is found any more" in done.text
    if database.is_sqlite:
        file = Path(database.engine.url.database)
        back_up(database_url, tmp_path / "after.backup", now=now)
        for one in (file, file.with_name(file.name + "-wal"), *tmp_path.glob("after.backup*")):
            held = one.read_bytes().lower() if one.exists() else b""
            assert [trace for trace in TRACES if trace.encode() in held] == [], one.name
    with database.reading() as session:
        forms = session.scalars(select(Registration).order_by(Registration.id)).all()
        assert [(one.answers, one.draft, one.contact_name, one.contact_email, one.state) for one in forms] == [
            ({}, {}, "erased", "", RegistrationState.WITHDRAWN)
        ] * 2
        kept = session.scalars(select(AuditValue).join(AuditEntry).where(AuditEntry.entity == "registration")).all()
        assert not [one for one in kept if "Quintessa" in f"{one.before}{one.after}"]
    client.cookies.clear()
    sign_in("organiser", event_id=cast.event.id)
    for page in ("registrations", "registrations.csv", f"registrations/{forms[0].id}", "duplicates"):
        answer = client.get(f"/e/{cast.event.slug}/manage/{page}")
        assert answer.status_code == 200, page
        assert [trace for trace in TRACES if trace in answer.text.casefold()] == [], page


def test_adm_04_a_second_form_put_together_with_theirs_goes_with_its_other_address(
    client: Any, sign_in: Any, database: Any, cast: Any, imported: int
) -> None:
    for email in (FORM["email"], "other@quintessa-home.example"):
        _hand_in(client, cast, email=email)
    with database.writing() as session:
        first, second = session.scalars(select(Registration).order_by(Registration.id))
        second.duplicate_of_id = first.id
    assert "Nothing of this person is found any more" in _erase_by_page(client, sign_in, cast, imported).text
    with database.reading() as session:
        assert [one.answers for one in session.scalars(select(Registration))] == [{}, {}]


def test_adm_04_the_proof_names_forms_of_the_same_name_under_another_address(
    client: Any, sign_in: Any, database: Any, cast: Any, imported: int
) -> None:
    """It may be somebody else: the form stays, and the page does not say that nothing is found."""
    _hand_in(client, cast, email="stranger@far.example", given_name="ZORO")
    done = _erase_by_page(client, sign_in, cast, imported).text
    with database.reading() as session:
        form = session.scalars(select(Registration)).one()
    assert "Nothing of this person is found any more" not in done
    assert f'href="/e/{cast.event.slug}/manage/registrations/{form.id}"' in done
    assert form.answers["family_name"] == "Quintessa"


def test_adm_04_the_contact_of_a_delegations_form_goes_and_the_others_on_it_stay(
    database: Any, cast: Any, imported: int, actor: Any, now: Any
) -> None:
    others = {"family_name": "Other", "given_name": "A", "email": "a@other.example"}
    mine = {"family_name": "Quintessa", "given_name": "Z.", "email": "ZORO@quintessa.example"}
    said = {"contact_name": "Madame Quintessa", "contact_email": "zoro@quintessa.example", "contact_phone": "+99 1"}
    with database.writing() as session:
        form = Registration(
            event_id=cast.event.id, door=Door.DELEGATION, state=RegistrationState.SUBMITTED, party_name="A city",
            contact_name="Madame Quintessa", contact_email="zoro@quintessa.example", token_digest=digest("a form"),
            started_at=now, answers={**said, "country": "SN", "members": [mine, others]},
        )  # fmt: skip
        session.add(form)
        session.flush()
        event, delegate = session.get_one(Event, cast.event.id), session.get_one(Delegate, imported)
        erased = erase_person(session, event=event, delegate=delegate, number=str(imported), actor=actor, now=now)
        session.expire_all()
        assert erased.forms == ()
        assert (form.contact_name, form.contact_email, form.state) == ("erased", "", RegistrationState.SUBMITTED)
        assert form.answers == {
            "contact_name": "erased", "contact_email": "", "country": "SN",
            "members": [others],
        }  # fmt: skip
