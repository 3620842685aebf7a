"""Changes to visit items. A confirmed item takes its members' time in the ledger."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.claims.enums import HoldingKind
from app.claims.forms import Wanted
from app.claims.service import calendars, give_back, hold
from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.events.queries import walks_in_grains
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict, NotFound, Refused
from app.visits.enums import VisitState
from app.visits.forms import VisitForm
from app.visits.models import Visit, VisitMember


def add_visit(
    session: Session, *, event: Event, delegation_id: int, form: VisitForm, actor: Actor, now: datetime
) -> Visit:
    """Add a draft item to a delegation's stay.

    Raises:
        NotFound: the event has no such delegation.
        Refused: somebody who is to go along is of another delegation.
    """
    delegation = session.scalar(
        select(Delegation).where(Delegation.event_id == event.id, Delegation.id == delegation_id)
    )
    if delegation is None:
        raise NotFound
    _refuse_strangers(session, delegation_id, form.member_ids)
    visit = Visit(
        event_id=event.id,
        delegation_id=delegation_id,
        state=VisitState.DRAFT,
        members=[VisitMember(delegate_id=member) for member in sorted(set(form.member_ids))],
        **form.model_dump(exclude={"member_ids"}),
    )
    session.add(visit)
    session.flush()
    record_change(session, visit, "visit.added", actor, now, {"title": (None, visit.title)})
    return visit


def confirm(session: Session, *, event: Event, visit: Visit, version: int, actor: Actor, now: datetime) -> None:
    """Confirm an item: from now on nothing else can take its members at that time.

    Raises:
        Conflict: the item changed meanwhile.
        AlreadyTaken: a member is held elsewhere at that time, or could not walk there in time.
    """
    if visit.version != version:
        raise Conflict("This item changed meanwhile.", alternatives=())
    if visit.state is VisitState.CONFIRMED:
        return
    before = visit.state
    _take_time(session, event, visit)
    visit.state = VisitState.CONFIRMED
    session.flush()
    record_change(session, visit, "visit.confirmed", actor, now, {"state": (before.value, visit.state.value)})


def move(
    session: Session,
    *,
    event: Event,
    visit: Visit,
    version: int,
    starts_at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    """Move an item in time with its length kept; a confirmed one is then to be confirmed again.

    Raises:
        Conflict: the item changed meanwhile.
        AlreadyTaken: a member is held elsewhere at the new time.
    """
    if visit.version != version:
        raise Conflict("This item changed meanwhile.", alternatives=())
    before = visit.starts_at
    length: timedelta = visit.ends_at - visit.starts_at
    visit.starts_at, visit.ends_at = starts_at, starts_at + length
    visit.is_time_known = True
    if visit.state in {VisitState.CONFIRMED, VisitState.CHANGED}:
        _take_time(session, event, visit)
        visit.state = VisitState.CHANGED
    session.flush()
    record_change(session, visit, "visit.moved", actor, now, {"starts_at": (before.isoformat(), starts_at.isoformat())})


def cancel(session: Session, *, event: Event, visit: Visit, version: int, actor: Actor, now: datetime) -> None:
    """Cancel an item and free its members.

    Raises:
        Conflict: the item changed meanwhile.
    """
    if visit.version != version:
        raise Conflict("This item changed meanwhile.", alternatives=())
    before, visit.state = visit.state, VisitState.CANCELLED
    _free_time(session, event, visit)
    record_change(session, visit, "visit.cancelled", actor, now, {"state": (before.value, visit.state.value)})


def _take_time(session: Session, event: Event, visit: Visit) -> None:
    people = tuple(member.delegate_id for member in visit.members)
    grid = TimeGrid.of(event)
    with calendars(session, event_id=event.id, person_ids=people, walks=walks_in_grains(session, event)):
        _forget(session, visit)
        visit.holding_id = hold(
            session,
            event_id=event.id,
            wanted=Wanted(
                kind=HoldingKind.VISIT,
                start_tick=grid.tick(visit.starts_at),
                end_tick=grid.tick_after(visit.ends_at),
                site_id=visit.site_id,
                person_ids=people,
                room_id=visit.room_id,
            ),
        )


def _free_time(session: Session, event: Event, visit: Visit) -> None:
    people = tuple(member.delegate_id for member in visit.members)
    with calendars(session, event_id=event.id, person_ids=people, walks=walks_in_grains(session, event)):
        _forget(session, visit)


def _forget(session: Session, visit: Visit) -> None:
    if visit.holding_id is None:
        return
    holding_id, visit.holding_id = visit.holding_id, None
    session.flush()
    give_back(session, holding_ids=[holding_id])


def _refuse_strangers(session: Session, delegation_id: int, member_ids: tuple[int, ...]) -> None:
    own = set(session.scalars(select(Delegate.id).where(Delegate.delegation_id == delegation_id)))
    if not set(member_ids) <= own:
        raise Refused({"member_ids": "Only members of this delegation can go along."})
