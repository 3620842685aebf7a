"""What each two sessions ask of each other, read out of a problem once."""

from dataclasses import dataclass, replace
from itertools import combinations

from scheduler.agenda.problem import AgendaProblem


@dataclass(frozen=True)
class Relation:
    """What one session asks of another.

    ``apart`` keeps them from overlapping with ``rest`` grains between, more where ``walks`` and the sites are far;
    ``precedes`` makes the one end before the other starts, ``follows`` the other way round; a circle asks for both.
    """

    apart: bool = False
    rest: int = 0
    walks: bool = False
    precedes: bool = False
    follows: bool = False
    same_room: bool = False


Relations = dict[str, dict[str, Relation]]


def relations_of(problem: AgendaProblem) -> Relations:
    """For each session, what it asks of which others; both directions are listed."""
    found: Relations = {session.id: {} for session in problem.sessions}

    def add(one: str, other: str, **change: bool | int) -> None:
        found[one][other] = replace(found[one].get(other, Relation()), **change)  # type: ignore[arg-type]

    has_walks = any(walk.grains > 0 and walk.from_ != walk.to for walk in problem.walks)
    by_person: dict[str, list[str]] = {}
    for session in problem.sessions:
        for person in session.people:
            by_person.setdefault(person, []).append(session.id)
    rests = {person.id: person.rest for person in problem.people}
    for person, held in by_person.items():
        for one, other in combinations(held, 2):
            rest = max(rests[person], found[one].get(other, Relation()).rest)
            add(one, other, apart=True, rest=rest, walks=has_walks)
            add(other, one, apart=True, rest=rest, walks=has_walks)
    for session in problem.sessions:
        beside = [other.id for other in problem.sessions if other.id != session.id] if session.plenary else []
        for name in (*session.not_with, *beside):
            add(session.id, name, apart=True)
            add(name, session.id, apart=True)
        for name in session.after:
            add(session.id, name, follows=True)
            add(name, session.id, precedes=True)
        if session.same_room_as is not None:
            add(session.id, session.same_room_as, same_room=True)
            add(session.same_room_as, session.id, same_room=True)
    return found
