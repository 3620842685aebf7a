"""Wishes and vetoes as they stand."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.delegations.models import Delegate, Delegation
from app.delegations.queries import load_times, names_by_id
from app.events.models import MeetingSlot
from app.meetings.enums import Answer, MeetingMode, MeetingState
from app.meetings.models import Meeting, MeetingSettings, MeetingVeto, MeetingWish, WishPerson
from app.platform.database.portions import portions
from app.platform.errors import NotFound


def load_people(
    session: Session,
    wishes: Iterable[MeetingWish],
    *,
    known: Callable[[Session, set[int]], Mapping[int, Delegate]] = names_by_id,
    slots: Mapping[int, MeetingSlot] | None = None,
) -> None:
    """Load everybody of these wishes with delegation and party, and the slots: each person and slot is read once.

    A person stands in a wish up to three times (among its people, as who asks, as who is asked): options of the ORM
    would read each of them anew.

    Args:
        known: what gives the people by ID.
        slots: all slots of the edition, where they were read before.
    """
    by_id = {wish.id: wish for wish in wishes}
    if not by_id:
        return
    people: dict[int, list[WishPerson]] = {wish_id: [] for wish_id in by_id}
    ids = sorted(by_id)
    for portion in portions(ids):
        for person in session.scalars(_PEOPLE_OF, {"wish_ids": portion}):
            people[person.wish_id].append(person)
    sides = {one for wish in by_id.values() for one in (wish.from_delegate_id, wish.to_delegate_id)}
    delegates = known(session, sides | {one.delegate_id for many in people.values() for one in many})
    if slots is None:
        wanted = {wish.slot_id for wish in by_id.values()} - {None}
        read = session.scalars(select(MeetingSlot).where(MeetingSlot.id.in_(wanted))) if wanted else ()
        slots = {one.id: one for one in read}
    for wish in by_id.values():
        for person in people[wish.id]:
            set_committed_value(person, "delegate", delegates[person.delegate_id])
        set_committed_value(wish, "people", people[wish.id])
        set_committed_value(wish, "from_delegate", delegates[wish.from_delegate_id])
        set_committed_value(wish, "to_delegate", delegates[wish.to_delegate_id])
        set_committed_value(wish, "slot", slots.get(wish.slot_id) if wish.slot_id is not None else None)


def _one(session: Session, statement: Select[MeetingWish], given: Mapping[str, Any]) -> MeetingWish:
    """One wish with its people, and when they are there: three statements.

    Raises:
        NotFound: there is none.
    """
    wish = session.scalar(statement, given)
    if wish is None:
        raise NotFound
    people = session.scalars(_WHOLE, {"wish_id": wish.id}).all()
    load_times(session, {person.delegate_id: person.delegate for person in people})
    return introduced(session, wish, people)


def introduced(session: Session, wish: MeetingWish, people: Sequence[WishPerson]) -> MeetingWish:
    """Make known to a wish its people, and its two sides."""
    set_committed_value(wish, "people", list(people))
    by_id = {person.delegate_id: person.delegate for person in people}
    # Where a colleague went instead, a side is no longer among the people.
    gone = {wish.from_delegate_id, wish.to_delegate_id} - by_id.keys()
    by_id |= names_by_id(session, gone) if gone else {}
    set_committed_value(wish, "from_delegate", by_id[wish.from_delegate_id])
    set_committed_value(wish, "to_delegate", by_id[wish.to_delegate_id])
    return wish


_PEOPLE_OF = (
    select(WishPerson)
    .where(WishPerson.wish_id.in_(bindparam("wish_ids", expanding=True)))
    .order_by(WishPerson.delegate_id)
)
_ONE = select(MeetingWish).options(joinedload(MeetingWish.slot))
_IN_EVENT = _ONE.where(MeetingWish.event_id == bindparam("event_id"), MeetingWish.id == bindparam("wish_id"))
_PEOPLE = select(WishPerson).where(WishPerson.wish_id == bindparam("wish_id")).order_by(WishPerson.delegate_id)
DELEGATE = joinedload(WishPerson.delegate, innerjoin=True)
_WHOLE = _PEOPLE.options(
    DELEGATE.joinedload(Delegate.delegation, innerjoin=True).joinedload(Delegation.party, innerjoin=True)
)


_BY_ID = select(MeetingWish).where(
    MeetingWish.event_id == bindparam("event_id"), MeetingWish.id.in_(bindparam("wish_ids", expanding=True))
)
_OF_DELEGATE = (
    select(MeetingWish)
    .where(
        MeetingWish.event_id == bindparam("event_id"),
        MeetingWish.id.in_(select(WishPerson.wish_id).where(WishPerson.delegate_id == bindparam("delegate_id"))),
    )
    .order_by(MeetingWish.wished_at.desc(), MeetingWish.id.desc())
)
_WAITING = _OF_DELEGATE.where(
    MeetingWish.answer == Answer.PENDING,
    or_(MeetingWish.expires_at.is_(None), MeetingWish.expires_at > bindparam("now")),
)


def waits(now: datetime) -> ColumnElement[bool]:
    """A wish that still waits for its answer."""
    return (MeetingWish.answer == Answer.PENDING) & (MeetingWish.expires_at.is_(None) | (MeetingWish.expires_at > now))


def settings_of(session: Session, event_id: int) -> MeetingSettings:
    """Fairness and weights of an edition; those of the scheduler's files where nothing was set."""
    return session.get(MeetingSettings, event_id) or MeetingSettings(
        event_id=event_id, fairness=None, weights={}, modes={}, limits={}, pending_percent=50, musts_max=3,
        offer_minutes=15,
    )  # fmt: skip


def accepted_wishes_of(session: Session, event_id: int) -> list[MeetingWish]:
    """The wishes that a plan can hold, in the order in which they were made."""
    return list(
        session.scalars(
            select(MeetingWish)
            .where(MeetingWish.event_id == event_id, MeetingWish.answer == Answer.ACCEPTED)
            .options(selectinload(MeetingWish.people))
            .order_by(MeetingWish.id)
        )
    )


def vetoes_of(session: Session, event_id: int) -> list[MeetingVeto]:
    return list(session.scalars(select(MeetingVeto).where(MeetingVeto.event_id == event_id).order_by(MeetingVeto.id)))


def has_veto(session: Session, *delegate_ids: int) -> bool:
    """Whether any of these delegates said no to another of them."""
    statement = select(func.count()).where(
        MeetingVeto.delegate_id.in_(delegate_ids), MeetingVeto.other_delegate_id.in_(delegate_ids)
    )
    return bool(session.scalar(statement))


def vetoed_with(session: Session, delegate_id: int) -> set[int]:
    """Everybody whom a delegate said no to, and who said no to them."""
    rows = session.execute(
        select(MeetingVeto.delegate_id, MeetingVeto.other_delegate_id).where(
            or_(MeetingVeto.delegate_id == delegate_id, MeetingVeto.other_delegate_id == delegate_id)
        )
    )
    return {other if one == delegate_id else one for one, other in rows}


def own_vetoes(session: Session, delegate_id: int) -> set[int]:
    """Whom somebody does not want to meet."""
    return set(session.scalars(select(MeetingVeto.other_delegate_id).where(MeetingVeto.delegate_id == delegate_id)))


def wish_between(session: Session, event_id: int, *, one_id: int, other_id: int, now: datetime) -> MeetingWish | None:
    """The wish of either of two delegates to the other that was accepted or still waits for its answer."""
    return session.scalar(
        select(MeetingWish)
        .where(
            MeetingWish.event_id == event_id,
            or_(
                (MeetingWish.from_delegate_id == one_id) & (MeetingWish.to_delegate_id == other_id),
                (MeetingWish.from_delegate_id == other_id) & (MeetingWish.to_delegate_id == one_id),
            ),
            or_(MeetingWish.answer == Answer.ACCEPTED, waits(now)),
        )
        .order_by(MeetingWish.id)
        .limit(1)
    )


def wish_rows_of(session: Session, event_id: int, delegate_id: int) -> list[MeetingWish]:
    """All wishes that a delegate made, got or is to take part in, newest first, without their people and slots."""
    return list(session.scalars(_OF_DELEGATE, {"event_id": event_id, "delegate_id": delegate_id}))


def waiting_rows_of(session: Session, event_id: int, delegate_id: int, now: datetime) -> list[MeetingWish]:
    """Those of them that wait for somebody's answer, without their people and slots."""
    return list(session.scalars(_WAITING, {"event_id": event_id, "delegate_id": delegate_id, "now": now}))


def wish_in_event(session: Session, event_id: int, wish_id: int) -> MeetingWish:
    """One wish with its people.

    Raises:
        NotFound: the event has no such wish.
    """
    return _one(session, _IN_EVENT, {"event_id": event_id, "wish_id": wish_id})


def wishes_by_id(session: Session, event_id: int, wish_ids: Collection[int]) -> dict[int, MeetingWish]:
    """Wishes with their people, by ID."""
    found = wish_rows_by_id(session, event_id, wish_ids)
    load_people(session, found)
    return {wish.id: wish for wish in found}


def wish_rows_by_id(session: Session, event_id: int, wish_ids: Collection[int]) -> list[MeetingWish]:
    """Wishes without their people and slots."""
    return list(session.scalars(_BY_ID, {"event_id": event_id, "wish_ids": list(wish_ids)}))


def overdue_wishes(session: Session, event_id: int, now: datetime) -> list[MeetingWish]:
    """Pending wishes whose time to answer has ended."""
    return list(
        session.scalars(
            select(MeetingWish).where(
                MeetingWish.event_id == event_id,
                MeetingWish.answer == Answer.PENDING,
                MeetingWish.expires_at <= now,
            )
        )
    )


def rows_for_office(session: Session, event_id: int, now: datetime) -> list[MeetingWish]:
    """Wishes that the organisers answer, in the order in which they were made, without their people and slots."""
    return list(
        session.scalars(
            select(MeetingWish)
            .where(MeetingWish.event_id == event_id, MeetingWish.mode == MeetingMode.ORGANISER_SET, waits(now))
            .order_by(MeetingWish.id)
        )
    )


def unheld_wish_ids(session: Session, event_id: int) -> list[int]:
    """The accepted wishes that have no slot, in the order in which they were made."""
    return [*unheld_reasons(session, event_id)]


_UNHELD = (
    MeetingWish.event_id == bindparam("event_id"),
    MeetingWish.answer == Answer.ACCEPTED,
    MeetingWish.id.not_in(
        select(Meeting.wish_id).where(Meeting.event_id == bindparam("event_id"), Meeting.state == MeetingState.HELD)
    ),
)
_REASONS = select(MeetingWish.id, MeetingWish.unheld_reason).where(*_UNHELD).order_by(MeetingWish.id)
_BY_REASON = (
    select(MeetingWish.unheld_reason, func.count())
    .where(*_UNHELD)
    .group_by(MeetingWish.unheld_reason)
    .order_by(func.min(MeetingWish.id))
)


def unheld_reasons(session: Session, event_id: int, *, most: int | None = None) -> dict[int, str | None]:
    """The accepted wishes that have no slot, in the order in which they were made, with the reason of the plan.

    Args:
        most: how many of them; all where none is given.
    """
    return dict(session.execute(_REASONS.limit(most), {"event_id": event_id}).all())


def unheld_counts(session: Session, event_id: int) -> dict[str | None, int]:
    """How many of them have each reason, in the order in which the first of each was made."""
    return dict(session.execute(_BY_REASON, {"event_id": event_id}).all())
