"""Wishes and their answers. A pending wish takes no slot of anybody."""

import itertools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.meetings.enums import Answer, MeetingWishLevel
from app.meetings.models import MeetingVeto, MeetingWish, WishPerson
from app.meetings.queries import has_veto, overdue_wishes, wish_between
from app.meetings.view import offered_slots
from app.platform.actor import Actor
from app.platform.audit import record, record_change
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token

LARGEST_MEETING = 8


@dataclass(frozen=True, kw_only=True)
class Wished:
    """A new wish and the token of the link with which the other side answers; only its digest is stored."""

    wish: MeetingWish
    token: str


def wish_meeting(
    session: Session,
    *,
    event: Event,
    from_id: int,
    to_id: int,
    also_ids: tuple[int, ...] = (),
    topic: str | None,
    message: str | None,
    slot_id: int | None = None,
    level: MeetingWishLevel = MeetingWishLevel.WANT,
    actor: Actor,
    now: datetime,
) -> Wished:
    """Propose a meeting.

    Raises:
        NotFound: one of the persons is not of this event.
        Refused: oneself, more than eight people, a time that does not suit all, a wish that the two have already, or
            somebody who takes no meetings. A veto says no more than that.
    """
    people = {from_id, to_id, *also_ids}
    if from_id == to_id:
        raise Refused({"with": _("Choose somebody else.")})
    if len(people) > LARGEST_MEETING:
        raise Refused({"also": f"At most {LARGEST_MEETING} people fit at a table."})
    # Two who wish to meet each other at the same moment come one after the other.
    session.execute(select(Delegate.id).where(Delegate.id.in_(people)).order_by(Delegate.id).with_for_update())
    delegates = [delegate_in_event(session, event.id, delegate_id) for delegate_id in sorted(people)]
    # A private no must not show, so it reads as if the person took no meetings.
    if any(not one.is_active or not one.takes_meetings for one in delegates) or any(
        has_veto(session, one, other) for one, other in itertools.combinations(sorted(people), 2)
    ):
        raise Refused({"with": _("This person takes no meetings.")})
    standing = wish_between(session, event.id, one_id=from_id, other_id=to_id, now=now)
    if standing is not None:
        raise Refused({"with": _said_of(standing, from_id)})
    if slot_id is not None and slot_id not in {slot.id for slot in offered_slots(session, event, delegates)}:
        raise Refused({"slot_id": _("This time does not suit both. Choose one of the list.")})
    token = new_token()
    wish = MeetingWish(
        event_id=event.id,
        from_delegate_id=from_id,
        to_delegate_id=to_id,
        level=level,
        topic=topic,
        message=message,
        slot_id=slot_id,
        answer=Answer.PENDING,
        wished_at=now,
        expires_at=now + timedelta(hours=event.wish_expiry_hours),
        token_digest=digest(token),
        people=[WishPerson(delegate_id=delegate_id) for delegate_id in sorted(people)],
    )
    session.add(wish)
    session.flush()
    said = {"answer": wish.answer.value, "people": sorted(people), "slot_id": slot_id}
    record_change(session, wish, "wish.made", actor, now, {field: (None, value) for field, value in said.items()})
    return Wished(wish=wish, token=token)


def _said_of(standing: MeetingWish, from_id: int) -> str:
    """Why another wish between the same two is not needed."""
    if standing.answer is Answer.ACCEPTED:
        return _("You have agreed to meet already: it stands under Meetings.")
    if standing.from_delegate_id == from_id:
        return _("You asked this person already. Your wish waits for an answer: it stands under Meetings.")
    return _("This person asked you already. Answer the wish under Meetings.")


def answer_wish(
    session: Session,
    *,
    wish: MeetingWish,
    answer: Answer,
    reason: str | None = None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Accept or decline a pending wish; a second use changes nothing and returns ``False``.

    Raises:
        Refused: an answer that is neither yes nor no.
        Conflict: the wish was withdrawn, or its time to answer ended.
    """
    if answer not in {Answer.ACCEPTED, Answer.DECLINED}:
        raise Refused({"answer": "Choose accept or decline."})
    if wish.answer in {Answer.ACCEPTED, Answer.DECLINED}:
        return False
    if wish.answer is Answer.WITHDRAWN:
        raise Conflict("This wish was withdrawn.", alternatives=())
    if wish.answer is Answer.EXPIRED or (wish.expires_at is not None and wish.expires_at <= now):
        raise Conflict("The time to answer has ended. Wish anew if you still want to meet.", alternatives=())
    wish.answer, wish.reason, wish.answered_at = answer, reason, now
    session.flush()
    record_change(session, wish, f"wish.{answer.value}", actor, now, {"answer": ("pending", answer.value)})
    return True


def withdraw_wish(session: Session, *, wish: MeetingWish, actor: Actor, now: datetime) -> None:
    """Take back a pending wish.

    Raises:
        Conflict: it has been answered.
    """
    if wish.answer is Answer.WITHDRAWN:
        return
    if wish.answer is not Answer.PENDING:
        raise Conflict("This wish has been answered.", alternatives=())
    wish.answer = Answer.WITHDRAWN
    session.flush()
    record_change(session, wish, "wish.withdrawn", actor, now, {"answer": ("pending", "withdrawn")})


def end_wishes_of(session: Session, *, event: Event, delegate_ids: Collection[int], actor: Actor, now: datetime) -> int:
    """End the pending and accepted wishes from and to people who no longer take part; returns how many.

    What they hold is cancelled before. Others of a larger meeting keep their wishes among themselves.
    """
    going_on = session.scalars(
        select(MeetingWish)
        .where(
            MeetingWish.event_id == event.id,
            MeetingWish.answer.in_((Answer.PENDING, Answer.ACCEPTED)),
            or_(MeetingWish.from_delegate_id.in_(delegate_ids), MeetingWish.to_delegate_id.in_(delegate_ids)),
        )
        .order_by(MeetingWish.id)
    ).all()
    for wish in going_on:
        before, wish.answer = wish.answer, Answer.WITHDRAWN
        session.flush()
        record_change(session, wish, "wish.withdrawn", actor, now, {"answer": (before.value, wish.answer.value)})
    return len(going_on)


def expire_wishes(session: Session, *, event: Event, actor: Actor, now: datetime) -> int:
    """End all pending wishes whose time to answer has passed; returns how many."""
    overdue = overdue_wishes(session, event.id, now)
    for wish in overdue:
        wish.answer = Answer.EXPIRED
        session.flush()
        record_change(session, wish, "wish.expired", actor, now, {"answer": ("pending", "expired")})
    return len(overdue)


def veto(
    session: Session, *, event: Event, delegate_id: int, other_id: int, actor: Actor, now: datetime
) -> MeetingVeto:
    """A private no: the two are never placed together by a plan.

    Raises:
        NotFound: one of the two is not of this event.
    """
    delegate_in_event(session, event.id, delegate_id)
    delegate_in_event(session, event.id, other_id)
    said = MeetingVeto(event_id=event.id, delegate_id=delegate_id, other_delegate_id=other_id)
    session.add(said)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="meeting.veto",
        entity="meeting_veto",
        entity_id=said.id,
        changes={},
    )
    return said
