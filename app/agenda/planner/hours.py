"""Hours of rooms and people as an organiser typed them: when they are not there, and what a mend adds to them.

In problem files both have the hours in which they may be used, nights among them, which nobody has ever typed.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from app.agenda.planner.facts import AgendaFacts
from app.agenda.planner.sentences import moment
from app.events.shifts import Interval, free_of
from app.platform.i18n import gettext as _

Hours = Sequence[Interval]


def said_of_hours(facts: AgendaFacts, problem: Any, *, kind: str, index: int, name: str) -> str | None:
    """A fact about the hours of a room or a person; ``None`` where they are there on all days."""
    field = "open" if kind == "rooms" else "available"
    hours = problem[kind][index][field]
    missed = [part for day in problem["days"] for part in free_of((day["start"], day["end"]), hours)]
    if not missed:
        return None
    said = _("%(name)s is closed %(hours)s.") if kind == "rooms" else _("%(name)s is not there %(hours)s.")
    return said % {"name": name, "hours": spoken(facts, missed)}


def added(before: Hours, after: Hours) -> list[Interval]:
    """What the hours of a mend have that those of now have not."""
    return [part for one in after for part in free_of((one[0], one[1]), [(since, until) for since, until in before])]


def spoken(facts: AgendaFacts, hours: Iterable[Interval]) -> str:
    """Stretches of time, each with its day, and with that of its end where this is another one."""
    return ", ".join(_span(facts, since, until) for since, until in hours)


def _span(facts: AgendaFacts, since: int, until: int) -> str:
    zone = ZoneInfo(facts.event.timezone)
    start, end = (facts.grid.instant(tick).astimezone(zone) for tick in (since, until))
    last = f"{end:%H:%M}" if start.date() == end.date() else moment(facts, until)
    return f"{moment(facts, since)} – {last}"
