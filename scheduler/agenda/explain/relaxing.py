"""A problem file with some of its values changed: made neutral, or given a new value."""

import json
from collections.abc import Iterable, Set
from typing import Any

from scheduler.agenda.explain.facts import Steps, field_of
from scheduler.agenda.problem import AgendaProblem, read_problem
from scheduler.core.values import LARGEST

REMOVED_ENTRIES = frozenset({"people", "after", "not_with", "uses"})

NEUTRAL: dict[str, Any] = {
    **dict.fromkeys(("windows", "available", "open", "rooms", "layout", "pin", "same_room_as", "max_parallel")),
    **dict.fromkeys(("features", "closed", "taken"), ()),
    **dict.fromkeys(("audience", "booths", "turnover", "rest"), 0),
    "plenary": False,
    "optional": True,
}
"""The neutral value of a field; entries of lists and uses are removed instead."""

ENOUGH = LARGEST
"""A capacity that is never short."""

NOTHING: Any = object()
"""Says that no value was found; ``None`` is a value."""

Changes = dict[Steps, Any]
"""New values by their place; ``None`` at an entry of a list removes it."""


class ProblemFile:
    """A problem as its JSON, so that every change is made and read the way somebody would make it in the file."""

    def __init__(self, problem: AgendaProblem) -> None:
        self._text = problem.model_dump_json()

    def changed(self, changes: Changes) -> AgendaProblem:
        """The problem with new values; a refused value is an error of the caller."""
        raw = json.loads(self._text)
        # The last entries of a list go first, so that the places of the others stay what they were.
        for steps in sorted(changes, key=_positions, reverse=True):
            _set(raw, steps, changes[steps])
        return read_problem(json.dumps(raw))


def only(problem: AgendaProblem, names: Set[str]) -> AgendaProblem:
    """The problem with only some of its sessions, without what makes a plan better or worse."""
    sessions = tuple(
        one.model_copy(
            update={
                "after": tuple(name for name in one.after if name in names),
                "not_with": tuple(name for name in one.not_with if name in names),
                "same_room_as": one.same_room_as if one.same_room_as in names else None,
            }
        )
        for one in problem.sessions
        if one.id in names
    )
    return problem.model_copy(update={"sessions": sessions, "clashes": (), "previous": None})


def neutral(blockers: Iterable[Steps]) -> Changes:
    """The changes that make facts neutral."""
    return {steps: _neutral_value(steps) for steps in blockers}


def _neutral_value(steps: Steps) -> Any:
    # ``people`` of the problem itself is never a fact: its persons' own fields stand at ``people[i].rest`` and so on.
    field = field_of(steps)
    return None if steps[0] == "sessions" and field in REMOVED_ENTRIES else NEUTRAL[field]


def _set(raw: Any, steps: Steps, value: Any) -> None:
    for step in steps[:-1]:
        raw = raw[step]
    last = steps[-1]
    if value is None and (isinstance(last, int) or steps[-2:-1] == ("uses",)):
        del raw[last]
    else:
        raw[last] = value


def _positions(steps: Steps) -> list[tuple[str, int]]:
    return [("", step) if isinstance(step, int) else (step, 0) for step in steps]
