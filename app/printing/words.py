"""Words on paper and on schedule pages, in the language of whoever reads them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from babel import Locale
from babel.dates import format_date, format_skeleton

from app.agenda.enums import Part, SessionKind
from app.platform.i18n import current_locale, ngettext
from app.platform.i18n import gettext as _
from app.platform.rendering import LONG_DAYS, venue_time
from app.printing.itinerary import Item, Itinerary
from app.visits.enums import VisitKind

ATTENDING = frozenset({Part.MUST_ATTEND, Part.MAY_ATTEND})
ARTICLES = frozenset({"A", "An", "The"})


def day_words(on: date) -> str:
    """A day in full: "Tuesday 3 September" as each language writes it."""
    locale = current_locale()
    # Written out: asked for by skeleton, some languages answer with abbreviations.
    return format_date(on, LONG_DAYS.get(locale, "EEEE d MMMM"), locale=locale)


def short_day_words(on: date) -> str:
    if current_locale() == "en":
        return format_date(on, "EEE d MMM", locale="en")
    return format_skeleton("MMMEd", _noon(on), locale=current_locale())


def _noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12)


def day_at(instant: datetime, zone: str) -> date:
    """The date at the venue."""
    return venue_time(instant, zone).date()


def clock_words(instant: datetime, zone: str) -> str:
    return f"{venue_time(instant, zone):%H:%M}"


def part_words(part: str, minutes: int | None) -> str:
    """What a person does in a session."""
    words = {
        Part.SPEAKER: _("speaks"),
        Part.MODERATOR: _("moderates"),
        Part.HOST: _("hosts"),
        Part.PANELLIST: _("on the panel"),
        Part.MUST_ATTEND: _("attends"),
        Part.MAY_ATTEND: _("may attend"),
    }[Part(part)]
    if minutes is None:
        return words
    # Not inside an f-string: below Python 3.12 nothing is extracted from there.
    lasting = ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    return f"{words}, {lasting}"


def own_part_words(part: str, minutes: int | None) -> str:
    """What a person does in a session, said to that person."""
    if Part(part) is Part.SPEAKER and minutes is not None:
        return ngettext("You speak %(num)s minute", "You speak %(num)s minutes", minutes) % {"num": minutes}
    words = {
        Part.SPEAKER: _("You speak"),
        Part.MODERATOR: _("You moderate"),
        Part.HOST: _("You host"),
        Part.PANELLIST: _("You are on the panel"),
        Part.MUST_ATTEND: _("You attend"),
        Part.MAY_ATTEND: _("You may attend"),
    }[Part(part)]
    if minutes is None:
        return words
    lasting = ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": minutes}
    return f"{words}, {lasting}"


def _parts_words(item: Item, itinerary: Itinerary) -> list[str]:
    """Who does what in a session.

    On a schedule of one's own the reader is spoken to. On that of a delegation one who goes alone is named, and of
    several each part is said with the letters of who has it, unless all merely attend.
    """
    if item.part is None:
        return []
    if itinerary.delegate_id is not None:
        return [own_part_words(item.part, item.speaking_minutes)]
    if set(item.parts.values()) <= ATTENDING and len(set(item.parts.values())) < 2:
        return [part_words(item.part, item.speaking_minutes)]
    if len(item.goes) == 1:
        said = {"who": itinerary.traveller(item.goes[0]).name, "part": part_words(item.part, item.speaking_minutes)}
        return [_("%(who)s %(part)s") % said]
    letters = {one.delegate_id: one.letter for one in itinerary.travellers}
    parts = []
    for part in dict.fromkeys(item.parts[one] for one in item.goes):
        who = _listed(letters[one] for one in item.goes if item.parts[one] == part)
        minutes = item.speaking_minutes if part == item.part else None
        parts.append(f"{part_words(part, minutes)} ({who})")
    return parts


def kind_words(item: Item) -> str:
    """What kind of item it is."""
    if item.kind == "session":
        return session_kind_words(item.subkind)
    if item.kind == "meeting":
        return _("Meeting")
    return {
        VisitKind.ARRIVAL: _("Arrival"),
        VisitKind.TRANSFER: _("Transfer"),
        VisitKind.BILATERAL: _("Bilateral"),
        VisitKind.SIGNING: _("Signing"),
        VisitKind.SITE_VISIT: _("Visit"),
        VisitKind.MEAL: _("Meal"),
        VisitKind.DEPARTURE: _("Departure"),
    }[VisitKind(item.subkind)]


def session_kind_words(kind: str) -> str:
    """What kind of session it is."""
    return {
        SessionKind.CEREMONY: _("Ceremony"),
        SessionKind.PLENARY: _("Plenary"),
        SessionKind.ROUNDTABLE: _("Roundtable"),
        SessionKind.CASE_CITY: _("Case session"),
        SessionKind.WORKSHOP: _("Workshop"),
        SessionKind.EXHIBITION: _("Exhibition"),
        SessionKind.CULTURAL: _("Culture"),
        SessionKind.SIGNING: _("Signing"),
    }[SessionKind(kind)]


def title_words(item: Item) -> str:
    """The title of a row; a meeting is named after the other side."""
    if item.kind == "meeting":
        return _("Meeting with %(who)s") % {"who": _inside(item.title)}
    return item.title_in(current_locale())


def _inside(name: str) -> str:
    """A name inside a sentence: one that begins with an article is none that is written large there."""
    article, _space, rest = name.partition(" ")
    if article not in ARTICLES or not rest:
        return name
    return f"{article.lower()} {rest}" if current_locale() == "en" else f"“{name}”"


def note_words(item: Item, *, zone: str, itinerary: Itinerary) -> str:
    """The second line of a row: part, counterpart, topic, greeter, and whether the time is settled."""
    parts = _parts_words(item, itinerary)
    if item.kind == "visit" and item.state == "draft":
        parts.append(_("not confirmed"))
    if item.kind == "visit" and item.state == "changed":
        parts.append(_("changed, to be confirmed again"))
    if not item.is_time_known:
        parts.append(_("time not known, shown for illustration"))
    if item.leave_at is not None:
        parts.append(_("leave at %(clock)s") % {"clock": clock_words(item.leave_at, zone)})
    if item.counterpart:
        parts.append(item.counterpart)
    if item.companions:
        parts.append(_("together with %(who)s") % {"who": item.companions})
    if item.greeter:
        parts.append(_("met by %(who)s") % {"who": item.greeter})
    if item.detail:
        parts.append(item.detail)
    return " · ".join(parts)


COMMAS = {"ar": "، ", "zh": "、"}
"""What stands between the members of a list, where it is not a comma and a space."""


def where_words(item: Item) -> str:
    """Building and floor."""
    return ", ".join(part for part in (item.site, floor_words(item.floor)) if part and part != item.place)


def floor_words(floor: str | None) -> str:
    """A floor in the reader's language, where it is written as offices write it in English; else as it is written."""
    if not floor:
        return ""
    if floor.casefold() == "ground floor":
        return _("ground floor")
    numbered = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th) floor", floor.casefold())
    return _("floor %(number)s") % {"number": numbered[1]} if numbered and current_locale() != "en" else floor


def language_words(codes: tuple[str, ...], channels: Mapping[str, int] | None = None) -> str:
    """Languages by name: first those that are spoken, then those that are heard, each with its channel.

    Only the first begins with a capital where the language writes its own name small.
    """
    names = Locale.parse(current_locale()).languages
    heard = {code: channel for code, channel in (channels or {}).items() if code in codes}
    said = _listed(str(names.get(code, code)) for code in codes if code not in heard)
    if heard:
        listed = _listed(f"{names.get(code, code)} {heard[code]}" for code in codes if code in heard)
        on = ngettext("channel: %(languages)s", "channels: %(languages)s", len(heard)) % {"languages": listed}
        said = f"{said}; {on}" if said else on
    return said[:1].upper() + said[1:]


def _listed(names: Iterable[str]) -> str:
    return COMMAS.get(current_locale(), ", ").join(names)


def people_words(count: int) -> str:
    return ngettext("%(num)s person", "%(num)s people", count) % {"num": count}


def modality_words(modality: str) -> str:
    return {
        "south-south": _("South-South"),
        "north-south": _("North-South"),
        "north-north": _("North-North"),
        "triangular": _("Triangular"),
    }[modality]


def table_words() -> str:
    return _("table")


def category_words(category: str) -> str:
    """What a badge says that its colour says."""
    return {
        "government": _("City"),
        "business": _("Business"),
        "academia": _("Academia"),
        "civil_society": _("Civil society"),
        "international": _("International organisation"),
        "accompanying": _("Accompanying"),
    }[category]


def role_words(role: str) -> str:
    """What a member does in a partnership."""
    return {
        "partner": _("partner"),
        "beneficiary": _("beneficiary"),
        "pivotal": _("pivotal"),
        "facilitating": _("facilitating"),
    }[role]


def consent_words(consent: str) -> str:
    return {"pending": _("no answer yet"), "accepted": _("accepted"), "declined": _("declined")}[consent]


def partnership_words(state: str) -> str:
    """How a partnership stands."""
    return {
        "proposed": _("proposed, nobody asked yet"),
        "asked": _("waits for answers"),
        "confirmed": _("confirmed by all"),
        "declined": _("declined"),
        "withdrawn": _("withdrawn"),
    }[state]
