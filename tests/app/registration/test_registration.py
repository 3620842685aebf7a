"""REG-04: each legal change writes one line and one mail, every other is refused; names survive in any script."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from app.delegations.enums import PartyKind
from app.delegations.models import Delegate, Delegation, Party
from app.events.models import Challenge, Event
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.errors import Conflict, Refused
from app.platform.outbox import OutboxMail
from app.registration.enums import LEGAL_CHANGES, WHO_MAY, RegistrationState, Side, may
from app.registration.forms import DelegationForm, MemberForm
from app.registration.models import Registration
from app.registration.service import approve, decide, slug_of, submit, withdraw

STATES = tuple(RegistrationState)
TRIPLES = [(before, after, side) for before in STATES for after in STATES for side in Side]
both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


def _form(**changes: Any) -> DelegationForm:
    values: dict[str, Any] = {
        "party_kind": PartyKind.CITY,
        "party_name": "Dakar",
        "country": "SN",
        "contact_name": "The focal point",
        "contact_email": "focal@dakar.example",
        "members": [
            MemberForm(family_name="Planner", function="Planning"),
            MemberForm(family_name="Mayor", function="Mayor", rank=30, is_head=True, email="focal@dakar.example"),
        ],
    }
    return DelegationForm(**{**values, **changes})


@pytest.fixture
def hand_in(event: Any, actor: Actor, now: datetime) -> Callable[..., Registration]:
    def make(session: Any, **changes: Any) -> Registration:
        form = _form(**changes)
        return submit(session, event=event, form=form, base_url="http://testserver", actor=actor, now=now).registration

    return make


def _counts(session: Any) -> tuple[int, int, int]:
    lines = select(func.count()).select_from(AuditEntry).where(AuditEntry.entity == "registration")
    mails = select(func.count()).select_from(OutboxMail)
    return session.scalar(lines), session.scalar(mails), session.scalar(select(func.count()).select_from(Delegation))


@pytest.mark.parametrize(
    ("before", "after", "side"), TRIPLES, ids=["-".join(one.value for one in triple) for triple in TRIPLES]
)
def test_a_change_is_legal_with_one_line_and_one_mail_or_refused_with_neither(
    session: Any,
    event: Any,
    hand_in: Any,
    actor: Actor,
    now: datetime,
    before: RegistrationState,
    after: RegistrationState,
    side: Side,
) -> None:
    """REG-04: every pair of states, from the applicant's side and from the office's."""
    registration = hand_in(session)
    registration.state = before
    session.flush()
    lines, mails, delegations = _counts(session)

    def change() -> None:
        common = {"event": event, "registration": registration, "version": registration.version}
        common |= {"actor": actor, "now": now}
        if after is RegistrationState.WITHDRAWN:
            withdraw(session, **common, side=side)
        elif side is Side.APPLICANT:
            # Handing in is the one thing that an applicant does beside withdrawing.
            assert after is RegistrationState.SUBMITTED
            form = _form()
            submit(session, event=event, form=form, base_url="", draft=registration, token="t", actor=actor, now=now)
        elif after is RegistrationState.APPROVED:
            approve(session, **common)
        else:
            decide(session, **common, state=after, reason="Because.")

    if side is Side.APPLICANT and after not in {RegistrationState.SUBMITTED, RegistrationState.WITHDRAWN}:
        assert not may(side, before, after), "there is no way for an applicant to do this"
        return
    if may(side, before, after):
        change()
        made = int(after is RegistrationState.APPROVED)
        assert _counts(session) == (lines + 1, mails + 1, delegations + made)
        assert registration.state is after
        mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
        assert mail.recipient == "focal@dakar.example"
    else:
        with pytest.raises(Refused):
            change()
        assert _counts(session) == (lines, mails, delegations)
        assert registration.state is before


def test_the_table_says_who_may_do_what() -> None:
    """REG-04: nothing leads back to draft or out of withdrawn; the office decides, the applicant hands in."""
    assert LEGAL_CHANGES[RegistrationState.WITHDRAWN] == frozenset()
    assert all(after is not RegistrationState.DRAFT for _before, after in WHO_MAY)
    for (before, after), sides in WHO_MAY.items():
        assert sides, (before, after)
        if after in {RegistrationState.APPROVED, RegistrationState.REJECTED, RegistrationState.WAITING}:
            assert sides == {Side.OFFICE}
        if after is RegistrationState.SUBMITTED:
            assert sides == {Side.APPLICANT}


def test_handing_in_writes_one_line_and_one_mail_with_the_own_link(session: Any, event: Any, hand_in: Any) -> None:
    assert _counts(session) == (0, 0, 0)
    registration = hand_in(session)
    assert registration.state is RegistrationState.SUBMITTED
    assert _counts(session) == (1, 1, 0)
    mail = session.scalars(select(OutboxMail)).one()
    assert re.search(r"http://testserver/r/\S+", mail.body)
    token = mail.body.split("/r/")[1].split()[0]
    assert token not in registration.token_digest


@both
def test_a_registration_that_was_decided_meanwhile_is_a_conflict(
    session: Any, event: Any, hand_in: Any, actor: Actor, now: datetime, kind: str
) -> None:
    registration = hand_in(session)
    seen = registration.version
    approve(session, event=event, registration=registration, version=seen, actor=actor, now=now)
    before = _counts(session)
    with pytest.raises(Conflict):
        approve(session, event=event, registration=registration, version=seen, actor=actor, now=now)
    with pytest.raises(Conflict):
        decide(
            session,
            event=event,
            registration=registration,
            version=seen,
            state=RegistrationState.REJECTED,
            reason="Late.",
            actor=actor,
            now=now,
        )
    assert _counts(session) == before


@both
def test_approval_makes_party_delegation_and_delegates_once(
    session: Any, event: Any, hand_in: Any, actor: Actor, now: datetime, kind: str
) -> None:
    session.add(Challenge(event_id=event.id, code="waste", names={"en": "Waste"}))
    session.flush()
    made = [
        approve(session, event=event, registration=one, version=one.version, actor=actor, now=now)
        for one in (hand_in(session, needs={"waste": 4}), hand_in(session, party_name="DAKAR"))
    ]
    assert session.scalar(select(func.count()).select_from(Party)) == 1, "the second delegation of one city"
    codes = [session.get_one(Delegation, one.delegation_id).code for one in made]
    assert codes == ["dakar", "dakar-2"]
    people = session.scalars(
        select(Delegate).where(Delegate.delegation_id == made[0].delegation_id).order_by(Delegate.id)
    ).all()
    assert [(one.family_name, one.is_head) for one in people] == [("Mayor", True), ("Planner", False)]
    assert [one.is_focal_point for one in people] == [True, False]


def test_outside_its_time_the_doors_say_when_it_is(client: Any, database: Any, event: Any, now: datetime) -> None:
    address, before, after = f"/e/{event.slug}/register", now - timedelta(days=1), now + timedelta(days=1)
    for opens, closes, said in ((None, before, "Registration closed on"), (after, None, "Registration opens on")):
        with database.writing() as session:
            found = session.get_one(type(event), event.id)
            found.registration_opens_at, found.registration_closes_at = opens, closes
        answer = client.get(address)
        assert answer.status_code == 200
        assert said in answer.text


def test_outside_its_time_registration_is_refused(session: Any, event: Any, hand_in: Any, now: datetime) -> None:
    event.registration_closes_at = now - timedelta(seconds=1)
    with pytest.raises(Refused, match="closed"):
        hand_in(session)
    event.registration_closes_at, event.registration_opens_at = None, now + timedelta(seconds=1)
    with pytest.raises(Refused, match="not begun"):
        hand_in(session)
    event.registration_opens_at = now
    with pytest.raises(Refused, match="no challenge"):
        hand_in(session, needs={"levitation": 3})
    assert _counts(session) == (0, 0, 0)


def test_the_page_of_the_doors_says_when_registration_closed_or_opens(
    client: Any, session: Any, event: Any, clock: Any
) -> None:
    address, now, event = f"/e/{event.slug}/register", clock.now(), session.get_one(Event, event.id)
    event.registration_closes_at = now - timedelta(days=1)
    session.commit()
    page = client.get(address)
    assert page.status_code == 200
    assert f"Write to the registration desk: {event.contact_email}" in page.text
    event.registration_closes_at, event.registration_opens_at = None, now + timedelta(days=1)
    session.commit()
    page = client.get(address)
    assert page.status_code == 200
    assert "Registration opens on" in page.text


def test_a_rejection_needs_a_reason_and_a_later_approval_forgets_it(
    session: Any, event: Any, hand_in: Any, actor: Actor, now: datetime
) -> None:
    registration = hand_in(session)

    def reject(reason: str | None) -> None:
        decide(
            session,
            event=event,
            registration=registration,
            version=registration.version,
            state=RegistrationState.REJECTED,
            reason=reason,
            actor=actor,
            now=now,
        )

    with pytest.raises(Refused, match="reason"):
        reject(None)
    reject("The hall is full.")
    mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    assert "The hall is full." in mail.body
    approve(session, event=event, registration=registration, version=registration.version, actor=actor, now=now)
    assert registration.reason is None, "an approved applicant must not read why they were rejected"


NATIVE = {
    "zh": ("Shenzhen", "CN", "深圳市代表团", "陈晓明"),
    "ar": ("Cairo", "EG", "وفد القاهرة", "محمد الأمين"),
    "ru": ("Kazan", "RU", "Делегация Казани", "Анна Щёголева"),
    "vi": ("Hue", "VN", "Phái đoàn Huế", "Nguyễn Thị Mỹ Dưỡng"),
    "fr": ("Besancon", "FR", "Délégation de Besançon", "Zoé Œuvrard-Naïf"),
}


@pytest.mark.parametrize("language", NATIVE)
def test_a_name_survives_in_its_own_script_to_page_and_sheet(
    client: Any, event: Any, sign_in: Callable[..., Any], language: str
) -> None:
    city, country, native_city, native_name = NATIVE[language]
    answer = client.post(
        "/e/test-event/register/delegation",
        data={
            "party_kind": "city",
            "party_name": city,
            "native_name": native_city,
            "native_language": language,
            "country": country,
            "contact_name": native_name,
            "contact_email": "focal@city.example",
            "locale": "en",
            "member-0-family_name": "Family",
            "member-0-given_name": "Given",
            "member-0-native_name": native_name,
            "member-0-function": "Mayor",
        },
    )
    assert answer.status_code == 303, answer.text
    assert native_name in client.get(answer.headers["location"]).text
    sign_in("organiser", event_id=event.id)
    decided = client.post("/e/test-event/manage/registrations/1", data={"state": "approved", "version": "2"})
    assert decided.status_code == 303
    delegation_id = int(decided.headers["location"].rsplit("/", 1)[1])
    schedule = f"/e/test-event/delegations/{delegation_id}/schedule"
    with client.app.state.database.reading() as session:
        stored = session.scalars(select(Delegate)).one()
        assert stored.native_name == native_name
        assert session.scalars(select(Delegation)).one().native_name == native_city
    assert native_name in client.get(f"/e/test-event/delegations/{delegation_id}").text
    pdf = client.get(f"{schedule}.pdf")
    assert pdf.status_code == 200, pdf.text
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    # Arabic is shaped and runs from the right: its letters stand in the text, in an order of their own.
    found = sorted(re.sub(r"\s", "", text))
    for letter in set(native_name.replace(" ", "")):
        assert letter in found, f"{letter!r} is missing on paper"
    if language != "ar":
        assert re.sub(r"\s", "", native_name) in re.sub(r"\s", "", text)


def test_a_short_name_is_made_of_any_name() -> None:
    assert slug_of("Besançon") == "besancon"
    assert slug_of("深圳") == "x"
    assert slug_of("Nuku'alofa  (Tonga)") == "nuku-alofa-tonga"
