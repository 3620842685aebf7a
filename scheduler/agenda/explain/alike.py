"""Which questions are the same but for the names of sessions: what is asked of one need not be asked of the next."""

from collections import Counter
from collections.abc import Hashable

from scheduler.agenda.problem import AgendaProblem, Session


def likeness(problem: AgendaProblem) -> Hashable:
    """Equal for problems that have a plan or none for the same reasons.

    Sessions are told apart by what they ask, and by their names only where another one refers to them.
    """
    sessions = Counter(kinds(problem).values())
    house = (problem.days, problem.rooms, problem.walks, problem.people, problem.resources, problem.max_parallel)
    return house, frozenset(sessions.items())


def kinds(problem: AgendaProblem) -> dict[str, Hashable]:
    """By session what tells it from others; those that have the same may change places."""
    named = {name for one in problem.sessions for name in _referred(one)}
    return {one.id: (one.id if one.id in named else None, _asked(one)) for one in problem.sessions}


def _referred(session: Session) -> tuple[str, ...]:
    others = (*session.after, *session.not_with)
    return others if session.same_room_as is None else (*others, session.same_room_as)


def _asked(session: Session) -> Hashable:
    wanted = (session.rooms, session.layout, session.features, session.booths, session.audience)
    times = (session.duration, session.windows, session.pin, session.plenary, session.is_required)
    others = (tuple(sorted(session.people)), session.after, session.not_with, session.same_room_as)
    return wanted, times, others, tuple(sorted(session.uses.items()))
