"""The programme of a release as a booklet: cover, days, rooms, sessions with their people, index."""

from typing import Any

from app.agenda.shown import NamedOn, ShownSession
from app.events.queries import day_of
from app.platform import i18n
from app.platform.codes import code_of
from app.platform.i18n import gettext as _
from app.platform.wording import folded
from app.printing import words
from app.printing.plan import plan_of
from app.printing.programme.values import Programme
from app.printing.sheets import days_of_event, native_form
from app.printing.typesetting import typeset


def booklet_pdf(programme: Programme) -> bytes:
    """The booklet in the language that is spoken. The same release gives the same bytes.

    Raises:
        Refused: a letter is missing from our fonts.
    """
    values = booklet_of(programme)
    return typeset([values], title=values["name"], at=programme.release.released_at, template="booklet")


def booklet_of(programme: Programme) -> dict[str, Any]:
    """What the booklet says; nobody is named who is not named on the page."""
    event, locale = programme.event, i18n.current_locale()
    foot = [event.name]
    if event.is_demonstration:
        foot.append(_("Demonstration data. Times, rooms and pairs are illustrative."))
    return {
        "lang": locale,
        "rtl": i18n.direction(locale) == "rtl",
        "name": event.name,
        "title": i18n.pick(event.titles, locale) if event.titles else event.name,
        "when": days_of_event(event),
        "venue": ", ".join(part for part in (event.venue_name, event.venue_address) if part),
        "organisers": " · ".join(event.organisers),
        "version": _version(programme),
        "qr": code_of(programme.page),
        "days": [
            {"title": words.day_words(day.on), "sessions": [_session(programme, one) for one in programme.on(day.on)]}
            for day in programme.days
        ],
        "rooms": _rooms(programme),
        "plan": plan_of(programme.venue, is_illustrative=event.is_demonstration),
        "used": sorted({str(one.frozen["room"]) for one in programme.sessions}),
        "people": _people(programme),
        "foot": ". ".join(foot) if len(foot) > 1 else foot[0],
        "words": _words(),
    }


def _words() -> dict[str, str]:
    return {
        "programme": _("Programme"),
        "contents": _("Contents"),
        "rooms": _("Rooms"),
        "index": _("Index of people"),
        "nobody": _("Nobody on these sessions agreed to be named."),
        "nothing": _("Nothing is planned on this day."),
        "qr": _("Code that opens today's programme"),
        "live": _("Changes are shown on the page that this code opens."),
        "page": _("page"),
    }


def _version(programme: Programme) -> str:
    release, zone = programme.release, programme.event.timezone
    moment = f"{words.short_day_words(day_of(programme.event, release.released_at))}, "
    said = {
        "number": release.number,
        "name": release.name,
        "moment": moment + words.clock_words(release.released_at, zone),
    }
    return _("Release %(number)s, %(name)s, of %(moment)s") % said


def _session(programme: Programme, one: ShownSession) -> dict[str, Any]:
    frozen, zone = one.frozen, programme.event.timezone
    place = (frozen["room"], frozen["site"], words.floor_words(frozen["floor"]))
    challenge = i18n.pick(frozen["challenge_names"], i18n.current_locale()) if frozen["challenge_names"] else ""
    languages = words.language_words(tuple(frozen["languages"]), programme.channels) if frozen["languages"] else ""
    return {
        "key": f"session-{one.session_id}",
        "start": words.clock_words(one.starts_at, zone),
        "until": _("to %(clock)s") % {"clock": words.clock_words(one.ends_at, zone)},
        "title": title_of(one),
        "place": ", ".join(str(part) for part in place if part),
        "about": " · ".join(part for part in (words.session_kind_words(frozen["kind"]), challenge, languages) if part),
        "abstract": frozen["abstract"] or "",
        "people": [_person(person) for person in programme.names.get(one.id, ())],
    }


def _person(person: NamedOn) -> dict[str, Any]:
    return {
        "name": person.name,
        "native": native_form(person.native_name, person.native_language, than=person.name),
        "part": words.part_words(person.part, None),
    }


def title_of(one: ShownSession) -> str:
    """The title in the language that is spoken, where it has one."""
    return str(one.frozen["titles"].get(i18n.current_locale()) or one.frozen["title"])


def _rooms(programme: Programme) -> list[dict[str, Any]]:
    """Each room in which something is released, with what happens there."""
    zone, rooms = programme.event.timezone, []
    for room in programme.rooms:
        held = [one for one in programme.sessions if one.frozen["room_slug"] == room.slug]
        if not held:
            continue
        rows = [
            {
                "key": f"session-{one.session_id}",
                "day": words.short_day_words(day_of(programme.event, one.starts_at)),
                "start": words.clock_words(one.starts_at, zone),
                "title": title_of(one),
            }
            for one in held
        ]
        where = ", ".join(part for part in (room.site.name, words.floor_words(room.floor)) if part)
        rooms.append({"name": room.name, "where": where, "rows": rows})
    return rooms


def _people(programme: Programme) -> list[dict[str, Any]]:
    """Everybody who is named, by name in Latin letters, with the sessions they are on."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in programme.sessions:
        for person in programme.names.get(one.id, ()):
            entry = found.setdefault((person.name, person.native_name or ""), _person(person) | {"keys": []})
            entry["keys"].append(f"session-{one.session_id}")
    return [entry for _key, entry in sorted(found.items(), key=lambda pair: (folded(pair[0][0]), pair[0]))]
