"""A delegation's days as a picture: a line a member, time along; one sees who is where and who is free together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.agenda.enums import BINDING_PARTS, Part
from app.events.models import Event
from app.platform.pictures import Day, Line, Picture, Span, person_strip
from app.platform.rendering import venue_time
from app.printing import words
from app.printing.itinerary import DayOfItems, Item, Itinerary, Traveller
from app.visits.enums import VisitState

HOUR = 60


def tracks_of(event: Event, itinerary: Itinerary) -> Picture | None:
    """The picture of its days; None for a person's own schedule, and where there is little to see."""
    days = itinerary.days
    if itinerary.delegate_id is not None or len(itinerary.travellers) < 2 or not days:
        return None
    shown = [_day(event, day) for day in days]
    return person_strip(shown, [_line(event, days, one) for one in itinerary.travellers])


def _day(event: Event, day: DayOfItems) -> Day:
    """From the full hour before the first item to the one after the last."""
    starts = min(_minutes(event, day, item.starts_at) for item in day.items) // HOUR * HOUR
    ends = -(-max(_minutes(event, day, item.ends_at) for item in day.items) // HOUR) * HOUR
    hours = f"{starts // HOUR:02}–{ends // HOUR:02}"
    return Day(label=f"{words.short_day_words(day.on)}, {hours}", starts=starts, ends=max(ends, starts + HOUR))


def _line(event: Event, days: Sequence[DayOfItems], who: Traveller) -> Line:
    return Line(name=f"{who.letter} {who.name}", spans=tuple(_spans(event, days, who)))


def _spans(event: Event, days: Sequence[DayOfItems], who: Traveller) -> Iterable[Span]:
    for number, day in enumerate(days):
        for item in day.items:
            if who.delegate_id in item.goes:
                starts, ends = (_minutes(event, day, at) for at in (item.starts_at, item.ends_at))
                yield Span(day=number, starts=starts, ends=ends, kind=_kind(item, who))


def _kind(item: Item, who: Traveller) -> str:
    if item.kind == "meeting":
        return "meeting"
    if item.kind == "session":
        part = item.parts.get(who.delegate_id)
        return "must" if part is not None and Part(part) in BINDING_PARTS else "may"
    return "may" if item.state == VisitState.DRAFT else "must"


def _minutes(event: Event, day: DayOfItems, instant: datetime) -> int:
    local = venue_time(instant, event.timezone)
    return (local.date() - day.on).days * 24 * HOUR + local.hour * HOUR + local.minute
