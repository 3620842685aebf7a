"""One meeting gets a place: where two agreed on a time, where an organiser books, where a freed time is taken."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind
from app.claims.service import AlreadyTaken, LockedDays, Walks, lock_days
from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.meetings.enums import Answer
from app.meetings.models import Meeting, MeetingWish, WishPerson
from app.meetings.places import Place, company_of, known_people, read_hall
from app.meetings.queries import has_veto, meeting_of_wish, wish_between, wish_in_event
from app.meetings.service.holding import hold_first, hold_meeting
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


def book(
    session: Session,
    *,
    event: Event,
    wish: MeetingWish,
    slot_ids: Collection[int],
    table_id: int | None = None,
    has_waited: bool = False,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Give an accepted wish with its people loaded the first place that is free in one of these slots; it stays there.

    Args:
        has_waited: until now it waited for its answer, so it has no meeting that would be moved.

    Raises:
        Conflict: no such place is left; ``alternatives`` are the slots in which one is.
    """
    company, full = company_of(wish), set()
    moving, days = None, None
    if has_waited:
        # Locked before anything is read: what is free for these people stays so.
        days = lock_days(session, event_id=event.id, person_ids=company.people)
    else:
        moving = meeting_of_wish(session, event.id, wish.id)
    needs_team = company.resource_id is not None
    known = known_people(wish)
    hall = read_hall(
        session, event, company.people, moving=moving, slot_ids=slot_ids, needs_team=needs_team, known=known,
        days=days.held if days else None,
    )  # fmt: skip
    for place in hall.look_for_places(company, slot_ids=slot_ids, begin_at=wish.id):
        if place.slot.id in full or table_id not in (None, place.table.id):
            continue
        try:
            # The insert is the check: who was quicker has it, and the next place is tried.
            return _hold(
                session, event=event, wish=wish, place=place, days=days, walks=hall.walks, actor=actor, now=now
            )
        except AlreadyTaken as taken:
            if any(thing.kind != ClaimKind.TABLE for thing in taken.things):
                full.add(place.slot.id)
    hall = read_hall(session, event, company.people, moving=moving, needs_team=needs_team)
    left = tuple(slot for slot in hall.open_slots(company) if slot.id not in {*slot_ids, *full})
    raise Conflict(_("This time was taken meanwhile. Choose another."), alternatives=left)


def _hold(
    session: Session,
    *,
    event: Event,
    wish: MeetingWish,
    place: Place,
    days: LockedDays | None,
    walks: Walks,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Hold it there, in one insert where that will do.

    Raises:
        AlreadyTaken: somebody or the table is held by something else then; the transaction can go on.
    """
    slot, table = place.slot, place.table
    if days is not None:
        first = hold_first(
            session, event=event, wish=wish, slot=slot, table=table, days=days, walks=walks, actor=actor, now=now
        )
        if first is not None:
            return first
    with session.begin_nested():
        return hold_meeting(
            session, event=event, wish=wish, slot=slot, table=table, is_pinned=True, walks=walks, actor=actor, now=now
        )


def book_for(
    session: Session,
    *,
    event: Event,
    from_id: int,
    to_id: int,
    topic: str | None,
    slot_id: int,
    table_id: int,
    actor: Actor,
    now: datetime,
) -> Meeting:
    """Book a meeting for two delegates; what waits between them is accepted by it.

    Raises:
        NotFound: one of the two is not of this event.
        Refused: the same person twice, or one of the two does not want to meet the other or takes no meetings.
        Conflict: they have a meeting, or the place was taken meanwhile.
    """
    both = {one: delegate_in_event(session, event.id, one) for one in (from_id, to_id)}
    if len(both) < 2:
        raise Refused({"b": _("Choose somebody else.")})
    if has_veto(session, from_id, to_id) or not all(one.is_active and one.takes_meetings for one in both.values()):
        raise Refused({"b": _("One of the two takes no meetings, or not with the other.")})
    standing = wish_between(session, event.id, one_id=from_id, other_id=to_id, now=now)
    if standing is None:
        standing = MeetingWish(
            event_id=event.id,
            from_delegate_id=from_id,
            to_delegate_id=to_id,
            topic=topic,
            is_set_by_office=True,
            wished_at=now,
            people=[WishPerson(delegate_id=one) for one in sorted(both)],
        )
        session.add(standing)
    elif meeting_of_wish(session, event.id, standing.id) is not None:
        raise Conflict(_("These two have a meeting already."), alternatives=())
    before = standing.answer.value if standing.answer else None
    standing.answer, standing.answered_at = Answer.ACCEPTED, now
    session.flush()
    record_change(session, standing, "wish.set_by_office", actor, now, {"answer": (before, "accepted")})
    session.expire(standing)
    wish = wish_in_event(session, event.id, standing.id)
    return book(session, event=event, wish=wish, slot_ids=(slot_id,), table_id=table_id, actor=actor, now=now)
