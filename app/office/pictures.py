"""Rows into the values that the pictures of the home are drawn from."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from app.agenda.models import AgendaRelease
from app.events.models import Event, EventDay, Room
from app.events.queries import local
from app.events.shifts import closed_hours
from app.events.time_grid import TimeGrid
from app.platform.i18n import gettext as _
from app.platform.pictures import Day, Line, Picture, Span, room_strip
from app.printing.words import short_day_words


def rooms_of_release(
    event: Event, days: Sequence[EventDay], rooms: Sequence[Room], release: AgendaRelease | None
) -> Picture | None:
    """How the rooms are used in what the public sees, with closed times hatched."""
    if release is None:
        return None
    numbers = {day.on: number for number, day in enumerate(days)}
    grid = TimeGrid.of(event)
    lines = []
    for room in rooms:
        used = [
            span_of(event, numbers, one.starts_at, one.ends_at, kind="used", words=str(one.frozen["title"]))
            for one in release.sessions
            if one.room_id == room.id and local(event, one.starts_at).date() in numbers
        ]
        closed = [
            span_of(event, numbers, one.starts_at, one.ends_at, kind="closed", words=one.label)
            for day in days
            for one in day.closings
        ]
        shut = [
            span_of(event, numbers, grid.instant(start), grid.instant(end), kind="closed", words=_("closed"))
            for day in days
            for start, end in closed_hours(grid, day, room)
        ]
        lines.append(Line(name=room.name, spans=(*closed, *shut, *used)))
    shown = [
        Day(label=short_day_words(day.on), starts=minutes_of(event, day.starts_at), ends=minutes_of(event, day.ends_at))
        for day in days
    ]
    return room_strip(shown, lines)


def span_of(
    event: Event, numbers: Mapping[date, int], starts_at: datetime, ends_at: datetime, *, kind: str, words: str
) -> Span:
    """Something on a line of a strip; ``numbers`` says which day of the picture a date is."""
    return Span(
        day=numbers[local(event, starts_at).date()],
        starts=minutes_of(event, starts_at),
        ends=minutes_of(event, ends_at),
        kind=kind,
        words=words,
    )


def minutes_of(event: Event, instant: datetime) -> int:
    """Minutes after midnight at the venue."""
    at = local(event, instant)
    return at.hour * 60 + at.minute
