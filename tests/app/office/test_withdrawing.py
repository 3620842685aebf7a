"""REG-04: whoever withdraws gives back what they hold; where they still stand is named on the home page."""

from typing import Any

from sqlalchemy import select

from app.claims.enums import ClaimKind
from app.claims.models import Claim
from app.delegations.models import Delegate
from app.events.queries import slots_of, tables_of
from app.meetings.enums import Answer
from app.meetings.models import Meeting, MeetingWish
from app.meetings.service import hold_meeting
from app.office.needs import needs_of
from app.office.service.withdrawing import withdraw_registration
from app.platform.outbox import OutboxMail
from app.registration.enums import RegistrationState, Side
from app.registration.models import Registration


def test_reg_04_an_approved_delegation_that_withdraws_holds_nothing_in_silence(
    session: Any, cast: Any, accepted: Any, placed: Any, actor: Any, now: Any
) -> None:
    head = session.get_one(Delegate, cast.heads[0])
    placed(session, "With the one who leaves", cast.heads[:2], 240)
    slots, tables = slots_of(session, cast.event.id), tables_of(session, cast.event.id)
    common = {"event": cast.event, "actor": actor, "now": now}
    goes = accepted(session, cast.heads[0], cast.heads[1])
    hold_meeting(session, wish=goes, slot=slots[0], table=tables[0], **common)
    stays = accepted(session, cast.heads[2], cast.heads[3])
    kept = hold_meeting(session, wish=stays, slot=slots[1], table=tables[0], **common)
    accepted(session, cast.heads[0], cast.heads[3])
    form = Registration(
        event_id=cast.event.id,
        state=RegistrationState.APPROVED,
        party_name="Phnom Penh",
        contact_name="Focal",
        contact_email="focal@phnom-penh.example",
        token_digest="x" * 64,
        started_at=now,
        submitted_at=now,
        delegation_id=head.delegation_id,
    )
    session.add(form)
    session.flush()
    needs_before = {one.title for one in needs_of(session, cast.event)}
    done = withdraw_registration(
        session, event=cast.event, registration=form, version=form.version, side=Side.OFFICE, actor=actor, now=now
    )
    assert set(done.people) == {cast.heads[0], cast.staff[0]}
    assert (done.meetings, done.wishes) == (1, 2)
    [mail] = session.scalars(select(OutboxMail).where(OutboxMail.cause == "meeting cancelled"))
    assert mail.recipient == session.get_one(Delegate, cast.heads[1]).email
    assert "Phnom Penh" in mail.subject
    assert head.badge_name not in mail.subject + mail.body
    assert not session.get_one(Delegate, cast.heads[0]).is_active
    assert session.get_one(Meeting, kept.id).state.value == "held"
    going_on = select(MeetingWish).where(MeetingWish.answer.in_((Answer.ACCEPTED, Answer.PENDING)))
    assert len(session.scalars(going_on).all()) == 1
    claimed = set(session.scalars(select(Claim.resource).where(Claim.kind == ClaimKind.PERSON)))
    assert str(cast.heads[0]) not in claimed and str(cast.heads[2]) in claimed
    (need,) = [
        one for one in needs_of(session, cast.event) if one.title not in needs_before and "withdrew" in one.title
    ]
    assert need.harm == "danger"
    assert "Mayor of Phnom Penh (Phnom Penh)" in need.why
