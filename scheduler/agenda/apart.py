"""Pairs of sessions that a hard rule keeps from overlapping, whatever the plan."""

from itertools import combinations

from scheduler.agenda.problem import AgendaProblem


def kept_apart(problem: AgendaProblem) -> set[frozenset[str]]:
    """Pairs that share people, of which one comes after or wants to be apart from the other, or with a plenary."""
    apart: set[frozenset[str]] = set()
    by_person: dict[str, list[str]] = {}
    for session in problem.sessions:
        apart |= {frozenset((session.id, other)) for other in (*session.not_with, *session.after)}
        for person in session.people:
            by_person.setdefault(person, []).append(session.id)
        if session.plenary:
            apart |= {frozenset((session.id, other.id)) for other in problem.sessions}
    for held in by_person.values():
        apart |= {frozenset(pair) for pair in combinations(held, 2)}
    return apart
