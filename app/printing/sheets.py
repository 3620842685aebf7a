"""An itinerary as the values that a sheet of paper is set from."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import segno
from babel import Locale

from app.delegations.scripts import language_of_script
from app.events.models import Event
from app.platform import i18n
from app.platform.i18n import gettext as _
from app.printing import words
from app.printing.itinerary import DayOfItems, Item, Itinerary

Sheet = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Which sheet of whom this is: its number, when it is printed, and what stood on the one before, by row."""

    number: int
    printed_at: datetime
    before: Mapping[str, Mapping[str, str]] | None
    live_address: str | None


def sheet_of(event: Event, itinerary: Itinerary, edition: Edition) -> Sheet:
    """A sheet in the language of the itinerary."""
    with i18n.speaking(itinerary.locale):
        return _sheet(event, itinerary, edition)


def content_of(event: Event, itinerary: Itinerary) -> dict[str, dict[str, str]]:
    """What a sheet says, row by row, without number and time of print: what a later sheet is compared with."""
    with i18n.speaking(itinerary.locale):
        return {item.uid: _said(event, item, on=day.on) for day in itinerary.days for item in day.items}


def _said(event: Event, item: Item, *, on: date) -> dict[str, str]:
    return {
        "day": on.isoformat(),
        "start": words.clock_words(item.starts_at, event.timezone),
        "end": words.clock_words(item.ends_at, event.timezone),
        "title": words.title_words(item),
        "note": words.note_words(item, zone=event.timezone),
        "place": item.place,
        "where": words.where_words(item),
        "table": str(item.table_number or ""),
        "goes": ",".join(str(person) for person in item.goes),
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """A digest of what a sheet says: equal content, equal digest."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _sheet(event: Event, itinerary: Itinerary, edition: Edition) -> Sheet:
    locale = i18n.current_locale()
    is_personal = itinerary.delegate_id is not None
    return {
        "lang": locale,
        "rtl": i18n.direction(locale) == "rtl",
        "event": f"{event.name} · {_days_of_event(event)} · {event.venue_name}",
        "name": itinerary.name,
        "native": native_form(itinerary.native_name, itinerary.native_language, than=itinerary.name),
        "subtitle": _("Personal schedule.") if is_personal else _("Schedule of the delegation."),
        "summary": _summary(itinerary),
        "qr": _code(edition.live_address),
        "version": _version(itinerary, edition),
        "printed": _("printed %(moment)s")
        % {
            "moment": f"{words.short_day_words(edition.printed_at.date())}, "
            f"{words.clock_words(edition.printed_at, event.timezone)}"
        },
        "words": _fixed_words(),
        "rings": not is_personal,
        "travellers": [] if is_personal else [_traveller(one) for one in itinerary.travellers],
        "contact": _contact(itinerary),
        "days": [_day(event, itinerary, day, edition) for day in itinerary.days],
        "notes": i18n.pick(event.practical_notes, locale) if event.practical_notes else "",
        "foot": _foot(event, itinerary),
        "outline": itinerary.name,
    }


def _day(event: Event, itinerary: Itinerary, day: DayOfItems, edition: Edition) -> dict[str, Any]:
    return {
        "title": words.day_words(day.on),
        "note": "",
        "items": [_row(event, itinerary, item, edition, on=day.on) for item in day.items],
    }


def _row(event: Event, itinerary: Itinerary, item: Item, edition: Edition, *, on: date) -> dict[str, Any]:
    was = _was(event, item, edition)
    said = _said(event, item, on=on)
    return {
        "start": words.clock_words(item.starts_at, event.timezone),
        "until": _("to %(clock)s") % {"clock": words.clock_words(item.ends_at, event.timezone)},
        "title": words.title_words(item),
        "was": was or "",
        # A bar without a word where something else differs: the part, who goes, whether it is confirmed.
        "changed": edition.before is not None and edition.before.get(item.uid) != said,
        "note": words.note_words(item, zone=event.timezone),
        "place": item.place,
        "where": words.where_words(item),
        "table": item.table_number,
        "languages": words.language_words(item.languages),
        "goes": [
            {"letter": one.letter, "head": one.is_head} for one in itinerary.travellers if one.delegate_id in item.goes
        ],
    }


def _was(event: Event, item: Item, edition: Edition) -> str | None:
    """What the sheet before said of this row, in a word; nothing where it said the same or there was none."""
    if edition.before is None:
        return None
    before = edition.before.get(item.uid)
    if before is None:
        return _("new")
    start = words.clock_words(item.starts_at, event.timezone)
    if before["start"] != start:
        return _("was %(what)s") % {"what": before["start"]}
    if before["place"] != item.place:
        return _("was %(what)s") % {"what": before["place"]}
    if before["table"] != str(item.table_number or ""):
        return _("was table %(number)s") % {"number": before["table"]}
    same = before["end"] == words.clock_words(item.ends_at, event.timezone)
    return None if same else _("was until %(clock)s") % {"clock": before["end"]}


def _summary(itinerary: Itinerary) -> str:
    if itinerary.delegate_id is not None:
        function = itinerary.travellers[0].function if itinerary.travellers else None
        return f"{function}." if function else ""
    parts = [_("%(people)s.") % {"people": words.people_words(len(itinerary.travellers))}]
    parts += [
        _("%(title)s (%(modality)s).") % {"title": title, "modality": words.modality_words(modality)}
        for title, modality in itinerary.partnerships
    ]
    return " ".join(parts)


def _version(itinerary: Itinerary, edition: Edition) -> str:
    if itinerary.release_number is None:
        return _("No release yet, sheet %(number)s") % {"number": edition.number}
    return _("Release %(release)s, sheet %(number)s") % {"release": itinerary.release_number, "number": edition.number}


def _traveller(one: Any) -> dict[str, Any]:
    return {
        "letter": one.letter,
        "head": one.is_head,
        "name": one.name,
        "native": native_form(one.native_name, one.native_language, than=one.name),
        "function": one.function or "",
    }


def native_form(text: str | None, language: str | None, *, than: str) -> dict[str, Any] | None:
    """A name in its own script with language and direction; nothing where it says the same as the Latin form."""
    if not text or text == than:
        return None
    code = (language or language_of_script(text) or "en").split("_")[0]
    try:
        is_rtl = Locale.parse(code).text_direction == "rtl"
    except ValueError:
        is_rtl = False
    return {"text": text, "lang": code, "rtl": is_rtl}


def _contact(itinerary: Itinerary) -> list[dict[str, str]]:
    lines = []
    if itinerary.liaison_phone:
        lines.append({"label": itinerary.liaison_name or _("Your liaison officer"), "value": itinerary.liaison_phone})
    if itinerary.out_of_hours_phone:
        lines.append({"label": _("Out of hours"), "value": itinerary.out_of_hours_phone})
    return lines


def _days_of_event(event: Event) -> str:
    return _("%(first)s – %(last_day)s %(year)s") % {
        "first": words.short_day_words(event.starts_on),
        "last_day": words.short_day_words(event.ends_on),
        "year": event.ends_on.year,
    }


def _foot(event: Event, itinerary: Itinerary) -> str:
    said = [itinerary.name]
    if event.is_demonstration:
        said.append(_("Demonstration data; roles in place of names."))
    return ". ".join(said) if len(said) > 1 else said[0]


def _fixed_words() -> dict[str, str]:
    return {
        "table": _("table"),
        "qr": _("Code that opens today's plan"),
        "who": _("Who is who on this sheet"),
        "wrong": _("If anything is wrong"),
        "time": _("From, to"),
        "what": _("What, and your part"),
        "where": _("Where"),
        "goes": _("Who goes"),
        "language": _("Language"),
        "page": _("page"),
        "good": _("Good to know"),
        "empty": _("Nothing is planned yet."),
    }


def _code(address: str | None) -> str | None:
    """A QR code as SVG text."""
    if address is None:
        return None
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode()
