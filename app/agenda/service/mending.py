"""Making the one change that an explanation offers."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.agenda.enums import PinKind, SolveMode, StepVerb
from app.agenda.models import (
    AgendaSession,
    DraftPlacement,
    SessionApart,
    SessionOrder,
    SessionPerson,
    SessionRoom,
    SessionUse,
    SessionWindow,
)
from app.agenda.planner import AgendaFacts, Mend, Windows, person_key, read_facts
from app.agenda.rules import rules_of
from app.agenda.service.drafting import draft_for
from app.agenda.service.history import step
from app.delegations.models import BlockedTime
from app.delegations.service.availability import Block, set_availability
from app.events.enums import ResourceTimeKind
from app.events.models import DayClosing, Event, Resource, ResourceTime, Room, RoomOpening
from app.events.queries import days_of
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

PLAIN: dict[str, object] = {
    "optional": True,
    "audience": 0,
    "layout": None,
    "features": [],
    "booths": 0,
    "same_room_as": None,
    "plenary": False,
}
"""What a session no longer asks, by the name in problem files."""

Named = TypeVar("Named", AgendaSession, Resource, Room)

COLUMNS = {"optional": "is_optional", "plenary": "is_plenary", "same_room_as": "same_room_as_id"}


def mend(session: Session, *, event: Event, change: Mend, mode: SolveMode | None, actor: Actor, now: datetime) -> None:
    """Change the one fact that stands in the way.

    Raises:
        Refused: it is work elsewhere, or a visit or a block holds the person then: theirs to change.
        Conflict: the session, room, resource or person is there no more.
    """
    if not change.is_ours:
        raise Refused(_("This is work elsewhere: whoever has it decides. Ask them, or change it on its page."))
    facts = read_facts(session, event)
    if change.kind == "settings":
        rules = rules_of(session, event.id)
        if rules.version == 0:
            rules.version = 1
            session.add(rules)
        rules.max_parallel = change.number
        entity_id = event.id
    elif change.kind == "sessions":
        entity_id = _mend_session(session, event, facts, change, mode, actor=actor, now=now)
    elif change.kind == "rooms":
        entity_id = _mend_room(session, _found(facts.rooms, change.owner), change)
    elif change.kind == "resources":
        entity_id = _mend_resource(session, _found(facts.resources, change.owner), change)
    elif change.kind == "people":
        entity_id = _mend_person(session, event, facts, change, actor=actor, now=now)
    else:
        entity_id = _mend_day(session, event, change)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.mended",
        entity=f"agenda_{change.kind}",
        entity_id=entity_id,
        changes={change.field: (None, change.sentence)},
    )


def _mend_session(
    session: Session,
    event: Event,
    facts: AgendaFacts,
    change: Mend,
    mode: SolveMode | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    item = _found(facts.sessions, change.owner)
    if change.field == "pin":
        _let_move(session, event, item, mode, actor=actor, now=now)
    elif change.field in PLAIN:
        setattr(item, COLUMNS.get(change.field, change.field), PLAIN[change.field])
    elif change.field == "windows":
        session.execute(delete(SessionWindow).where(SessionWindow.session_id == item.id))
        for starts_at, ends_at in change.windows or ():
            session.add(SessionWindow(session_id=item.id, starts_at=starts_at, ends_at=ends_at))
    elif change.field == "rooms":
        session.execute(delete(SessionRoom).where(SessionRoom.session_id == item.id))
    else:
        _drop_entry(session, facts, item, change)
    return item.id


def _let_move(
    session: Session, event: Event, item: AgendaSession, mode: SolveMode | None, *, actor: Actor, now: datetime
) -> None:
    """Drop the pin; where a run had to keep every place, the place itself goes, so that the next one may choose."""
    draft = draft_for(session, event=event, actor=actor, now=now)
    placement = session.scalar(
        select(DraftPlacement).where(DraftPlacement.draft_id == draft.id, DraftPlacement.session_id == item.id)
    )
    if placement is None:
        return
    verb = StepVerb.PUT_BACK if mode is SolveMode.FILL else StepVerb.PINNED
    with step(session, draft=draft, verb=verb, actor=actor, now=now):
        if mode is SolveMode.FILL:
            session.delete(placement)
        else:
            placement.pin = PinKind.NONE


def _drop_entry(session: Session, facts: AgendaFacts, item: AgendaSession, change: Mend) -> None:
    name = change.entry or ""
    if change.field == "people":
        person = int(name.removeprefix("p"))
        session.execute(
            delete(SessionPerson).where(SessionPerson.session_id == item.id, SessionPerson.delegate_id == person)
        )
    elif change.field == "uses":
        resource = _found(facts.resources, name)
        session.execute(
            delete(SessionUse).where(SessionUse.session_id == item.id, SessionUse.resource_id == resource.id)
        )
    elif change.field == "after":
        other = _found(facts.sessions, name)
        session.execute(
            delete(SessionOrder).where(SessionOrder.session_id == item.id, SessionOrder.after_id == other.id)
        )
    elif change.field == "not_with":
        other = _found(facts.sessions, name)
        session.execute(
            delete(SessionApart).where(SessionApart.session_id == item.id, SessionApart.other_id == other.id)
        )
    else:
        raise Conflict(_("This cannot be changed here."))


def _mend_room(session: Session, room: Room, change: Mend) -> int:
    if change.field == "open":
        session.execute(delete(RoomOpening).where(RoomOpening.room_id == room.id))
        for starts_at, ends_at in change.windows or ():
            session.add(RoomOpening(room_id=room.id, starts_at=starts_at, ends_at=ends_at))
    elif change.field == "turnover":
        room.turnover_minutes = 0
    elif change.field in {"capacity", "booths"} and change.number is not None:
        setattr(room, change.field, change.number)
    elif change.given:
        has = getattr(room, change.field)
        setattr(room, change.field, [*has, *(one for one in change.given if one not in has)])
    else:
        raise Conflict(_("This cannot be changed here."))
    return room.id


def _mend_resource(session: Session, resource: Resource, change: Mend) -> int:
    if change.field == "capacity" and change.number is not None:
        resource.capacity = change.number
    elif change.field == "open":
        own = (ResourceTimeKind.SHIFT, ResourceTimeKind.BREAK)
        session.execute(delete(ResourceTime).where(ResourceTime.resource_id == resource.id, ResourceTime.kind.in_(own)))
        for starts_at, ends_at in change.windows or ():
            session.add(
                ResourceTime(resource_id=resource.id, kind=ResourceTimeKind.SHIFT, starts_at=starts_at, ends_at=ends_at)
            )
    else:
        raise Conflict(_("This cannot be changed here."))
    return resource.id


def _mend_person(
    session: Session, event: Event, facts: AgendaFacts, change: Mend, *, actor: Actor, now: datetime
) -> int:
    """Have somebody there in these hours: arrival, departure and blocked times give way as far as they must."""
    person = next((one for one in facts.delegates.values() if person_key(one.id) == change.owner), None)
    if person is None or change.field != "available":
        raise Conflict(_("What stood in the way is there no more. Run again."))
    hours = change.windows
    blocks = [one for one in person.blocked_times if one.holding_id is None]
    held = [one for one in person.blocked_times if one.holding_id is not None]
    if any(_is_wanted(one, hours) for one in held) or _is_engaged(facts, person.id, hours):
        raise Refused(_("A visit or a block of protocol holds this person then. Change it on their page."))
    set_availability(
        session,
        event=event,
        delegate=person,
        arrives_at=_earlier(person.arrives_at, hours),
        departs_at=_later(person.departs_at, hours),
        blocks=[part for one in blocks for part in _outside(one, hours)],
        version=person.version,
        actor=actor,
        now=now,
    )
    return person.id


def _is_wanted(block: BlockedTime, hours: Windows | None) -> bool:
    return hours is None or any(start < block.ends_at and block.starts_at < end for start, end in hours)


def _is_engaged(facts: AgendaFacts, person_id: int, hours: Windows | None) -> bool:
    engaged = facts.engaged.get(str(person_id), set())
    if hours is None:
        return bool(engaged)
    return any(tick in engaged for start, end in hours for tick in facts.grid.ticks(start, end))


def _earlier(arrives_at: datetime | None, hours: Windows | None) -> datetime | None:
    return None if arrives_at is None or not hours else min(arrives_at, hours[0][0])


def _later(departs_at: datetime | None, hours: Windows | None) -> datetime | None:
    return None if departs_at is None or not hours else max(departs_at, hours[-1][1])


def _outside(block: BlockedTime, hours: Windows | None) -> Iterable[Block]:
    """What stays blocked of a blocked time outside the hours in which the person is to be there."""
    if hours is None:
        return
    at = block.starts_at
    for start, end in sorted(hours):
        if end <= at or block.ends_at <= start:
            continue
        if at < start:
            yield Block(starts_at=at, ends_at=start, reason=block.reason)
        at = max(at, end)
    if at < block.ends_at:
        yield Block(starts_at=at, ends_at=block.ends_at, reason=block.reason)


def _mend_day(session: Session, event: Event, change: Mend) -> int:
    """Close a day less; what stays closed keeps the name of the closing that it was part of."""
    day = next((one for one in days_of(session, event.id) if one.on.isoformat() == change.owner), None)
    if day is None:
        raise Conflict(_("This day is there no more."))
    closings = list(day.closings)
    for one in closings:
        session.delete(one)
    for starts_at, ends_at in change.windows or ():
        label = next((one.label for one in closings if one.starts_at < ends_at and starts_at < one.ends_at), "")
        session.add(DayClosing(day_id=day.id, starts_at=starts_at, ends_at=ends_at, label=label))
    return day.id


def _found(rows: Iterable[Named], name: str) -> Named:
    """The row that problem files know by this name."""
    for row in rows:
        if (row.code if isinstance(row, Resource) else row.slug) == name:
            return row
    raise Conflict(_("What stood in the way is there no more. Run again."))
