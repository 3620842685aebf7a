"""What to hold when there is no room for all: a choice by numbers alone, and the bound that it proves."""

from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from scheduler.core.cpsat import run
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.meetings.legal import Legal

LINEAR = {"num_workers": 1, "linearization_level": 2, "cp_model_presolve": False}
"""The linear program of a b-matching is all but whole already; presolve takes a hundred times as long as solving it."""


@dataclass(frozen=True)
class Choice:
    """Wishes worth the most, and the most that any plan can be worth; ``work`` in deterministic time."""

    wishes: frozenset[int]
    bound: int
    work: float


def choose(legal: Legal, *, limits: Limits, seconds: float, work: float | None, control: Control) -> Choice | None:
    """Choose wishes so that nobody has more meetings than free slots and all together fit the tables.

    Which slot and which table is left open (a b-matching: Pulleyblank, 1973), so that every plan is such a choice and
    none is worth more than the bound. ``None`` where musts alone are too many or the limits are used up.
    """
    model = cp_model.CpModel()
    held = [model.new_bool_var(f"held_{wish}") for wish in range(len(legal.options))]
    values = []
    for wish, literal in enumerate(held):
        asked = legal.problem.wishes[wish]
        values.append(asked.value if asked.level == "want" else 0)
        if legal.must_be_held(wish):
            model.add(literal == 1)
        elif not legal.options[wish]:
            model.add(literal == 0)
    for person, wishes in enumerate(legal.wishes_of):
        most = legal.most_meetings(person)
        if len(wishes) > most:
            model.add(cp_model.LinearExpr.sum([held[wish] for wish in wishes]) <= most)
    model.add(cp_model.LinearExpr.sum(held) <= legal.places)
    model.maximize(cp_model.LinearExpr.weighted_sum(held, values))
    solved = run(
        model,
        stage="value",
        sense="max",
        limits=limits,
        seconds=seconds,
        control=replace(control, on_progress=None),
        stopwatch=Stopwatch(),
        deterministic_time=work,
        parameters=LINEAR,
    )
    if solved.values is None or solved.bound is None:
        return None
    chosen = frozenset(wish for wish, literal in enumerate(held) if solved.holds(literal))
    return Choice(chosen, solved.bound, solved.deterministic_time)
