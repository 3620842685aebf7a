"""What hangs at a door and stands on a table: the day of a room, the day of a table."""

from typing import Any

from app.agenda.queries import newest_release
from app.agenda.shown import ShownSession, shown_sessions
from app.events.queries import day_of, rooms_of, tables_of
from app.meetings.queries import meetings_of
from app.platform.codes import code_of
from app.platform.i18n import current_locale
from app.platform.i18n import gettext as _
from app.printing import words
from app.printing.desk.values import Desk, Setting, frame
from app.printing.queries.venue import channels_of


def door_sheets(desk: Desk) -> Setting:
    """A sheet for each room and day on which something is released there, by room and day.

    A door is public: pairs that did not agree to be named are not.
    """
    release = newest_release(desk.session, desk.event.id)
    order = {room.slug: number for number, room in enumerate(rooms_of(desk.session, desk.event.id))}
    days: dict[tuple[int, str], list[ShownSession]] = {}
    for one in shown_sessions(desk.session, desk.event, release):
        room = order.get(one.frozen["room_slug"], len(order))
        days.setdefault((room, day_of(desk.event, one.starts_at).isoformat()), []).append(one)
    sheets = [_door(desk, placed) for _key, placed in sorted(days.items())]
    title = _("Door sheets")
    return Setting(template="door", title=f"{title}, {desk.event.name}", sheets=sheets or [_empty(desk, "door")])


def _door(desk: Desk, placed: list[ShownSession]) -> dict[str, Any]:
    first, channels = placed[0], channels_of(desk.session, desk.event.id)
    return frame(desk) | {
        "kind": "door",
        "name": str(first.frozen["room"]),
        "place": ", ".join(
            str(part) for part in (first.frozen["site"], words.floor_words(first.frozen["floor"])) if part
        ),
        "day": words.day_words(day_of(desk.event, first.starts_at)),
        "qr": code_of(f"{desk.base_url}/e/{desk.event.slug}/agenda?room={first.frozen['room_slug']}")
        if desk.base_url
        else None,
        "code": _("Code that opens today's plan"),
        "rows": [
            _row(
                desk,
                one.starts_at,
                one.ends_at,
                title=str(one.frozen["titles"].get(current_locale()) or one.frozen["title"]),
                note=words.language_words(tuple(one.frozen["languages"]), channels) if one.frozen["languages"] else "",
            )
            for one in sorted(placed, key=lambda one: one.starts_at)
        ],
    }


def table_cards(desk: Desk) -> Setting:
    """A card for each meeting table and day with a meeting, by number; the topic stays off the card."""
    days: dict[tuple[int, str], list[Any]] = {}
    for meeting in meetings_of(desk.session, desk.event.id):
        days.setdefault((meeting.table_id, day_of(desk.event, meeting.slot.starts_at).isoformat()), []).append(meeting)
    tables = tables_of(desk.session, desk.event.id)
    sheets = [
        _card(desk, table.number, held)
        for table in sorted(tables, key=lambda one: one.number)
        for key, held in sorted(days.items())
        if key[0] == table.id
    ]
    title = _("Table cards")
    return Setting(template="door", title=f"{title}, {desk.event.name}", sheets=sheets or [_empty(desk, "card")])


def _card(desk: Desk, number: int, held: list[Any]) -> dict[str, Any]:
    room = held[0].table.room
    return frame(desk) | {
        "kind": "card",
        "name": _("Table %(number)s") % {"number": number},
        "place": ", ".join(part for part in (room.name, room.site.name, words.floor_words(room.floor)) if part),
        "day": words.day_words(day_of(desk.event, held[0].slot.starts_at)),
        "qr": None,
        "code": "",
        "rows": [
            _row(
                desk,
                one.slot.starts_at,
                one.slot.ends_at,
                title=" – ".join(sorted({person.delegate.delegation.name for person in one.wish.people})),
                note="",
            )
            for one in held
        ],
    }


def _row(desk: Desk, starts_at: Any, ends_at: Any, *, title: str, note: str) -> dict[str, str]:
    zone = desk.event.timezone
    return {
        "start": words.clock_words(starts_at, zone),
        "until": _("to %(clock)s") % {"clock": words.clock_words(ends_at, zone)},
        "title": title,
        "note": note,
    }


def _empty(desk: Desk, kind: str) -> dict[str, Any]:
    """One page that says why there is none."""
    said = _("Nothing is released yet.") if kind == "door" else _("No meeting is held yet.")
    return frame(desk) | {
        "kind": kind, "name": said, "place": "", "day": "", "qr": None, "code": "", "rows": [],
    }  # fmt: skip
