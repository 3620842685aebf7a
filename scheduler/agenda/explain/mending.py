"""The cheapest change that makes a problem solvable, with a concrete value, proved by solving."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.agenda.explain.facts import Blocker, Steps, field_of, path_of
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import ENOUGH, NOTHING, Changes, ProblemFile, neutral, only
from scheduler.agenda.explain.widening import HOURS, widened
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.core.explanation import Fix

DROP_A_PIN, WIDEN_A_WINDOW, RAISE_A_CAPACITY, MAKE_OPTIONAL, ANYTHING_ELSE = range(5)
"""What a change costs an organiser, the least first."""


@dataclass(frozen=True)
class Change:
    """A value that could be changed, and how much that is to ask."""

    cost: int
    steps: Steps


def changes_for(problem: AgendaProblem, facts: Sequence[Blocker]) -> list[Change]:
    """The changes that could break a blocking set, the cheapest first."""
    found: dict[Steps, int] = {}
    for fact in facts:
        for change in _changes_for(problem, fact):
            found.setdefault(change.steps, change.cost)
    ordered = [Change(cost, steps) for steps, cost in found.items()]
    return sorted(ordered, key=lambda change: change.cost)


def _changes_for(problem: AgendaProblem, fact: Blocker) -> Iterator[Change]:
    field = field_of(fact.steps)
    if field == "optional":
        yield Change(MAKE_OPTIONAL, fact.steps)
        return
    if field == "pin":
        yield Change(DROP_A_PIN, fact.steps)
    elif field in HOURS:
        yield Change(WIDEN_A_WINDOW, fact.steps)
    elif field == "max_parallel":
        yield Change(RAISE_A_CAPACITY, fact.steps)
    else:
        yield Change(ANYTHING_ELSE, fact.steps)
    if fact.steps[0] != "sessions":
        return
    index = fact.steps[1]
    assert isinstance(index, int)
    yield from _more_of_what_it_wants(problem, problem.sessions[index], field, fact)
    concerned = {fact.ids[0], *(fact.ids[1:] if field in ("after", "not_with", "same_room_as") else ())}
    for position, session in enumerate(problem.sessions):
        if session.id in concerned and not session.optional:
            yield Change(MAKE_OPTIONAL, ("sessions", position, "optional"))


def _more_of_what_it_wants(problem: AgendaProblem, session: Session, field: str, fact: Blocker) -> Iterator[Change]:
    if field == "uses":
        for index, resource in enumerate(problem.resources):
            if resource.id == fact.ids[1]:
                yield Change(RAISE_A_CAPACITY, ("resources", index, "capacity"))
    elif field in ("audience", "booths"):
        supply = "capacity" if field == "audience" else "booths"
        short = [
            (getattr(room, supply), index)
            for index, room in enumerate(problem.rooms)
            if getattr(room, supply) < getattr(session, field)
        ]
        # The room that lacks least comes first.
        for _, index in sorted(short, reverse=True):
            yield Change(RAISE_A_CAPACITY, ("rooms", index, supply))


def relaxation(change: Change) -> Changes:
    """A change taken as far as it goes: what it cannot mend then it cannot mend at all."""
    field = field_of(change.steps)
    if change.steps[0] in ("rooms", "resources") and field in ("capacity", "booths"):
        return {change.steps: ENOUGH}
    return neutral([change.steps])


def mended(problem: AgendaProblem, change: Change, others: Changes, oracle: Oracle) -> Any:
    """The value nearest to what the file says that leaves a plan, given other changes; ``NOTHING`` if none is found."""
    file = ProblemFile(problem)
    field = field_of(change.steps)
    if field in HOURS:
        return widened(problem, file, change.steps, others, oracle)
    if change.cost == RAISE_A_CAPACITY:
        return _least_enough(problem, file, change.steps, others, oracle)
    value = relaxation(change)[change.steps]
    if field == "uses":
        value = 0
    return value if oracle.has_plan(file.changed({**others, change.steps: value})) else NOTHING


def _least_enough(problem: AgendaProblem, file: ProblemFile, steps: Steps, others: Changes, oracle: Oracle) -> Any:
    """The smallest number that leaves a plan, by halving: more never hurts.

    What is too little for the few sessions that stand against each other is too little for all.
    """
    low, high = _range(problem, steps)
    if high <= low or not oracle.has_plan(file.changed({**others, steps: high})):
        return NOTHING
    few = oracle.against(problem)
    if few is not None:
        least = _halved(low, high, lambda value: oracle.has_plan(only(file.changed({**others, steps: value}), few)))
        if least == high or oracle.has_plan(file.changed({**others, steps: least})):
            return least
        low = least
    return _halved(low, high, lambda value: oracle.has_plan(file.changed({**others, steps: value})))


def _halved(low: int, high: int, is_enough: Callable[[int], bool]) -> int:
    """The smallest number above ``low`` that is enough, given that ``high`` is."""
    while low + 1 < high:
        middle = (low + high) // 2
        if is_enough(middle):
            high = middle
        else:
            low = middle
    return high


def _range(problem: AgendaProblem, steps: Steps) -> tuple[int, int]:
    """A number that is too small (what the file says), and one that is enough if any is."""
    if steps[0] == "max_parallel":
        return problem.max_parallel or 0, len(problem.sessions)
    index = steps[1]
    assert isinstance(index, int)
    if steps[0] == "resources":
        resource = problem.resources[index]
        wanted = sum(session.uses.get(resource.id, 0) for session in problem.sessions)
        return resource.capacity, wanted + sum(units for _, _, units in resource.taken)
    room = problem.rooms[index]
    if steps[-1] == "capacity":
        return room.capacity, max(session.audience for session in problem.sessions)
    return room.booths, max(session.booths for session in problem.sessions)


def fix_of(problem: AgendaProblem, change: Change, *, value: Any) -> Fix:
    return Fix(path=path_of(change.steps), to=value, message=_said(problem, change, value))


def _said(problem: AgendaProblem, change: Change, value: Any) -> str:
    kind, field = change.steps[0], field_of(change.steps)
    if kind == "max_parallel":
        return f"Let {value} sessions run at once."
    index = change.steps[1]
    assert isinstance(index, int)
    name = getattr(problem, str(kind))[index].id
    if kind != "sessions":
        return f"Change '{field}' of '{name}' to {value}."
    session = problem.sessions[index]
    if value is None and len(change.steps) == 4:
        entry = change.steps[3]
        assert isinstance(entry, int)
        return f"Take '{getattr(session, field)[entry]}' off '{field}' of '{name}'."
    if field == "windows":
        return f"Let '{name}' run {_hours(value)}."
    said = {
        "pin": f"Drop the pin of '{name}'.",
        "optional": f"Let '{name}' be left out.",
        "plenary": f"Let other sessions run beside '{name}'.",
        "uses": f"Let '{name}' do without '{change.steps[-1]}'.",
    }
    return said.get(field, f"Ask nothing of '{name}' under '{field}'.")


def _hours(windows: Any) -> str:
    return " or ".join(f"from {start} to {end}" for start, end in windows) if windows else "at any time"
