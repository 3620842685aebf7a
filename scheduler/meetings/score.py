"""How good a meeting plan is: units of each soft term and the value of each stage, counted from the plan alone."""

from collections.abc import Callable
from itertools import pairwise

from scheduler.core.outcome import Sense, TermScore
from scheduler.meetings.idle import waiting_by_person
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solution import MeetingsSolution

SENSES: dict[str, Sense] = {
    "value": "max",
    "largest_shortfall": "min",
    "shortfall": "min",
    "moved": "min",
    "cost": "min",
}


def idle_slot(problem: MeetingsProblem, solution: MeetingsSolution) -> int:
    """Slots that people spend waiting between their first and last meeting of a block."""
    return sum(waiting.idle_slots for waiting in waiting_by_person(problem, solution.meetings).values())


def idle_run(problem: MeetingsProblem, solution: MeetingsSolution) -> int:
    """Stretches of waiting: maximal runs of idle slots."""
    return sum(waiting.idle_runs for waiting in waiting_by_person(problem, solution.meetings).values())


def table_change(problem: MeetingsProblem, solution: MeetingsSolution) -> int:
    """Times that a person goes on to another table from one meeting of a block to the next."""
    slot_of = {slot.id: slot for slot in problem.slots}
    people_of = {wish.id: wish.people for wish in problem.wishes}
    tables: dict[tuple[str, str], list[str]] = {}
    for meeting in sorted(solution.meetings, key=lambda meeting: (slot_of[meeting.slot].start, meeting.slot)):
        for person in people_of[meeting.wish]:
            tables.setdefault((person, slot_of[meeting.slot].block), []).append(meeting.table)
    return sum(earlier != later for visited in tables.values() for earlier, later in pairwise(visited))


def moved(problem: MeetingsProblem, solution: MeetingsSolution) -> int:
    """Meetings of the previous plan that are no longer held at the same slot and table."""
    held = {(meeting.wish, meeting.slot, meeting.table) for meeting in solution.meetings}
    return sum((entry.wish, entry.slot, entry.table) not in held for entry in problem.previous or ())


TERMS: dict[str, Callable[[MeetingsProblem, MeetingsSolution], int]] = {
    "idle_slot": idle_slot,
    "idle_run": idle_run,
    "table_change": table_change,
    "moved": moved,
}


def score(problem: MeetingsProblem, solution: MeetingsSolution) -> dict[str, TermScore]:
    """Units, weight and cost of each soft term."""
    found: dict[str, TermScore] = {}
    for name, term in TERMS.items():
        units, weight = term(problem, solution), getattr(problem.weights, name)
        found[name] = TermScore(units=units, weight=weight, cost=units * weight)
    return found


def stage_names(problem: MeetingsProblem) -> tuple[str, ...]:
    """The stages in order; ``moved`` only where there is a previous plan."""
    names = ("value", "largest_shortfall", "shortfall")
    if not problem.previous:
        return (*names, "cost")
    return ("moved", *names, "cost") if problem.moves_first else (*names, "moved", "cost")


def stage_values(problem: MeetingsProblem, solution: MeetingsSolution) -> dict[str, int]:
    """The value of each stage, in the order in which they rank."""
    held = {meeting.wish for meeting in solution.meetings}
    shortfalls = _shortfalls(problem, solution)
    values = {
        "value": sum(wish.value for wish in problem.wishes if wish.level == "want" and wish.id in held),
        "largest_shortfall": max(shortfalls, default=0),
        "shortfall": sum(shortfalls),
        "moved": moved(problem, solution),
        "cost": sum(term.cost for term in score(problem, solution).values()),
    }
    return {name: values[name] for name in stage_names(problem)}


def _shortfalls(problem: MeetingsProblem, solution: MeetingsSolution) -> list[int]:
    people_of = {wish.id: wish.people for wish in problem.wishes}
    meetings = dict.fromkeys((person.id for person in problem.people), 0)
    for meeting in solution.meetings:
        for person in people_of[meeting.wish]:
            meetings[person] += 1
    return [max(0, person.min - meetings[person.id]) for person in problem.people]
