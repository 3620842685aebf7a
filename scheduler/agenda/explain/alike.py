"""Which questions are the same but for the names of sessions: what is asked of one need not be asked of the next."""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

from scheduler.agenda.explain.facts import Blocker, field_of
from scheduler.agenda.problem import AgendaProblem, Room, Session


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


def facts_alike(problem: AgendaProblem, facts: Sequence[Blocker]) -> list[list[Blocker]]:
    """Facts of a problem in groups: within one it makes no difference which are made neutral, only how many.

    A problem without some of them is then the same but for the names of sessions and rooms.
    """
    sessions, rooms, days = kinds(problem), _kinds_of_rooms(problem), _kinds_of_days(problem)
    groups: dict[Hashable, list[Blocker]] = {}
    for fact in facts:
        owner: Hashable = fact.ids
        if fact.steps[0] == "sessions":
            owner = (sessions[fact.ids[0]], fact.ids[1:])
        elif fact.steps[0] == "rooms":
            owner = rooms[fact.ids[0]]
        elif fact.steps[0] == "days":
            owner = days[fact.ids[0]]
        groups.setdefault((fact.steps[0], field_of(fact.steps), owner), []).append(fact)
    return list(groups.values())


def _kinds_of_rooms(problem: AgendaProblem) -> dict[str, Hashable]:
    """By room what tells it from others, as ``kinds`` does for sessions."""
    named = {room for one in problem.sessions for room in one.rooms or ()}
    named.update(one.pin.room for one in problem.sessions if one.pin is not None and one.pin.room is not None)
    return {one.id: (one.id if one.id in named else None, _offered(one)) for one in problem.rooms}


def _kinds_of_days(problem: AgendaProblem) -> dict[str, Hashable]:
    """The same for days, which are all different where anything is bound to one of them or goes beyond it."""
    is_bound = (
        any(one.windows is not None or one.pin is not None or one.people or one.after for one in problem.sessions)
        or any(room.open is not None for room in problem.rooms)
        or any(one.open is not None or one.taken for one in problem.resources)
    )
    turnover = max((room.turnover for room in problem.rooms), default=0)
    ordered = sorted(problem.days, key=lambda day: day.start)
    if is_bound or any(one.end + turnover > other.start for one, other in pairwise(ordered)):
        return {day.id: day.id for day in problem.days}
    return {
        day.id: (day.end - day.start, tuple((start - day.start, end - day.start) for start, end in day.closed))
        for day in problem.days
    }


def _offered(room: Room) -> Hashable:
    return room.model_copy(update={"id": ""})


def _referred(session: Session) -> tuple[str, ...]:
    others = (*session.after, *session.not_with)
    return others if session.same_room_as is None else (*others, session.same_room_as)


def _asked(session: Session) -> Hashable:
    wanted = (session.rooms, session.layout, session.features, session.booths, session.audience)
    # Without its pin an optional session may be left out, which one that is required may not.
    is_asked = (session.is_required, session.optional)
    times = (session.duration, session.windows, session.pin, session.plenary, is_asked)
    others = (tuple(sorted(session.people)), session.after, session.not_with, session.same_room_as)
    return wanted, times, others, tuple(sorted(session.uses.items()))
