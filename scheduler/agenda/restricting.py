"""A problem with fewer sessions, for questions about a few of them."""

from collections.abc import Set

from scheduler.agenda.problem import AgendaProblem, Session


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
