"""An itinerary as a calendar: the rows of the page, each with an identifier that stays and a number that rises.

What calendars were told is kept, item by item: whatever differs from it is told with the next number, and what is no
longer there is told as cancelled. Times, titles, members: every kind of change is found alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from icalendar import Calendar
from icalendar import Event as Entry

from app.events.models import Event
from app.platform import i18n
from app.platform.i18n import gettext as _
from app.platform.rendering import venue_time
from app.printing import words
from app.printing.itinerary import Item, Itinerary


@dataclass(frozen=True, kw_only=True)
class Told:
    """One item as a calendar is told of it. ``is_guarded``: a protected person goes there."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    note: str
    is_guarded: bool
    is_cancelled: bool
    told_at: datetime

    @property
    def said(self) -> dict[str, Any]:
        """What is kept of it, and compared with the next time."""
        return {
            "start": self.starts_at.isoformat(),
            "end": self.ends_at.isoformat(),
            "title": self.title,
            "place": self.place,
            "note": self.note,
            "guarded": self.is_guarded,
        }

    def followed(self, *, by: "Told", at: datetime, is_cancelled: bool = False) -> "Told":
        """What is told next, under the number after this one."""
        return replace(by, sequence=self.sequence + 1, is_cancelled=is_cancelled, told_at=at)


def told_now(event: Event, itinerary: Itinerary, kept: Mapping[str, Told], *, now: datetime) -> tuple[Told, ...]:
    """All items as calendars are told of them now, after what they were told before; what went is cancelled."""
    with i18n.speaking(itinerary.locale):
        fresh = {item.uid: _told(event, itinerary, item, now=now) for item in itinerary.items}
    here = [_after(kept.get(uid), one) for uid, one in fresh.items()]
    gone = [_cancelled(one, now=now) for uid, one in sorted(kept.items()) if uid not in fresh]
    return (*here, *gone)


def told_of_row(uid: str, sequence: int, said: Mapping[str, Any], *, is_cancelled: bool, told_at: datetime) -> Told:
    """What is kept of an item, as a value."""
    return Told(
        uid=uid,
        sequence=sequence,
        starts_at=datetime.fromisoformat(said["start"]),
        ends_at=datetime.fromisoformat(said["end"]),
        title=said["title"],
        place=said["place"],
        note=said["note"],
        is_guarded=said["guarded"],
        is_cancelled=is_cancelled,
        told_at=told_at,
    )


def _told(event: Event, itinerary: Itinerary, item: Item, *, now: datetime) -> Told:
    place = [item.place, words.where_words(item)]
    if item.table_number is not None:
        place.append(f"{words.table_words()} {item.table_number}")
    guarded = {one.delegate_id for one in itinerary.travellers if one.is_protected}
    return Told(
        uid=item.uid,
        sequence=0,
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        title=words.title_words(item),
        place=", ".join(part for part in place if part),
        note=words.note_words(item, zone=event.timezone, itinerary=itinerary),
        is_guarded=item.is_beside_protected or not guarded.isdisjoint(item.goes),
        is_cancelled=item.state == "cancelled",
        told_at=now,
    )


def _after(before: Told | None, fresh: Told) -> Told:
    """An item after what was told of it: the same when nothing differs, else the next number."""
    if before is None:
        return fresh
    if before.said == fresh.said and before.is_cancelled == fresh.is_cancelled:
        return before
    return before.followed(by=fresh, at=fresh.told_at, is_cancelled=fresh.is_cancelled)


def _cancelled(before: Told, *, now: datetime) -> Told:
    if before.is_cancelled:
        return before
    return before.followed(by=before, at=now, is_cancelled=True)


def calendar_of(
    event: Event, *, name: str, locale: str, items: Iterable[Told], shows_guarded: bool, address: str | None = None
) -> bytes:
    """An iCalendar file in a language, with the whole time zone of the venue. The same items give the same bytes.

    Args:
        shows_guarded: whether titles and places of what a protected person does are told, or that there is something.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//BRIDGE//event office//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{name}, {event.name}" if name else event.name)
    calendar.add("x-wr-timezone", event.timezone)
    calendar.add("refresh-interval;value=duration", "PT1H")
    calendar.add("x-published-ttl", "PT1H")
    if address is not None:
        calendar.add("source;value=uri", address)
    with i18n.speaking(locale):
        for item in sorted(items, key=lambda one: (one.starts_at, one.uid)):
            calendar.add_component(_entry(event, item, is_generic=item.is_guarded and not shows_guarded))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(event: Event, item: Told, *, is_generic: bool) -> Entry:
    entry = Entry()
    entry.add("uid", item.uid)
    entry.add("dtstamp", item.told_at)
    entry.add("last-modified", item.told_at)
    entry.add("sequence", item.sequence)
    entry.add("dtstart", venue_time(item.starts_at, event.timezone))
    entry.add("dtend", venue_time(item.ends_at, event.timezone))
    entry.add("status", "CANCELLED" if item.is_cancelled else "CONFIRMED")
    entry.add("summary", _("Appointment") if is_generic else item.title)
    if is_generic:
        entry.add("class", "PRIVATE")
        return entry
    if item.place:
        entry.add("location", item.place)
    if item.note:
        entry.add("description", item.note)
    return entry
