"""Wishes and their answers. A pending wish takes no slot of anybody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import inspect, or_, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.meetings.enums import Answer, MeetingMode, MeetingWishLevel
from app.meetings.house import house_of
from app.meetings.models import MeetingWish, WishPerson
from app.meetings.places import Company, Hall, company_of, read_hall
from app.meetings.queries import (
    HeldPlace,
    agreed_count,
    has_veto,
    meeting_of_wish,
    overdue_wishes,
    wish_between,
    wish_in_event,
)
from app.meetings.rules import rules_of
from app.meetings.service.booking import book
from app.meetings.service.limits import (
    quota_words,
    refuse_beyond_limits,
    refuse_closed,
    refuse_ended,
    team_of,
)
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.database.rows import save_row
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token

LARGEST_MEETING = 8


@dataclass(frozen=True, kw_only=True)
class Wished:
    """A new wish and the token of the link with which the other side answers; only its digest is stored."""

    wish: MeetingWish
    token: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What an answer did: where a meeting is held by it, if a time had been asked for."""

    place: HeldPlace | None


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
    language: str | None = None,
    actor: Actor,
    now: datetime,
) -> Wished:
    """Propose a meeting; between groups of instant acceptance it is agreed at once, with a time also held.

    Raises:
        NotFound: one of the persons is not of this event.
        Refused: oneself, more than eight people, a time that does not suit all, a wish that the two have already, a
            limit of the edition, or somebody who takes no meetings. A veto says no more than that.
        Conflict: the time was taken by another while it was asked for.
    """
    people = {from_id, to_id, *also_ids}
    if from_id == to_id:
        raise Refused({"with": _("Choose somebody else.")})
    if len(people) > LARGEST_MEETING:
        raise Refused({"also": _("At most %(most)s people fit at a table.") % {"most": LARGEST_MEETING}})
    # Two who wish to meet each other at the same moment come one after the other.
    session.execute(select(Delegate.id).where(Delegate.id.in_(people)).order_by(Delegate.id).with_for_update())
    delegates = {one: delegate_in_event(session, event.id, one) for one in sorted(people)}
    refuse_closed(event, now)
    # A private no must not show, so it reads as if the person took no meetings.
    if any(not one.is_active or not one.takes_meetings for one in delegates.values()) or has_veto(session, *people):
        raise Refused({"with": _("This person takes no meetings.")})
    standing = wish_between(session, event.id, one_id=from_id, other_id=to_id, now=now)
    if standing is not None:
        raise Refused({"with": _said_of(standing, from_id)})
    rules, team = rules_of(session, event.id), team_of(session, event, language)
    own, them = delegates[from_id], delegates[to_id]
    hall = read_hall(session, event, people)
    refuse_beyond_limits(session, rules, hall, own=own, them=them, level=level, now=now)
    company = Company(people=tuple(sorted(people)), resource_id=team, hosts=(them.delegation_id, own.delegation_id))
    if slot_id is not None:
        _refuse_unsuited(hall, company, slot_id)
    token = new_token()
    wish = MeetingWish(
        event_id=event.id,
        from_delegate_id=from_id,
        to_delegate_id=to_id,
        level=level,
        mode=rules.mode_between(own.delegation.party_id, them.delegation.party_id),
        topic=topic,
        message=message,
        slot_id=slot_id,
        resource_id=team,
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
    if wish.mode is MeetingMode.INSTANT:
        _accept(session, wish=wish, reason=None, actor=actor, now=now)
    return Wished(wish=wish, token=token)


def _refuse_unsuited(hall: Hall, company: Company, slot_id: int) -> None:
    if slot_id not in {slot.id for slot in hall.open_slots(company)}:
        raise Refused({"slot_id": _("This time does not suit both. Choose one of the list.")})


def _said_of(standing: MeetingWish, from_id: int) -> str:
    """Why another wish between the same two is not needed."""
    if standing.answer is Answer.ACCEPTED:
        return _("You have agreed to meet already: it stands under Meetings.")
    if standing.asker_id == from_id:
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
) -> Answered | None:
    """Accept or decline a pending wish; a second use changes nothing and returns ``None``.

    With a time that was asked for the meeting is held at once, in the same transaction.

    Raises:
        Refused: an answer that is neither yes nor no, or the one who says yes has as many meetings as allowed.
        Conflict: the wish was withdrawn, its time to answer ended, or its time was taken meanwhile; then
            ``alternatives`` are the slots that are left, and nothing changed.
    """
    if answer not in {Answer.ACCEPTED, Answer.DECLINED}:
        raise Refused({"answer": "Choose accept or decline."})
    if wish.answer in {Answer.ACCEPTED, Answer.DECLINED}:
        return None
    refuse_ended(wish, now)
    if answer is Answer.ACCEPTED:
        return Answered(place=_accept(session, wish=wish, reason=reason, actor=actor, now=now))
    save_row(session, wish, answer=answer, reason=reason, answered_at=now)
    record_change(session, wish, f"wish.{answer.value}", actor, now, {"answer": ("pending", answer.value)})
    return Answered(place=None)


def _accept(
    session: Session, *, wish: MeetingWish, reason: str | None, actor: Actor, now: datetime
) -> HeldPlace | None:
    house = house_of(session, wish.event_id)
    if inspect(wish).unloaded & {"people", "from_delegate", "to_delegate"}:
        wish = wish_in_event(session, wish.event_id, wish.id)
    answerer = wish.to_delegate if wish.asked_id == wish.to_delegate_id else wish.from_delegate
    most = house.rules.most(answerer)
    if most is not None and wish.mode is not MeetingMode.ORGANISER_SET:
        # Two who accept at the same moment are counted one after the other.
        session.execute(select(Delegate.id).where(Delegate.id == answerer.id).with_for_update())
        if agreed_count(session, wish.event_id, answerer.id) >= most:
            raise Refused({"answer": quota_words(most)})
    save_row(session, wish, answer=Answer.ACCEPTED, reason=reason, answered_at=now)
    record_change(session, wish, "wish.accepted", actor, now, {"answer": ("pending", "accepted")})
    if wish.slot_id is None:
        return None
    held = book(session, event=house.event, wish=wish, slot_ids=(wish.slot_id,), has_waited=True, actor=actor, now=now)
    return house.place_of(held)


def propose_other_time(
    session: Session, *, event: Event, wish: MeetingWish, slot_id: int, actor: Actor, now: datetime
) -> Wished:
    """Whoever is asked answers with another time; now the other one is asked, and has the whole time to answer.

    Raises:
        Refused: a time that does not suit all.
        Conflict: the wish was answered, withdrawn, or its time to answer ended.
    """
    if wish.answer in {Answer.ACCEPTED, Answer.DECLINED}:
        raise Conflict(_("This wish has been answered."), alternatives=())
    refuse_ended(wish, now)
    hall = read_hall(session, event, wish.delegate_ids)
    _refuse_unsuited(hall, company_of(wish), slot_id)
    token, by, before = new_token(), wish.asked_id, wish.slot_id
    if by == wish.to_delegate_id:
        wish.counter_token_digest = digest(token)
    else:
        wish.token_digest = digest(token)
    wish.counter_by_id, wish.slot_id = by, slot_id
    wish.expires_at = now + timedelta(hours=event.wish_expiry_hours)
    session.flush()
    record_change(session, wish, "wish.other_time", actor, now, {"slot_id": (before, slot_id)})
    return Wished(wish=wish, token=token)


def withdraw_wish(session: Session, *, wish: MeetingWish, actor: Actor, now: datetime) -> None:
    """Take back a pending wish.

    Raises:
        Conflict: it has been answered.
    """
    if wish.answer is Answer.WITHDRAWN:
        return
    if wish.answer is not Answer.PENDING:
        raise Conflict(_("This wish has been answered."), alternatives=())
    end_wish(session, wish=wish, reason=None, actor=actor, now=now)


def give_up_wish(session: Session, *, wish: MeetingWish, reason: str | None, actor: Actor, now: datetime) -> None:
    """End a wish that was accepted and has no time; what it counted is given back to both.

    Raises:
        Conflict: it is not accepted, or its meeting is held: that is cancelled.
    """
    if wish.answer is Answer.WITHDRAWN:
        return
    if wish.answer is not Answer.ACCEPTED or meeting_of_wish(session, wish.event_id, wish.id) is not None:
        raise Conflict(_("This wish changed meanwhile. Load the page again."), alternatives=())
    end_wish(session, wish=wish, reason=reason, actor=actor, now=now)


def end_wish(session: Session, *, wish: MeetingWish, reason: str | None, actor: Actor, now: datetime) -> None:
    """The wish is withdrawn, whatever it was."""
    before, wish.answer, wish.reason = wish.answer, Answer.WITHDRAWN, reason
    session.flush()
    record_change(session, wish, "wish.withdrawn", actor, now, {"answer": (before.value, "withdrawn")})


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
        end_wish(session, wish=wish, reason=None, actor=actor, now=now)
    return len(going_on)


def expire_wishes(session: Session, *, event: Event, actor: Actor, now: datetime) -> int:
    """End all pending wishes whose time to answer has passed; returns how many."""
    overdue = overdue_wishes(session, event.id, now)
    for wish in overdue:
        wish.answer = Answer.EXPIRED
        session.flush()
        record_change(session, wish, "wish.expired", actor, now, {"answer": ("pending", "expired")})
    return len(overdue)
