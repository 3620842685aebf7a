"""The programme as files that other programs read: JSON, frab's schedule.xml, iCalendar, CSV and XLSX."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sqlalchemy.orm import Session

from app.agenda.shown import ShownSession, public_releases
from app.agenda.table import HEADERS, rows_of
from app.events.queries import local
from app.platform import i18n
from app.platform.i18n import gettext as _
from app.platform.spreadsheets import MEDIA_TYPES, written
from app.printing import words
from app.printing.feeds import Told, calendar_of
from app.printing.programme.values import Programme

Extension = Literal["json", "xml", "ics", "csv", "xlsx"]


@dataclass(frozen=True)
class Format:
    """How a programme is written, and what a browser is told that it is."""

    media_type: str
    write: Callable[[Session, Programme], bytes]


def as_json(_session: Session, programme: Programme) -> bytes:
    """Everything that is public of the release, with titles in all languages; times with the offset of the venue."""
    event, release = programme.event, programme.release
    document = {
        "format": "bridge-programme/1",
        "event": {
            "slug": event.slug,
            "name": event.name,
            "starts_on": event.starts_on.isoformat(),
            "ends_on": event.ends_on.isoformat(),
            "timezone": event.timezone,
            "venue": event.venue_name,
            "url": programme.page,
            "is_demonstration": event.is_demonstration,
        },
        "release": {
            "number": release.number,
            "name": release.name,
            "released_at": _instant(programme, release.released_at),
        },
        "rooms": [
            {"slug": room.slug, "name": room.name, "site": room.site.name, "floor": room.floor}
            for room in programme.rooms
            if room.takes_sessions
        ],
        "sessions": [_document_of(programme, one) for one in programme.sessions],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _document_of(programme: Programme, one: ShownSession) -> dict[str, Any]:
    frozen = one.frozen
    return {
        "id": one.session_id,
        "guid": _guid(programme, one),
        "starts_at": _instant(programme, one.starts_at),
        "ends_at": _instant(programme, one.ends_at),
        "room": frozen["room_slug"],
        "kind": frozen["kind"],
        "title": frozen["title"],
        "titles": frozen["titles"],
        "abstract": frozen["abstract"],
        "languages": frozen["languages"],
        "challenge": frozen["challenge"],
        "people": [person.name for person in programme.names.get(one.id, ())],
        "is_attested": frozen["attestation"] == "attested",
        "url": programme.page_of(one),
    }


def as_frab(_session: Session, programme: Programme) -> bytes:
    """``schedule.xml`` as frab and pretalx write it and as programme apps read it."""
    event = programme.event
    root = Element("schedule")
    SubElement(root, "generator", name="BRIDGE", version="1")
    SubElement(root, "version").text = f"{programme.release.number} {programme.release.name}"
    conference = SubElement(root, "conference")
    for name, text in (
        ("acronym", event.slug),
        ("title", event.name),
        ("start", event.starts_on.isoformat()),
        ("end", event.ends_on.isoformat()),
        ("days", str(len(programme.days))),
        ("timeslot_duration", _duration(event.grain_minutes)),
        ("base_url", programme.base_url),
        ("time_zone_name", event.timezone),
    ):
        SubElement(conference, name).text = text
    for number, day in enumerate(programme.days, start=1):
        element = SubElement(root, "day", index=str(number), date=day.on.isoformat())
        element.set("start", _instant(programme, day.starts_at))
        element.set("end", _instant(programme, day.ends_at))
        _add_rooms(element, programme, programme.on(day.on))
    indent(root, " ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()


def _add_rooms(day: Element, programme: Programme, sessions: tuple[ShownSession, ...]) -> None:
    order = {room.slug: number for number, room in enumerate(programme.rooms)}
    used = sorted({one.frozen["room_slug"] for one in sessions}, key=lambda slug: (order.get(slug, len(order)), slug))
    for slug in used:
        held = [one for one in sessions if one.frozen["room_slug"] == slug]
        element = SubElement(day, "room", name=str(held[0].frozen["room"]))
        for one in held:
            _add_session(element, programme, one)


def _add_session(room: Element, programme: Programme, one: ShownSession) -> None:
    frozen, starts_at = one.frozen, local(programme.event, one.starts_at)
    element = SubElement(room, "event", id=str(one.session_id), guid=_guid(programme, one))
    minutes = int((one.ends_at - one.starts_at).total_seconds() // 60)
    for name, text in (
        ("room", str(frozen["room"])),
        ("title", str(frozen["title"])),
        ("subtitle", ""),
        ("type", str(frozen["kind"])),
        ("date", starts_at.isoformat()),
        ("start", f"{starts_at:%H:%M}"),
        ("duration", _duration(minutes)),
        ("abstract", frozen["abstract"] or ""),
        ("slug", str(frozen["slug"])),
        ("track", frozen["challenge_names"].get("en") or frozen["challenge"] or ""),
        ("language", next(iter(frozen["languages"]), "")),
        ("url", programme.page_of(one)),
    ):
        SubElement(element, name).text = text
    persons = SubElement(element, "persons")
    for person in programme.names.get(one.id, ()):
        SubElement(persons, "person").text = person.name


def as_calendar(session: Session, programme: Programme) -> bytes:
    """What is released, with the numbers that calendars want: they rise with every move, what went is cancelled."""
    told: dict[str, Told] = {}
    for release, shown in public_releases(session, programme.event):
        fresh = {one.uid: one for one in (_told(programme, one, at=release.released_at) for one in shown)}
        for uid in told.keys() | fresh.keys():
            told[uid] = _after(told.get(uid), fresh.get(uid), at=release.released_at)
    name, locale = _("Agenda"), i18n.current_locale()
    return calendar_of(programme.event, name=name, locale=locale, items=told.values(), shows_guarded=True)


def _told(programme: Programme, one: ShownSession, *, at: datetime) -> Told:
    frozen = one.frozen
    place = [str(part) for part in (frozen["room"], frozen["site"], frozen["floor"]) if part]
    note = [str(frozen["abstract"] or ""), words.language_words(tuple(frozen["languages"])), programme.page_of(one)]
    return Told(
        # The same as in the calendars of people, where it is the same session.
        uid=f"session-{one.session_id}@{programme.event.slug}",
        sequence=0,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        title=str(frozen["titles"].get(i18n.current_locale()) or frozen["title"]),
        place=", ".join(place),
        note="\n".join(part for part in note if part),
        is_guarded=False,
        is_cancelled=False,
        told_at=at,
    )


def _after(before: Told | None, fresh: Told | None, *, at: datetime) -> Told:
    """How calendars are told of a session after one more release."""
    if before is None:
        assert fresh is not None
        return fresh
    if fresh is None:
        return before if before.is_cancelled else before.followed(by=before, at=at, is_cancelled=True)
    return before if before.said == fresh.said and not before.is_cancelled else before.followed(by=fresh, at=at)


def as_csv(_session: Session, programme: Programme) -> bytes:
    """A row a session; it can be brought back."""
    rows = rows_of(programme.event, programme.sessions, programme.names)
    return written("csv", title=programme.event.name, headers=HEADERS, rows=rows)


def as_xlsx(_session: Session, programme: Programme) -> bytes:
    """The same rows for a spreadsheet."""
    rows = rows_of(programme.event, programme.sessions, programme.names)
    return written("xlsx", title=programme.event.name, headers=HEADERS, rows=rows)


FORMATS: Mapping[Extension, Format] = {
    "json": Format("application/json", as_json),
    "xml": Format("application/xml", as_frab),
    "ics": Format("text/calendar; charset=utf-8", as_calendar),
    "csv": Format(MEDIA_TYPES["csv"], as_csv),
    "xlsx": Format(MEDIA_TYPES["xlsx"], as_xlsx),
}


def _guid(programme: Programme, one: ShownSession) -> str:
    """The same over releases, another in every edition."""
    return str(uuid5(NAMESPACE_URL, f"bridge:{programme.event.slug}:{one.session_id}"))


def _instant(programme: Programme, instant: datetime) -> str:
    return local(programme.event, instant).isoformat()


def _duration(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
