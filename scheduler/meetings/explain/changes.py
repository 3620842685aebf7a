"""Concrete new values: what a plan of the eased problem shows to be enough, in words of the file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.core.blocking import shrink
from scheduler.core.explanation import Fix
from scheduler.meetings.explain.blocking import Blocking
from scheduler.meetings.explain.facts import REMOVED, Candidate, with_tables
from scheduler.meetings.idle import waiting_by_person
from scheduler.meetings.problem import MeetingsProblem, Resource
from scheduler.meetings.solution import Meeting, MeetingsSolution

_RANKS = (
    ("pin",),
    ("busy", "absent", "slots", "block", "open", "zone", "zones", "table", "after"),
    ("max", "tables", "capacity", "seats", "fairness"),
    ("level",),
    ("uses",),
    ("vetoes",),
)
"""Kinds of fact from the cheapest change to the dearest; a person's "no" is the last thing to touch."""

_FEW = 20


@dataclass(frozen=True)
class Change:
    """A fix, and the entry that makes it in the file."""

    fix: Fix
    entry: tuple[str, Any]


@dataclass(frozen=True)
class _Eased:
    """A problem, a fact that is neutral for once, and a plan that this allows."""

    problem: MeetingsProblem
    fact: Candidate
    plan: MeetingsSolution
    search: Blocking


RAISING_A_CAPACITY = 2
"""The rank of more seats."""


def cost(fact: Candidate) -> int:
    """The rank of changing a fact."""
    kind = _kind(fact)
    return next(rank for rank, kinds in enumerate(_RANKS) if kind in kinds)


def neutral_change(fact: Candidate) -> Change:
    """The change that makes a fact neutral altogether."""
    kind, path, value = _kind(fact), fact.fact.path, fact.neutral
    if kind == "uses":
        return _change(path, 0, f"plan {fact.fact.ids[0]} without {fact.fact.ids[1]}")
    if value is REMOVED:
        return Change(Fix(path=path, to=None, message=_SAID[kind].format(*fact.fact.ids)), (path, REMOVED))
    return _change(path, value, _SAID[kind].format(*fact.fact.ids))


def concrete(problem: MeetingsProblem, fact: Candidate, plan: MeetingsSolution, search: Blocking) -> Change:
    """The least change at a fact's path that a plan of the eased problem shows to be enough for that plan."""
    smallest = _SMALLEST.get(_kind(fact))
    return (smallest and smallest(_Eased(problem, fact, plan, search))) or neutral_change(fact)


def seat_changes(problem: MeetingsProblem) -> Iterator[Change]:
    """More seats at a table, for wishes that must be held and find too few there."""
    sizes = {len(wish.people) for wish in problem.wishes if wish.level == "must" or wish.pin is not None}
    kinds: set[tuple[object, ...]] = set()
    for index, table in enumerate(problem.tables):
        for size in sorted(size for size in sizes if size > table.seats):
            kind = table.zone, table.open, size
            if kind not in kinds and len(kinds) < _FEW:
                kinds.add(kind)
                yield _change(f"tables[{index}].seats", size, f"give table {table.id} {size} seats")


_SAID = {
    "pin": "drop the pin of {}",
    "busy": "free {} from other engagements",
    "absent": "let {} come at any time",
    "slots": "let {} be held in any slot",
    "block": "let {} be held in any block",
    "open": "open table {} in all slots",
    "zone": "let {} be held in any zone",
    "zones": "let {} serve all zones",
    "table": "let {} meet at any table",
    "after": "let {} be held before {} too",
    "max": "drop the maximum of {}",
    "tables": "add tables",
    "capacity": "raise the capacity of {}",
    "fairness": "drop the limit of fairness",
    "level": "make {} a wish that may be left out",
    "vetoes": "let {} and {} meet after all",
}


def _kind(fact: Candidate) -> str:
    path = fact.fact.path
    if ".uses." in path:
        return "uses"
    return path.split(".")[-1].split("[")[0]


def _index(fact: Candidate) -> int:
    return int(fact.fact.path.split("[")[1].split("]")[0])


def _change(path: str, to: Any, message: str) -> Change:
    return Change(Fix(path=path, to=to, message=message), (path, to))


def _meetings_of(problem: MeetingsProblem, plan: MeetingsSolution, person: str) -> list[Meeting]:
    people_of = {wish.id: wish.people for wish in problem.wishes}
    return [meeting for meeting in plan.meetings if person in people_of[meeting.wish]]


def _freed(eased: _Eased) -> Change | None:
    """Busy or absent slots without those in which the plan has the person meet."""
    person, kind = eased.problem.people[_index(eased.fact)], _kind(eased.fact)
    blocked: tuple[str, ...] = getattr(person, kind)
    slots = {slot.id: slot for slot in eased.problem.slots}
    meets = [slots[meeting.slot] for meeting in _meetings_of(eased.problem, eased.plan, person.id)]
    hindering = [name for name in blocked if any(slots[name].overlaps(slot) for slot in meets)]

    def is_enough(freed: Sequence[str]) -> bool:
        left = [name for name in blocked if name not in freed]
        return eased.search.oracle.plan(eased.search.with_changes([(eased.fact.fact.path, left)])) is not None

    hindering = list(shrink(hindering, is_enough))
    said = "free {} in {}" if kind == "busy" else "let {} come in {}"
    message = said.format(person.id, ", ".join(hindering))
    if len(hindering) == 1:
        path = f"{eased.fact.fact.path}[{blocked.index(hindering[0])}]"
        return Change(Fix(path=path, to=None, message=message), (path, REMOVED))
    if not hindering:
        return None
    return _change(eased.fact.fact.path, [name for name in blocked if name not in hindering], message)


def _more_slots(eased: _Eased) -> Change | None:
    wish = eased.problem.wishes[_index(eased.fact)]
    allowed = wish.slots or ()
    used = [meeting.slot for meeting in eased.plan.meetings if meeting.wish == wish.id and meeting.slot not in allowed]
    if not used:
        return None
    return _change(eased.fact.fact.path, [*allowed, *used], f"let {wish.id} be held in {used[0]} too")


def _opened(eased: _Eased) -> Change | None:
    table = eased.problem.tables[_index(eased.fact)]
    open_slots = table.open or ()
    used = [
        meeting.slot for meeting in eased.plan.meetings if meeting.table == table.id and meeting.slot not in open_slots
    ]

    def is_enough(added: Sequence[str]) -> bool:
        changes = [(eased.fact.fact.path, [*open_slots, *added])]
        return eased.search.oracle.plan(eased.search.with_changes(changes)) is not None

    used = list(shrink(list(dict.fromkeys(used)), is_enough))
    if not used:
        return None
    return _change(eased.fact.fact.path, [*open_slots, *used], f"open table {table.id} in {', '.join(used)} too")


def _raised_maximum(eased: _Eased) -> Change | None:
    person = eased.problem.people[_index(eased.fact)]
    count = len(_meetings_of(eased.problem, eased.plan, person.id))
    return _change(eased.fact.fact.path, count, f"allow {person.id} {count} meetings")


def _more_tables(eased: _Eased) -> Change | None:
    present = {table.id for table in eased.problem.tables}
    used = {meeting.table for meeting in eased.plan.meetings} - present
    tables = with_tables(eased.problem, each=None)
    own, extra = tables[: len(present)], [table for table in tables if table["id"] in used]

    def is_enough(kept: Sequence[Any]) -> bool:
        return eased.search.oracle.plan(eased.search.with_changes([("tables", [*own, *kept])])) is not None

    kept = shrink(extra, is_enough)
    if not kept:
        return None
    return _change("tables", [*own, *kept], f"add {len(kept)} table{'' if len(kept) == 1 else 's'}")


def _raised_capacity(eased: _Eased) -> Change | None:
    resource = eased.problem.resources[_index(eased.fact)]
    peak = _peak(eased.problem, resource, eased.plan)
    if peak <= resource.capacity:
        return None
    for capacity in range(resource.capacity + 1, min(peak, resource.capacity + _FEW)):
        if eased.search.oracle.plan(eased.search.with_changes([(eased.fact.fact.path, capacity)])) is not None:
            peak = capacity
            break
    return _change(eased.fact.fact.path, peak, f"raise the capacity of {resource.id} to {peak}")


def _peak(problem: MeetingsProblem, resource: Resource, plan: MeetingsSolution) -> int:
    """The most units in use at once, what is taken elsewhere included."""
    slots = {slot.id: slot for slot in problem.slots}
    uses = {wish.id: wish.uses.get(resource.id, 0) for wish in problem.wishes}
    used = [(slots[meeting.slot], uses[meeting.wish]) for meeting in plan.meetings]
    used += [(slots[slot], units) for slot, units in resource.taken.items()]
    moments = {slot.start for slot in problem.slots}
    return max(sum(units for slot, units in used if slot.start <= moment < slot.end) for moment in moments)


def _more_zones(eased: _Eased) -> Change | None:
    resource = eased.problem.resources[_index(eased.fact)]
    users = {wish.id for wish in eased.problem.wishes if wish.uses.get(resource.id)}
    zone_of = {table.id: table.zone for table in eased.problem.tables}
    zones = {zone_of[meeting.table] for meeting in eased.plan.meetings if meeting.wish in users}
    added = sorted(zone for zone in zones if zone is not None and zone not in (resource.zones or ()))
    if not added or None in zones:
        return None
    to = [*(resource.zones or ()), *added]
    return _change(eased.fact.fact.path, to, f"let {resource.id} serve {', '.join(added)} too")


def _fairer(eased: _Eased) -> Change | None:
    fairness = eased.problem.fairness
    if fairness is None or fairness.max_difference is None:
        return None
    units = [waited.units(fairness.term) for waited in waiting_by_person(eased.problem, eased.plan.meetings).values()]
    most = max(units, default=0) - min(units, default=0)
    path = "fairness.max_difference"
    for allowed in range(fairness.max_difference + 1, min(most, fairness.max_difference + _FEW)):
        if eased.search.oracle.plan(eased.search.with_changes([(path, allowed)])) is not None:
            most = allowed
            break
    return _change(path, most, f"allow a difference of {most} units of {fairness.term}")


_SMALLEST: dict[str, Callable[[_Eased], Change | None]] = {
    "busy": _freed,
    "absent": _freed,
    "slots": _more_slots,
    "open": _opened,
    "max": _raised_maximum,
    "tables": _more_tables,
    "capacity": _raised_capacity,
    "zones": _more_zones,
    "fairness": _fairer,
}
