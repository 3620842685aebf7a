"""A release with everything that it touches: meetings that no longer fit, and one notice for each person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.agenda.differences import Entry, SessionChange, entries_of_draft
from app.agenda.models import AgendaRelease
from app.agenda.planner import AgendaFacts, read_facts
from app.agenda.queries import current_draft
from app.agenda.service import begin_release, release
from app.events.models import Event
from app.events.queries import walks_of
from app.events.time_grid import TimeGrid
from app.meetings.models import Meeting
from app.meetings.places import Stretch, read_hall
from app.meetings.queries import meetings_of
from app.meetings.rehousing import Rehoused, rehouse
from app.meetings.service import cancel, hold_meeting
from app.office.service.interpreters import units_beside, units_of_draft, without_interpreter
from app.office.service.notifying import notify
from app.platform.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Effects:
    """What a release did: whom it touched, how many notices wait, which meetings moved and which lost their time."""

    release: AgendaRelease
    changes: tuple[SessionChange, ...]
    touched: frozenset[int]
    notices: int
    freed_meetings: int
    moved_meetings: int


def release_agenda(
    session: Session, *, event: Event, name: str, note: str | None, seen: str | None = None, actor: Actor, now: datetime
) -> Effects:
    """Release the draft; meetings that overlap what it now asks of their people move in the same step.

    Each goes to the nearest place that is left for its people; where none is it loses its time and waits for one.

    Args:
        seen: the stamp of the preview that whoever releases has looked at.

    Raises:
        ReleaseRefused: a rule that blocks a release is broken and nobody lets it stand.
        Overtaken: another release came first, or the draft changed since it was looked at.
        AlreadyTaken: a visit or a block of protocol holds a person or a room.
    """
    begin_release(session, event=event, seen=seen)
    freed = _free_meetings(session, event=event, actor=actor, now=now)
    released = release(session, event=event, name=name, note=note, actor=actor, now=now)
    moved = _rehouse(session, event=event, freed=freed, actor=actor, now=now)
    lost = [meeting for meeting in freed if meeting.id not in moved]
    without_meeting = frozenset(one for meeting in lost for one in meeting.wish.delegate_ids)
    people = released.touched | frozenset(one for meeting in freed for one in meeting.wish.delegate_ids)
    notices = notify(
        session,
        event=event,
        release=released.release,
        touched=people,
        moved=moved,
        without_meeting=without_meeting,
        now=now,
    )
    return Effects(
        release=released.release,
        changes=released.changes,
        touched=people,
        notices=notices,
        freed_meetings=len(lost),
        moved_meetings=len(moved),
    )


def meetings_in_the_way(session: Session, event: Event) -> list[Meeting]:
    """Held meetings that overlap a session of the draft for one of their people, walking time included, and those
    whose interpreters its sessions need."""
    facts, entries = _read_draft(session, event)
    return _in_the_way(session, facts, entries, meetings_of(session, event.id))


def _in_the_way(
    session: Session, facts: AgendaFacts, entries: Sequence[Entry], meetings: Sequence[Meeting]
) -> list[Meeting]:
    if not entries:
        return []
    engaged, walks = _engaged_by_draft(facts, entries), walks_of(session, facts.event.id)
    colliding = [meeting for meeting in meetings if _collides(meeting, engaged, walks)]
    gone = {meeting.id for meeting in colliding}
    others = [meeting for meeting in meetings if meeting.id not in gone]
    gone |= {meeting.id for meeting in without_interpreter(facts, units_of_draft(facts, entries), others)}
    return [meeting for meeting in meetings if meeting.id in gone]


def proposed_moves(session: Session, event: Event) -> tuple[Rehoused, ...]:
    """Where a release of the draft would put each meeting that is in its way."""
    facts, entries = _read_draft(session, event)
    meetings = meetings_of(session, event.id)
    freed = _in_the_way(session, facts, entries, meetings)
    if not freed:
        return ()
    grid = TimeGrid.of(event)
    instead = {
        person: [Stretch(start=grid.tick(start), end=grid.tick_after(end), site_id=site) for start, end, site in own]
        for person, own in _engaged_by_draft(facts, entries).items()
    }
    hall = read_hall(
        session,
        event,
        {one for meeting in freed for one in meeting.wish.delegate_ids},
        leaving=[meeting.holding_id for meeting in freed if meeting.holding_id is not None],
        instead=instead,
    )
    gone = {meeting.id for meeting in freed}
    staying = [meeting for meeting in meetings if meeting.id not in gone]
    units = units_beside(facts, units_of_draft(facts, entries), staying)
    return rehouse(replace(hall, units=units), freed)


def _read_draft(session: Session, event: Event) -> tuple[AgendaFacts, list[Entry]]:
    facts, draft = read_facts(session, event), current_draft(session, event.id)
    return facts, [] if draft is None else list(entries_of_draft(facts, draft))


def _engaged_by_draft(facts: AgendaFacts, entries: Sequence[Entry]) -> dict[int, list[tuple[datetime, datetime, int]]]:
    sites = {room.id: room.site_id for room in facts.rooms}
    engaged: dict[int, list[tuple[datetime, datetime, int]]] = {}
    for entry in entries:
        place = entry.place
        for person in entry.bound:
            engaged.setdefault(person, []).append((place.starts_at, place.ends_at, sites[place.room_id]))
    return engaged


def _rehouse(session: Session, *, event: Event, freed: list[Meeting], actor: Actor, now: datetime) -> frozenset[int]:
    """Hold the freed meetings at the nearest places that the ledger now has; the IDs of those that have one."""
    if not freed:
        return frozenset()
    people = {one for meeting in freed for one in meeting.wish.delegate_ids}
    moved = set()
    for one in rehouse(read_hall(session, event, people), freed):
        if one.place is None:
            continue
        pinned = one.meeting.is_pinned
        hold_meeting(
            session,
            event=event,
            wish=one.meeting.wish,
            slot=one.place.slot,
            table=one.place.table,
            is_pinned=pinned,
            actor=actor,
            now=now,
        )
        session.expire(one.meeting, ["slot", "table"])
        moved.add(one.meeting.id)
    return frozenset(moved)


def _collides(
    meeting: Meeting,
    engaged: dict[int, list[tuple[datetime, datetime, int]]],
    walks: dict[tuple[int, int], int],
) -> bool:
    site = meeting.table.room.site_id
    for person in meeting.wish.people:
        for starts_at, ends_at, other in engaged.get(person.delegate_id, ()):
            seconds = 60 * walks.get((site, other), 0)
            before = (starts_at - meeting.slot.ends_at).total_seconds() >= seconds
            after = (meeting.slot.starts_at - ends_at).total_seconds() >= seconds
            if not before and not after:
                return True
    return False


def _free_meetings(session: Session, *, event: Event, actor: Actor, now: datetime) -> list[Meeting]:
    in_the_way = meetings_in_the_way(session, event)
    for meeting in in_the_way:
        cancel(
            session,
            event=event,
            meeting=meeting,
            version=meeting.version,
            reason="person_not_busy: the released agenda needs this time",
            actor=actor,
            now=now,
        )
    return in_the_way
