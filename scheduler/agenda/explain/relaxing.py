"""A problem file with some of its values changed: made neutral, or given a new value."""

from collections.abc import Hashable, Iterable
from typing import Any

from scheduler.agenda.explain.facts import Steps, field_of
from scheduler.agenda.problem import AgendaProblem
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
    """A problem with changes made the way somebody would make them in the file, without reading it anew."""

    def __init__(self, problem: AgendaProblem) -> None:
        self._problem = problem
        # Most questions of an explanation share most of their entries; one that is the same is the same object.
        self._known: dict[Hashable, Any] = {}

    def changed(self, changes: Changes) -> AgendaProblem:
        """The problem with new values, which must be such as a file may hold."""
        if not changes:
            return self._problem
        fields: dict[str, Any] = {}
        entries: dict[tuple[str, int], list[tuple[Steps, Any]]] = {}
        for steps, value in changes.items():
            if len(steps) == 1:
                fields[str(steps[0])] = value
            else:
                kind, index = steps[0], steps[1]
                assert isinstance(kind, str) and isinstance(index, int)
                new = _as_tuples(value) if isinstance(value, list) else value
                entries.setdefault((kind, index), []).append((steps[2:], new))
        for (kind, index), some in entries.items():
            if kind not in fields:
                fields[kind] = list(getattr(self._problem, kind))
            fields[kind][index] = self._entry(kind, index, some)
        return self._problem.model_copy(
            update={name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
        )

    def _entry(self, kind: str, index: int, changes: list[tuple[Steps, Any]]) -> Any:
        key = (kind, index, tuple(changes))
        if key not in self._known:
            self._known[key] = _with(getattr(self._problem, kind)[index], changes)
        return self._known[key]


def _with(entry: Any, changes: list[tuple[Steps, Any]]) -> Any:
    """A day, room, person, resource or session with new values; entries of lists and uses are removed."""
    values: dict[str, Any] = {}
    removed: dict[str, set[int]] = {}
    for (name, *rest), value in changes:
        field = str(name)
        if not rest:
            values[field] = value
        elif field == "uses":
            uses = dict(values.get("uses", entry.uses))
            if value is None:
                del uses[str(rest[0])]
            else:
                uses[str(rest[0])] = value
            values["uses"] = uses
        else:
            assert value is None and isinstance(rest[0], int)
            removed.setdefault(field, set()).add(rest[0])
    for field, places in removed.items():
        values[field] = tuple(one for place, one in enumerate(getattr(entry, field)) if place not in places)
    return entry.model_copy(update=values)


def _as_tuples(value: Any) -> Any:
    return tuple(_as_tuples(one) for one in value) if isinstance(value, list) else value


def neutral(blockers: Iterable[Steps]) -> Changes:
    """The changes that make facts neutral."""
    return {steps: _neutral_value(steps) for steps in blockers}


def _neutral_value(steps: Steps) -> Any:
    # ``people`` of the problem itself is never a fact: its persons' own fields stand at ``people[i].rest`` and so on.
    field = field_of(steps)
    return None if steps[0] == "sessions" and field in REMOVED_ENTRIES else NEUTRAL[field]
