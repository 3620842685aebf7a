"""Improve a plan that is too large to search as a whole: a first choice by numbers, then part by part."""

from collections.abc import Sequence
from dataclasses import replace

from scheduler.core.cpsat import Solved, run
from scheduler.meetings.model import rules_and_stages
from scheduler.meetings.neighbourhoods import Neighbourhoods
from scheduler.meetings.relaxation import choose
from scheduler.meetings.score import SENSES
from scheduler.meetings.search import LEAST_WORK, Search, aim, fix
from scheduler.meetings.tables import busiest_first
from scheduler.meetings.variables import Variables

LARGE = 30_000
"""With more options than this a plan is improved part by part; the model as a whole would take too long to search."""

PART, PART_SECONDS, PART_WORK = 4_000, 2.0, 2.0
"""Options that are free at first in one part, and what its search may take."""


def is_large(search: Search) -> bool:
    """Whether the plan is to be improved part by part."""
    return sum(map(len, search.legal.options)) > LARGE


def choose_wishes(search: Search) -> frozenset[int]:
    """Bound the value by a choice without slots; the wishes chosen."""
    if search.ranges["value"].is_settled or search.is_over():
        return frozenset()
    seconds = 0.25 * (search.end - search.stopwatch.seconds)
    work = None if search.work_left is None else 0.25 * search.work_left
    choice = choose(search.legal, limits=search.limits, seconds=seconds, work=work, control=search.control)
    if choice is None:
        return frozenset()
    search.spend(choice.work)
    found = search.ranges["value"]
    search.ranges["value"] = replace(found, best=min(found.best, choice.bound))
    return choice.wishes


def improve_parts(search: Search, names: Sequence[str], *, share: float | None = None) -> None:
    """Improve each stage in turn by freeing parts of the plan; stages before it stay as good as they are.

    Args:
        share: the part of what is left for each stage; half of it for all but the last unless it is given.
    """
    parts = Neighbourhoods(search.legal, search.limits.seed)
    for name in names:
        if not (search.is_over() or search.is_known(name)):
            _improve(search, parts, name, share or (0.5 if search.following(name) else 1.0))


def _improve(search: Search, parts: Neighbourhoods, name: str, share: float) -> None:
    started = search.stopwatch.seconds
    until = started + share * (search.end - started)
    building = 0.0
    work_after = 0.0 if search.work_left is None else (1.0 - share) * search.work_left
    size = float(PART)
    fixed = search.names[: search.names.index(name) + 1]
    # A part that could only be built, and not searched, is not begun.
    while not (search.is_over() or search.is_known(name) or _has_had_its_share(search, until - building, work_after)):
        assert search.best is not None
        began = search.stopwatch.seconds
        part = parts.draw(busiest_first(search.legal, search.best.placed), int(size))
        variables, expressions = rules_and_stages(part, fixed)
        for earlier in fixed:
            fix(variables.model, earlier, expressions[earlier], search.best.values[earlier])
        aim(variables.model, name, expressions[name])
        building = max(building, search.stopwatch.seconds - began)
        solved = _search_part(search, variables, name, until)
        size = max(500.0, size * (1.1 if solved.status == "optimal" else 0.8))
    search.seconds[name] = search.seconds.get(name, 0.0) + search.stopwatch.seconds - started


def _has_had_its_share(search: Search, until: float, work_after: float) -> bool:
    if search.work_left is None:
        return search.stopwatch.seconds > until
    return search.work_left <= work_after


def _search_part(search: Search, variables: Variables, name: str, until: float) -> Solved:
    before = search.best
    solved = run(
        variables.model,
        stage=name,
        sense=SENSES[name],
        limits=search.limits,
        seconds=min(PART_SECONDS, until - search.stopwatch.seconds),
        control=replace(search.control, on_progress=None),
        stopwatch=search.stopwatch,
        hint=search.hint(variables),
        deterministic_time=None if search.work_left is None else min(PART_WORK, search.work_left),
    )
    # A part costs some work even where its search is over at once, so that a budget comes to an end.
    search.spend(solved.deterministic_time + LEAST_WORK)
    search.note(variables, solved)
    if search.best is not before:
        search.report(name)
    return solved
