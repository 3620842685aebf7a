"""Which single values of a file could be changed, and how far."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.agenda.explain.facts import Blocker, Steps, field_of
from scheduler.agenda.explain.fitting_out import rooms_fitted_out
from scheduler.agenda.explain.relaxing import ENOUGH, Changes, neutral
from scheduler.agenda.explain.widening import HOURS
from scheduler.agenda.problem import AgendaProblem, Session

DROP_A_PIN, WIDEN_A_WINDOW, RAISE_A_CAPACITY, MAKE_OPTIONAL, ANYTHING_ELSE = range(5)
"""What a change costs an organiser, the least first."""


@dataclass(frozen=True)
class Change:
    """A value that could be changed, how much that is to ask, and its new value where there is only one."""

    cost: int
    steps: Steps
    to: tuple[str, ...] | None = None


def changes_for(problem: AgendaProblem, facts: Sequence[Blocker]) -> list[Change]:
    """The changes that could break a blocking set, the cheapest first."""
    found: dict[Steps, Change] = {}
    positions = {session.id: position for position, session in enumerate(problem.sessions)}
    for fact in facts:
        for change in _changes_for(problem, fact, positions):
            found.setdefault(change.steps, change)
    for steps, given in rooms_fitted_out(problem, facts):
        found.setdefault(steps, Change(RAISE_A_CAPACITY, steps, given))
    return sorted(found.values(), key=lambda change: change.cost)


def _changes_for(problem: AgendaProblem, fact: Blocker, positions: Mapping[str, int]) -> Iterator[Change]:
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
    for position in sorted(positions[name] for name in concerned):
        if not problem.sessions[position].optional:
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
    if change.to is not None:
        return {change.steps: change.to}
    if change.steps[0] in ("rooms", "resources") and field in ("capacity", "booths"):
        return {change.steps: ENOUGH}
    return neutral([change.steps])


def fixed_value(change: Change) -> Any:
    """The new value of what is neither hours nor a number, and so has only one."""
    return 0 if field_of(change.steps) == "uses" else relaxation(change)[change.steps]


def relaxed(changes: Iterable[Change]) -> Changes:
    """Several changes taken as far as they go."""
    found: Changes = {}
    for change in changes:
        found.update(relaxation(change))
    return found


def is_number(change: Change) -> bool:
    """Whether a change raises a number, which may be raised further."""
    return change.cost == RAISE_A_CAPACITY and change.to is None
