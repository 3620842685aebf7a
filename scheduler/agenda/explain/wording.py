"""A change in words, with its value, as it is handed to who asked."""

from typing import Any

from scheduler.agenda.explain.facts import Steps, field_of, path_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.core.explanation import Fix


def fix_of(problem: AgendaProblem, steps: Steps, *, value: Any) -> Fix:
    """The new value at its place, and what that is to do."""
    value = list(value) if isinstance(value, tuple) else value
    return Fix(path=path_of(steps), to=value, message=_said(problem, steps, value))


def _said(problem: AgendaProblem, steps: Steps, value: Any) -> str:
    kind, field = steps[0], field_of(steps)
    if kind == "max_parallel":
        return f"Let {value} sessions run at once."
    index = steps[1]
    assert isinstance(index, int)
    name = getattr(problem, str(kind))[index].id
    if field in ("features", "layouts") and kind == "rooms":
        more = [one for one in value if one not in getattr(problem.rooms[index], field)]
        return f"Give '{name}' {', '.join(repr(one) for one in more)} among its {field}."
    if kind != "sessions":
        return f"Change '{field}' of '{name}' to {value}."
    session = problem.sessions[index]
    if value is None and len(steps) == 4:
        entry = steps[3]
        assert isinstance(entry, int)
        return f"Take '{getattr(session, field)[entry]}' off '{field}' of '{name}'."
    if field == "windows":
        return f"Let '{name}' run {_hours(value)}."
    said = {
        "pin": f"Drop the pin of '{name}'.",
        "optional": f"Let '{name}' be left out.",
        "plenary": f"Let other sessions run beside '{name}'.",
        "uses": f"Let '{name}' do without '{steps[-1]}'.",
    }
    return said.get(field, f"Ask nothing of '{name}' under '{field}'.")


def _hours(windows: Any) -> str:
    return " or ".join(f"from {start} to {end}" for start, end in windows) if windows else "at any time"
