"""Which held meetings a draft leaves no interpreter, and how many are left for the others."""

from collections.abc import Iterable, Mapping, Sequence

from app.agenda.differences import Entry
from app.agenda.planner import AgendaFacts
from app.meetings.models import Meeting

Units = Mapping[str, Mapping[int, int]]
"""How many of each resource are taken, by its code and by tick."""


def units_of_draft(facts: AgendaFacts, entries: Iterable[Entry]) -> Units:
    """What the sessions of a draft take, by their places."""
    codes = {resource.id: resource.code for resource in facts.resources}
    uses = {item.id: item.uses for item in facts.sessions}
    taken: dict[str, dict[int, int]] = {}
    for entry in entries:
        for use in uses[entry.session_id]:
            ticks = facts.grid.ticks(entry.place.starts_at, entry.place.ends_at)
            _add(taken, codes[use.resource_id], ticks, use.units)
    return taken


def units_beside(facts: AgendaFacts, of_draft: Units, staying: Iterable[Meeting]) -> dict[str, dict[int, int]]:
    """The same with work elsewhere and with the meetings that stay."""
    taken = {code: dict(ticks) for code, ticks in of_draft.items()}
    for unit, ticks in facts.resources_taken.items():
        _add(taken, unit.rpartition("#")[0], ticks, 1)
    codes = {resource.id: resource.code for resource in facts.resources}
    for meeting in staying:
        if meeting.wish.resource_id in codes:
            _add(taken, codes[meeting.wish.resource_id], _ticks(facts, meeting), 1)
    return taken


def without_interpreter(facts: AgendaFacts, of_draft: Units, meetings: Sequence[Meeting]) -> list[Meeting]:
    """The meetings whose interpreters sessions of the draft need; pinned ones keep theirs as long as there are any.

    Where no session needs them nothing is taken from a meeting, however few there are by now.
    """
    resources = {resource.id: resource for resource in facts.resources}
    taken = units_beside(facts, of_draft, ())
    left: list[Meeting] = []
    for meeting in sorted(meetings, key=lambda one: (not one.is_pinned, one.id)):
        resource = resources.get(meeting.wish.resource_id or 0)
        if resource is None:
            continue
        ticks, used = _ticks(facts, meeting), taken.get(resource.code, {})
        needed = of_draft.get(resource.code, {})
        if any(needed.get(tick) and used.get(tick, 0) >= resource.capacity for tick in ticks):
            left.append(meeting)
        else:
            _add(taken, resource.code, ticks, 1)
    return left


def _ticks(facts: AgendaFacts, meeting: Meeting) -> range:
    return facts.grid.ticks(meeting.slot.starts_at, meeting.slot.ends_at)


def _add(taken: dict[str, dict[int, int]], code: str, ticks: Iterable[int], units: int) -> None:
    of_code = taken.setdefault(code, {})
    for tick in ticks:
        of_code[tick] = of_code.get(tick, 0) + units
