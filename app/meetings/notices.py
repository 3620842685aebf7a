"""Mails of meetings: wishes with the link that answers them, answers, changes, and freed times."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.events.models import Event
from app.meetings.enums import Answer, MeetingMode
from app.meetings.models import Meeting, MeetingWish
from app.meetings.queries import HeldPlace, meetings_of, wishes_by_id
from app.meetings.service.waiting import Offered
from app.platform import outbox


def _write(
    session: Session,
    *,
    event: Event,
    to: Delegate,
    cause: str,
    key: str,
    template: str,
    context: Mapping[str, Any],
    now: datetime,
) -> None:
    """Queue one mail; nothing where no address is known."""
    if to.email is None:
        return
    outbox.queue_unseen(
        session,
        now=now,
        event_id=event.id,
        cause=cause,
        key=key,
        to=to.email,
        locale=to.locale,
        template=f"mail/{template}",
        context={"event": event, "name": to.badge_name, **context},
        is_held=event.is_demonstration,
    )


def _tell_all(
    session: Session,
    event: Event,
    meeting: Meeting,
    what: str,
    *,
    template: str,
    said: Callable[[Delegate], Mapping[str, Any]],
    without: Collection[int] = (),
    now: datetime,
) -> None:
    """One mail to everybody of a meeting but some, once for each state of it; its people must be loaded."""
    for to in (one.delegate for one in meeting.wish.people if one.delegate_id not in without):
        _write(
            session,
            event=event,
            to=to,
            cause=f"meeting {what}",
            key=f"meeting {meeting.id} {what} {meeting.sequence} delegate {to.id}",
            template=template,
            context=said(to),
            now=now,
        )


def _sides(wish: MeetingWish) -> tuple[Delegate, Delegate]:
    """Who is asked, and who waits for the answer."""
    both = {one.id: one for one in (wish.from_delegate, wish.to_delegate)}
    return both[wish.asked_id], both[wish.asker_id]


def _place(meeting: Meeting | None) -> dict[str, Any]:
    if meeting is None:
        return _said_of(None)
    return _said_of(HeldPlace(meeting.slot.starts_at, meeting.table.room.name, meeting.table.number))


def _said_of(place: HeldPlace | None) -> dict[str, Any]:
    if place is None:
        return {"held_at": None, "room": None, "table": None}
    return {"held_at": place.starts_at, "room": place.room, "table": place.table}


def tell_of_wish(
    session: Session, *, event: Event, wish: MeetingWish, token: str, base_url: str, now: datetime
) -> None:
    """Write to the one who is asked, also where that is who wished first and was answered with another time.

    Where the organisers decide nobody is asked; where it was agreed at once, it says so.
    """
    if wish.mode is MeetingMode.ORGANISER_SET and wish.answer is Answer.PENDING:
        return
    to, by = _sides(wish)
    _write(
        session,
        event=event,
        to=to,
        cause="meeting wish",
        key=f"wish {wish.id}" if wish.counter_by_id is None else f"wish {wish.id} other time {wish.version}",
        template="wish" if wish.counter_by_id is None else "wish_other_time",
        context={
            "who": by.badge_name,
            "whence": by.delegation.name,
            "topic": wish.topic,
            "message": wish.message,
            "starts_at": wish.slot.starts_at if wish.slot else None,
            "address": f"{base_url}/m/{token}",
        },
        now=now,
    )


def tell_of_answer(
    session: Session, *, event: Event, wish: MeetingWish, place: HeldPlace | None = None, now: datetime
) -> None:
    """Write to the one who waited for the answer, with the place where the meeting has one already."""
    by, to = _sides(wish)
    _write(
        session,
        event=event,
        to=to,
        cause="meeting answer",
        key=f"wish {wish.id} {wish.answer.value}",
        template=f"wish_{wish.answer.value}",
        context={
            "who": by.badge_name,
            "whence": by.delegation.name,
            "reason": wish.reason,
            "starts_at": wish.slot.starts_at if wish.slot else None,
            **_said_of(place),
        },
        now=now,
    )


def tell_of_agreement(
    session: Session, *, event: Event, wish: MeetingWish, meeting: Meeting | None, now: datetime
) -> None:
    """Write to both that a meeting is agreed: where groups accept at once, or the organisers said yes."""
    for to, by in ((wish.to_delegate, wish.from_delegate), (wish.from_delegate, wish.to_delegate)):
        _write(
            session,
            event=event,
            to=to,
            cause="meeting agreed",
            key=f"wish {wish.id} agreed delegate {to.id}",
            template="meeting_agreed",
            context={
                "who": by.badge_name,
                "whence": by.delegation.name,
                "topic": wish.topic,
                "message": wish.message if to is wish.to_delegate else None,
                **_place(meeting),
            },
            now=now,
        )


def tell_of_cancelling(
    session: Session, *, event: Event, meeting: Meeting, without: Collection[int], now: datetime
) -> None:
    """Write to everybody of a cancelled meeting but those who no longer come; these are named by delegation alone."""
    gone = sorted({one.delegate.delegation.name for one in meeting.wish.people if one.delegate_id in without})

    def said(_to: Delegate) -> dict[str, Any]:
        return {"whence": ", ".join(gone), "starts_at": meeting.slot.starts_at}

    _tell_all(
        session,
        event,
        meeting,
        "cancelled",
        template="meeting_cancelled",
        said=said,
        without=without,
        now=now,
    )


def tell_of_calling_off(
    session: Session, *, event: Event, meeting: Meeting, by_id: int | None, reason: str | None, now: datetime
) -> None:
    """Write to everybody of a meeting that was called off but the one who did it."""

    def said(to: Delegate) -> dict[str, Any]:
        return {"whence": _whence(meeting, to), "starts_at": meeting.slot.starts_at, "reason": reason}

    without = () if by_id is None else (by_id,)
    _tell_all(
        session,
        event,
        meeting,
        "cancelled",
        template="meeting_called_off",
        said=said,
        without=without,
        now=now,
    )


def tell_of_place(session: Session, *, event: Event, meeting: Meeting, is_moved: bool, now: datetime) -> None:
    """Write to everybody of a meeting that was given a place, or another one than before."""

    def said(to: Delegate) -> dict[str, Any]:
        return {"is_moved": is_moved, **line_of(meeting, to)}

    _tell_all(session, event, meeting, "placed", template="meeting_placed", said=said, now=now)


def tell_of_substitute(
    session: Session, *, event: Event, meeting: Meeting, who: Delegate, instead_of: Delegate, now: datetime
) -> None:
    """Write to the partners and to the one who goes now; the meeting's new people must be loaded."""

    def said(_to: Delegate) -> dict[str, Any]:
        return {
            "who": who.badge_name,
            "function": who.function,
            "instead_of": instead_of.badge_name,
            "whence": who.delegation.name,
            **_place(meeting),
        }

    _tell_all(session, event, meeting, "substitute", template="meeting_substitute", said=said, now=now)


def line_of(meeting: Meeting, to: Delegate) -> dict[str, Any]:
    """What a mail tells one person of a meeting: whence the others come, when, in which room and at which table."""
    return {"whence": _whence(meeting, to), **_place(meeting)}


def tell_of_plan(
    session: Session, *, event: Event, run_id: int, before: Mapping[int, tuple[int, int]], now: datetime
) -> int:
    """One mail for everybody whose meetings a published plan changed, with all of theirs; returns how many."""
    present = meetings_of(session, event.id)
    places = {one.wish_id: (one.slot_id, one.table_id) for one in present}
    changed = {wish_id for wish_id in before.keys() | places.keys() if before.get(wish_id) != places.get(wish_id)}
    people = {
        person.delegate_id: person.delegate
        for wish in wishes_by_id(session, event.id, changed).values()
        for person in wish.people
    }
    own: dict[int, list[dict[str, Any]]] = {delegate_id: [] for delegate_id in people}
    for meeting in present:
        for person in meeting.wish.people:
            if person.delegate_id in own:
                own[person.delegate_id].append(line_of(meeting, person.delegate))
    for to in people.values():
        _write(
            session,
            event=event,
            to=to,
            cause="meeting plan",
            key=f"meetings run {run_id} delegate {to.id}",
            template="meetings_plan",
            context={"lines": own[to.id]},
            now=now,
        )
    return len(people)


def _whence(meeting: Meeting, to: Delegate) -> str:
    people = [one.delegate for one in meeting.wish.people]
    return ", ".join(sorted({one.delegation.name for one in people if one.delegation_id != to.delegation_id}))


def tell_of_offer(session: Session, *, event: Event, offered: Offered | None, base_url: str, now: datetime) -> None:
    """Write to the one who waits that a time has become free, with the link that takes it; nothing without an offer."""
    if offered is None:
        return
    offer, wish = offered.offer, offered.offer.wish
    _write(
        session,
        event=event,
        to=wish.from_delegate,
        cause="freed time",
        key=f"offer {offer.id}",
        template="freed_time",
        context={
            "who": wish.to_delegate.badge_name,
            "whence": wish.to_delegate.delegation.name,
            "starts_at": offer.slot.starts_at,
            "ends_at": offer.expires_at,
            "address": f"{base_url}/m/offers/{offered.token}",
        },
        now=now,
    )
