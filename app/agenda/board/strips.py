"""Pictures of a draft: how far the rooms are in use, how much is asked of people, and what differs from another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.agenda.enums import BINDING_PARTS
from app.agenda.models import AgendaDraft, AgendaSession, DraftPlacement, SessionPerson
from app.agenda.planner import AgendaFacts
from app.events.models import Event, EventDay, Room
from app.events.shifts import closed_hours
from app.platform.i18n import gettext as _
from app.platform.pictures import Day, Line, Picture, Span, person_strip, plan_strip, room_strip

PEOPLE_SHOWN = 40
"""The most lines of one picture of people, so that it stays light."""


@dataclass(frozen=True, kw_only=True)
class Strips:
    """The pictures, None where a sentence would say as much; ``people`` are those with the fullest days."""

    rooms: Picture | None
    people: Picture | None
    people_left_out: int


def strips_of(
    facts: AgendaFacts,
    days: Sequence[EventDay],
    placed: Mapping[int, DraftPlacement],
    *,
    labels: Sequence[str],
    broken: frozenset[int],
) -> Strips:
    """Draw rooms and people of a draft.

    Args:
        labels: what the pictures call each day.
        broken: the IDs of sessions that break a rule.
    """
    clock = _Clock(facts.event, days)
    shown = _days(clock, labels)
    items = [item for item in facts.sessions if item.id in placed]
    people = _people(facts, items, placed, clock)
    return Strips(
        rooms=room_strip(shown, list(_rooms(facts, items, placed, clock, broken))),
        people=person_strip(shown, people[:PEOPLE_SHOWN]),
        people_left_out=max(0, len(people) - PEOPLE_SHOWN),
    )


def plan_beside(
    facts: AgendaFacts, days: Sequence[EventDay], draft: AgendaDraft, moved: frozenset[int], *, labels: Sequence[str]
) -> Picture | None:
    """A draft as a small grid, a line a room, beside another one; None where nothing differs.

    Args:
        moved: the IDs of sessions that are elsewhere in the other draft.
        labels: what the picture calls each day.
    """
    clock = _Clock(facts.event, days)
    placed = {one.session_id: one for one in draft.placements}
    lines = []
    for room in facts.rooms:
        spans = [*_shut(clock), *_closed(facts, room, clock)]
        for item in facts.sessions:
            if item.id in placed and placed[item.id].room_id == room.id:
                kind = "moved" if item.id in moved else "same"
                spans += _of_session(item, placed[item.id], clock, kind, words=clock.told(item, placed[item.id]))
        lines.append(Line(name=room.name, spans=tuple(spans)))
    return plan_strip(draft.name, _days(clock, labels), lines)


def _days(clock: "_Clock", labels: Sequence[str]) -> list[Day]:
    return [
        Day(label=label, starts=clock.minutes(day.starts_at, day), ends=clock.minutes(day.ends_at, day))
        for label, day in zip(labels, clock.days, strict=True)
    ]


class _Clock:
    """Instants as a day and minutes after its midnight at the venue."""

    def __init__(self, event: Event, days: Sequence[EventDay]) -> None:
        self._zone = ZoneInfo(event.timezone)
        self.days = days

    def minutes(self, instant: datetime, day: EventDay) -> int:
        local = instant.astimezone(self._zone)
        return (local.date() - day.on).days * 24 * 60 + local.hour * 60 + local.minute

    def told(self, item: AgendaSession, placement: DraftPlacement) -> str:
        return f"{placement.starts_at.astimezone(self._zone):%H:%M} {item.title}"

    def span(self, starts_at: datetime, ends_at: datetime, kind: str, **more: str) -> Iterable[Span]:
        for n, day in enumerate(self.days):
            if day.holds(starts_at):
                yield Span(
                    day=n, starts=self.minutes(starts_at, day), ends=self.minutes(ends_at, day), kind=kind, **more
                )


def _shut(clock: _Clock) -> Iterable[Span]:
    for day in clock.days:
        for one in day.closings:
            yield from clock.span(one.starts_at, one.ends_at, "closed", words=one.label)


def _closed(facts: AgendaFacts, room: Room, clock: _Clock) -> Iterable[Span]:
    """When a room is not open, by its own hours."""
    grid = facts.grid
    for day in clock.days:
        for start, end in closed_hours(grid, day, room):
            yield from clock.span(grid.instant(start), grid.instant(end), "closed", words=_("closed"))


def _rooms(
    facts: AgendaFacts,
    items: Sequence[AgendaSession],
    placed: Mapping[int, DraftPlacement],
    clock: _Clock,
    broken: frozenset[int],
) -> Iterable[Line]:
    shut = list(_shut(clock))
    for room in facts.rooms:
        spans = [*shut, *_closed(facts, room, clock)]
        for item in items:
            if placed[item.id].room_id == room.id:
                mark = "danger" if item.id in broken else ""
                spans += _of_session(item, placed[item.id], clock, "used", words=item.title, mark=mark)
        yield Line(name=room.name, spans=tuple(spans))


def _people(
    facts: AgendaFacts, items: Sequence[AgendaSession], placed: Mapping[int, DraftPlacement], clock: _Clock
) -> list[Line]:
    """Everybody whom a session needs, the fullest days first."""
    spans: dict[int, list[Span]] = {}
    names: dict[int, str] = {}
    for item in items:
        for person in item.people:
            kind = "must" if person.part in BINDING_PARTS else "may"
            spans.setdefault(person.delegate_id, []).extend(_of_session(item, placed[item.id], clock, kind))
            names[person.delegate_id] = _name(person)
    for delegate in facts.delegates.values():
        for block in delegate.blocked_times if delegate.id in spans else ():
            spans[delegate.id].extend(clock.span(block.starts_at, block.ends_at, "away"))
    needed = [person for person, found in spans.items() if any(span.kind == "must" for span in found)]
    busy = {person: sum(span.ends - span.starts for span in spans[person] if span.kind == "must") for person in needed}
    return [
        Line(name=names[person], spans=tuple(spans[person]))
        for person in sorted(needed, key=lambda one: (-busy[one], names[one]))
    ]


def _name(person: SessionPerson) -> str:
    return person.delegate.badge_name


def _of_session(
    item: AgendaSession, placement: DraftPlacement, clock: _Clock, kind: str, **more: str
) -> Iterable[Span]:
    ends_at = placement.starts_at + timedelta(minutes=item.duration_minutes)
    return clock.span(placement.starts_at, ends_at, kind, **more)
