"""A problem without what a question does not need: other sessions, or what makes a plan better or worse."""

from collections.abc import Iterable, Set

from scheduler.agenda.problem import AgendaProblem, Session, Weights

FLAT = Weights(clash=0, room_too_large=0, moved_start=0, moved_room=0)


def without_cost(problem: AgendaProblem, sessions: Iterable[Session] | None = None) -> AgendaProblem:
    """The problem, perhaps with other sessions, where one plan is as good as any other."""
    changed = problem.sessions if sessions is None else tuple(sessions)
    return problem.model_copy(update={"sessions": changed, "clashes": (), "weights": FLAT, "previous": None})


def only(problem: AgendaProblem, names: Set[str]) -> AgendaProblem:
    """The problem with only some of its sessions, without what makes a plan better or worse."""
    sessions = tuple(_among(one, names) for one in problem.sessions if one.id in names)
    people = {name for one in sessions for name in one.people}
    resources = {name for one in sessions for name in one.uses}
    return problem.model_copy(
        update={
            "sessions": sessions,
            "people": tuple(one for one in problem.people if one.id in people),
            "resources": tuple(one for one in problem.resources if one.id in resources),
            "clashes": (),
            "previous": None,
        }
    )


def _among(one: Session, names: Set[str]) -> Session:
    """The session without what refers to others than these; itself where nothing does, since copies cost time."""
    others = {*one.after, *one.not_with, *(() if one.same_room_as is None else (one.same_room_as,))}
    if others <= names:
        return one
    return one.model_copy(
        update={
            "after": tuple(name for name in one.after if name in names),
            "not_with": tuple(name for name in one.not_with if name in names),
            "same_room_as": one.same_room_as if one.same_room_as in names else None,
        }
    )
