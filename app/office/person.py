"""What a role corrects of a person, and their days as a picture."""

from collections.abc import Mapping

from app.accounts.enums import Role
from app.delegations import readers
from app.delegations.groups import Stay
from app.delegations.models import Delegate
from app.events.models import Event, EventDay
from app.events.queries import local
from app.office.pictures import minutes_of, span_of
from app.platform.pictures import Day, Line, Picture, Span, person_strip
from app.printing.itinerary import Itinerary
from app.printing.words import short_day_words

EDITABLE = (
    "honorific", "family_name", "given_name", "native_name", "native_language", "badge_name", "function", "rank",
    "languages", "interpretation_into",
)  # fmt: skip
"""Lines that the office corrects, those of protected groups left out."""


def editable_by(role: Role) -> tuple[str, ...]:
    """The lines that a role corrects: those it sees."""
    contacts = ("email", "phone") if role in readers.CONTACTS else ()
    needs = ("access_needs", "diet") if role in readers.NEEDS else ()
    return (*EDITABLE, *contacts, *needs)


def availability(
    event: Event, days: list[EventDay], person: Delegate, itinerary: Itinerary, *, stay: Stay | None
) -> Picture | None:
    """The days of a person as a strip: what they must and may attend, meetings, and when they are away."""
    numbers = {day.on: number for number, day in enumerate(days)}
    spans = [
        span_of(event, numbers, item.starts_at, item.ends_at, kind=_kind(item.kind, item.part), words=item.title)
        for item in itinerary.items
        if local(event, item.starts_at).date() in numbers
    ]
    spans += [
        span_of(event, numbers, one.starts_at, one.ends_at, kind="away", words=one.reason or "")
        for one in (stay.blocked_times if stay else ())
        if local(event, one.starts_at).date() in numbers
    ]
    spans += _outside_of_stay(event, days, stay) if stay else []
    shown = [
        Day(
            label=short_day_words(day.on),
            starts=minutes_of(event, day.starts_at),
            ends=minutes_of(event, day.ends_at),
        )
        for day in days
    ]
    return person_strip(shown, [Line(name=person.badge_name, spans=tuple(spans))])


def _outside_of_stay(event: Event, days: list[EventDay], stay: Stay) -> list[Span]:
    spans = []
    for number, day in enumerate(days):
        starts, ends = minutes_of(event, day.starts_at), minutes_of(event, day.ends_at)
        if stay.arrives_at is not None and stay.arrives_at > day.starts_at:
            until = ends if stay.arrives_at >= day.ends_at else minutes_of(event, stay.arrives_at)
            spans.append(Span(day=number, starts=starts, ends=until, kind="away"))
        if stay.departs_at is not None and stay.departs_at < day.ends_at:
            since = starts if stay.departs_at <= day.starts_at else minutes_of(event, stay.departs_at)
            spans.append(Span(day=number, starts=since, ends=ends, kind="away"))
    return spans


def _kind(item: str, part: str | None) -> str:
    if item == "meeting":
        return "meeting"
    return "may" if part == "may_attend" else "must"


def told(values: Mapping[str, object]) -> dict[str, str]:
    """Values as a form types them: lists as codes between commas."""
    return {
        name: ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        for name, value in values.items()
    }
