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
from app.agenda.planner import AgendaFacts, Mend, read_facts
from app.agenda.rules import rules_of
from app.agenda.service.drafting import draft_for
from app.agenda.service.history import step
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
        Refused: it is somebody's own time, or work elsewhere: theirs to change.
        Conflict: the session, room or resource is there no more.
    """
    if not change.is_ours:
        raise Refused(_("This is theirs to change. Ask them, or change it on their page."))
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
