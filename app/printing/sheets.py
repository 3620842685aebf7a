"""An itinerary as the values that a sheet of paper is set from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from babel import Locale

from app.delegations.scripts import language_of_script
from app.events.models import Event
from app.pairing.queries import together
from app.platform import i18n
from app.platform.codes import code_of
from app.platform.i18n import gettext as _
from app.printing import words
from app.printing.comparing import is_other
from app.printing.itinerary import DayOfItems, Item, Itinerary
from app.printing.plan import plan_of, rooms_used

Sheet = dict[str, Any]

NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """Which sheet of whom this is: its number, when it is printed, and what stood on the one before, by row.

    Without a number it is a look at what would be printed. ``copy``: which of how many counted papers this is.
    """

    number: int | None
    printed_at: datetime
    before: Mapping[str, Mapping[str, str]] | None
    live_address: str | None
    copy: tuple[int, int] | None = None


VARYING = ("days", "qr", "version", "printed", "copy", "words", "used")
"""What a sheet says besides the plan: which paper it is, the words that head its columns, and what its rows say too."""


def sheet_of(event: Event, itinerary: Itinerary, edition: Edition) -> Sheet:
    """A sheet in the language of the itinerary."""
    with i18n.speaking(itinerary.locale):
        return _sheet(event, itinerary, edition)


def content_of(event: Event, itinerary: Itinerary) -> dict[str, Any]:
    """All that a sheet says of the plan, the rows apart: what a later sheet is compared with."""
    edition = Edition(number=None, printed_at=NEVER, before=None, live_address=None)
    with i18n.speaking(itinerary.locale):
        sheet, rows = _sheet(event, itinerary, edition), rows_of(event, itinerary)
    return {"head": {name: said for name, said in sheet.items() if name not in VARYING}, "rows": rows}


def rows_of(event: Event, itinerary: Itinerary) -> dict[str, dict[str, str]]:
    """What each row says in the language that is spoken, by identifier: the same for the page and for paper."""
    return {item.uid: _said(event, itinerary, item, on=day.on) for day in itinerary.days for item in day.items}


def _said(event: Event, itinerary: Itinerary, item: Item, *, on: date) -> dict[str, str]:
    return {
        "day": on.isoformat(),
        "start": words.clock_words(item.starts_at, event.timezone),
        "end": words.clock_words(item.ends_at, event.timezone),
        "title": words.title_words(item),
        "note": words.note_words(item, zone=event.timezone, itinerary=itinerary),
        "place": item.place,
        "where": words.where_words(item),
        "table": str(item.table_number or ""),
        "languages": words.language_words(item.languages, item.channels),
        "goes": ",".join(str(person) for person in sorted(item.goes)),
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
        "event": f"{event.name} · {days_of_event(event)} · {event.venue_name}",
        "name": itinerary.name,
        "native": native_form(itinerary.native_name, itinerary.native_language, than=itinerary.name),
        "subtitle": _("Personal schedule.") if is_personal else _("Schedule of the delegation."),
        "summary": _summary(itinerary),
        "qr": code_of(edition.live_address),
        "version": _version(itinerary, edition),
        "copy": _copy(edition),
        "printed": _("printed %(moment)s")
        % {
            "moment": f"{words.short_day_words(edition.printed_at.date())}, "
            f"{words.clock_words(edition.printed_at, event.timezone)}"
        },
        "words": _fixed_words(),
        "rings": not is_personal,
        "travellers": [] if is_personal else [_traveller(one) for one in itinerary.travellers],
        "contact": _contact(itinerary),
        "days": [_day(event, itinerary, day, edition) for day in _days(itinerary, edition)],
        "plan": plan_of(itinerary.venue, is_illustrative=event.is_demonstration),
        "used": rooms_used(itinerary.items),
        "notes": i18n.pick(event.practical_notes, locale) if event.practical_notes else "",
        "foot": _foot(event, itinerary),
        "outline": itinerary.name,
    }


def _days(itinerary: Itinerary, edition: Edition) -> list[DayOfItems]:
    """The days of the plan, and those on which something stood that is gone."""
    days = {day.on: day for day in itinerary.days}
    for row in _gone(itinerary, edition):
        on = date.fromisoformat(row["day"])
        days.setdefault(on, DayOfItems(on=on, items=()))
    return [day for _on, day in sorted(days.items())]


def _gone(itinerary: Itinerary, edition: Edition) -> list[Mapping[str, str]]:
    """What stood on the sheet before and is not planned any more."""
    here = {item.uid for item in itinerary.items}
    before = edition.before or {}
    return [row for uid, row in before.items() if uid not in here and "day" in row]


def _day(event: Event, itinerary: Itinerary, day: DayOfItems, edition: Edition) -> dict[str, Any]:
    rows = [_row(event, itinerary, item, edition, on=day.on) for item in day.items]
    rows += [_gone_row(row) for row in _gone(itinerary, edition) if row["day"] == day.on.isoformat()]
    return {"title": words.day_words(day.on), "note": "", "items": sorted(rows, key=lambda row: row["start"])}


def _row(event: Event, itinerary: Itinerary, item: Item, edition: Edition, *, on: date) -> dict[str, Any]:
    said = _said(event, itinerary, item, on=on)
    before = edition.before.get(item.uid) if edition.before is not None else None
    is_changed = edition.before is not None and (before is None or is_other(before, said))
    return {
        "start": said["start"],
        "until": _("to %(clock)s") % {"clock": said["end"]},
        "title": said["title"],
        "was": was_words(before, said) if is_changed else "",
        # A bar without a word where something else differs: the part, who goes, whether it is confirmed.
        "changed": is_changed,
        "gone": False,
        "note": said["note"],
        "place": item.place,
        "where": said["where"],
        "table": item.table_number,
        "languages": said["languages"],
        "goes": [
            {"letter": one.letter, "head": one.is_head} for one in itinerary.travellers if one.delegate_id in item.goes
        ],
    }


def _gone_row(row: Mapping[str, str]) -> dict[str, Any]:
    """A row that nobody goes to any more: shown once, struck through, so that nobody misses it silently."""
    return {
        "start": row["start"],
        "until": _("to %(clock)s") % {"clock": row["end"]},
        "title": row["title"],
        "was": _("no longer planned"),
        "changed": True,
        "gone": True,
        "note": "",
        "place": row.get("place", ""),
        "where": "",
        "table": None,
        "languages": "",
        "goes": [],
    }


def was_words(before: Mapping[str, str] | None, said: Mapping[str, str]) -> str:
    """What was said before of a row that differs, in a word; nothing where only its note does."""
    if before is None:
        return _("new")
    if before.get("day", said["day"]) != said["day"]:
        on = words.short_day_words(date.fromisoformat(before["day"]))
        return _("was %(what)s") % {"what": f"{on}, {before['start']}"}
    if before["start"] != said["start"]:
        return _("was %(what)s") % {"what": before["start"]}
    if before.get("place", said["place"]) != said["place"]:
        return _("was %(what)s") % {"what": before["place"]}
    if before["table"] != said["table"]:
        return _("was table %(number)s") % {"number": before["table"]} if before["table"] else _("new table")
    return "" if before["end"] == said["end"] else _("was until %(clock)s") % {"clock": before["end"]}


def _summary(itinerary: Itinerary) -> str:
    if itinerary.delegate_id is not None:
        function = itinerary.travellers[0].function if itinerary.travellers else None
        said = [] if not function or function in itinerary.name else [f"{function}."]
        return " ".join([*said, _("Delegation: %(name)s.") % {"name": itinerary.delegation_name}])
    parts = [_("%(people)s.") % {"people": words.people_words(len(itinerary.travellers))}]
    parts += [
        _("%(title)s (%(modality)s).") % {"title": together(names), "modality": words.modality_words(modality)}
        for names, modality in itinerary.partnerships
    ]
    return " ".join(parts)


def _version(itinerary: Itinerary, edition: Edition) -> str:
    said = {"release": itinerary.release_number, "number": edition.number}
    if edition.number is None:
        return _("No release yet, preview") if said["release"] is None else _("Release %(release)s, preview") % said
    if said["release"] is None:
        return _("No release yet, sheet %(number)s") % said
    return _("Release %(release)s, sheet %(number)s") % said


def _copy(edition: Edition) -> str:
    """Which paper of a counted number this is."""
    if edition.copy is None:
        return ""
    number, copies = edition.copy
    return _("copy %(number)s of %(copies)s, counted") % {"number": number, "copies": copies}


def _traveller(one: Any) -> dict[str, Any]:
    return {
        "letter": one.letter,
        "head": one.is_head,
        "name": one.name,
        "native": native_form(one.native_name, one.native_language, than=one.name),
        # A role that stands in place of a name says its function already.
        "function": "" if not one.function or one.function in one.name else one.function,
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


def days_of_event(event: Event) -> str:
    """First and last day with the year."""
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
