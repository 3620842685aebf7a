"""How much a group of interpreters works on each day, against what is usual."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.agenda.models import AgendaDraft
from app.agenda.planner import AgendaFacts
from app.events.models import Resource
from app.events.queries import day_of

MOST_MINUTES_A_DAY = 360
"""An interpreter's day is six hours with breaks."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One day of a resource in a draft: minutes of work in all, shared by as many as there are."""

    on: date
    minutes: int
    people: int

    @property
    def minutes_each(self) -> int:
        return -(-self.minutes // max(1, self.people))

    @property
    def is_too_much(self) -> bool:
        return self.minutes_each > MOST_MINUTES_A_DAY


def workload_of(facts: AgendaFacts, draft: AgendaDraft, resource: Resource) -> tuple[Workload, ...]:
    """What the sessions of a draft ask of a resource, by day."""
    sessions = {item.id: item for item in facts.sessions}
    minutes: dict[date, int] = {}
    for placement in draft.placements:
        item = sessions.get(placement.session_id)
        for use in item.uses if item else ():
            if item is not None and use.resource_id == resource.id:
                on = day_of(facts.event, placement.starts_at)
                minutes[on] = minutes.get(on, 0) + use.units * item.duration_minutes
    return tuple(_in_order(minutes, resource.capacity))


def _in_order(minutes: dict[date, int], people: int) -> Iterable[Workload]:
    for on, number in sorted(minutes.items()):
        yield Workload(on=on, minutes=number, people=people)
