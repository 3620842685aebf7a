"""An itinerary as a calendar: the rows of the page, each with an identifier that stays over releases."""

from datetime import datetime

from icalendar import Calendar
from icalendar import Event as Entry

from app.events.models import Event
from app.platform import i18n
from app.platform.rendering import venue_time
from app.printing import words
from app.printing.itinerary import Item, Itinerary


def calendar_of(event: Event, itinerary: Itinerary, *, now: datetime) -> bytes:
    """An iCalendar file in the language of the itinerary, with the whole time zone of the venue."""
    calendar = Calendar()
    calendar.add("prodid", "-//BRIDGE//event office//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{itinerary.name}, {event.name}")
    with i18n.speaking(itinerary.locale):
        for item in itinerary.items:
            calendar.add_component(_entry(event, item, now=now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _entry(event: Event, item: Item, *, now: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", item.uid)
    entry.add("dtstamp", now)
    entry.add("dtstart", venue_time(item.starts_at, event.timezone))
    entry.add("dtend", venue_time(item.ends_at, event.timezone))
    entry.add("summary", words.title_words(item))
    place = [item.place, words.where_words(item)]
    if item.table_number is not None:
        place.append(f"{words.table_words()} {item.table_number}")
    entry.add("location", ", ".join(part for part in place if part))
    entry.add("description", words.note_words(item, zone=event.timezone))
    entry.add("sequence", item.sequence)
    entry.add("status", "CANCELLED" if item.state == "cancelled" else "CONFIRMED")
    return entry
