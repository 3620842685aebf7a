"""What validation and explanation say, in the words of the organiser: titles, names, clock times."""

import re
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from app.agenda.planner.facts import AgendaFacts
from app.agenda.planner.problems import person_key
from app.delegations.names import latin_name_of

FORMS = re.compile(
    r"'(?P<id>[^']+)'"
    r"|from (?P<since>\d+) to (?P<until>\d+)"
    r"|to start (?P<pinned>\d+)(?:, not (?P<instead>\d+))?"
    r"|(?P<verb>starts at|ends at|At) (?P<tick>\d+)"
    r"|(?P<grains>\d+) grains"
)
"""One pass over a sentence, so that a title that happens to read like one of these is left alone."""


def names_of(facts: AgendaFacts) -> dict[str, str]:
    """How a page calls what a problem file names by ID."""
    names = {resource.code: resource.name for resource in facts.resources}
    names |= {person_key(one.id): latin_name_of(one) for one in facts.delegates.values()}
    names |= {room.slug: room.name for room in facts.rooms}
    return names | {item.slug: f"“{item.title}”" for item in facts.sessions}


def say(facts: AgendaFacts, names: Mapping[str, str], sentence: str) -> str:
    """A sentence of the scheduler as an organiser reads it."""

    def worded(found: re.Match[str]) -> str:
        part = found.groupdict()
        if part["id"] is not None:
            return names.get(part["id"]) or _plain(part["id"])
        if part["since"] is not None:
            return f"from {moment(facts, int(part['since']))} to {_end(facts, part['since'], part['until'])}"
        if part["pinned"] is not None:
            instead = f", not {moment(facts, int(part['instead']))}" if part["instead"] else ""
            return f"to start {moment(facts, int(part['pinned']))}{instead}"
        if part["tick"] is not None:
            return f"{part['verb']} {moment(facts, int(part['tick']))}"
        return f"{int(part['grains']) * facts.grid.grain_minutes} minutes"

    return FORMS.sub(worded, sentence)


def moment(facts: AgendaFacts, tick: int) -> str:
    """A tick as day and time at the venue."""
    at = facts.grid.instant(tick).astimezone(ZoneInfo(facts.event.timezone))
    return f"{_short(at.date())} {at:%H:%M}"


def _end(facts: AgendaFacts, since: str, until: str) -> str:
    """The end of a stretch of time, without the day where that is the day of its start."""
    zone = ZoneInfo(facts.event.timezone)
    start, end = (facts.grid.instant(int(tick)).astimezone(zone) for tick in (since, until))
    return f"{end:%H:%M}" if start.date() == end.date() else moment(facts, int(until))


def _plain(name: str) -> str:
    """A day by its date, anything else (a layout, a feature) without its underscores."""
    try:
        return _short(date.fromisoformat(name))
    except ValueError:
        return name.replace("_", " ")


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
