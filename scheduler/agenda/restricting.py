"""A problem without what a question does not need: other sessions, or what makes a plan better or worse."""

from collections.abc import Iterable, Set

from scheduler.agenda.problem import AgendaProblem, Session, Weights

FLAT = Weights(clash=0, room_too_large=0, moved_start=0, moved_room=0)


MOST_KNOWN = 8
"""Problems with only some of their sessions that are remembered."""


def without_cost(problem: AgendaProblem, sessions: Iterable[Session] | None = None) -> AgendaProblem:
    """The problem, perhaps with other sessions, where one plan is as good as any other."""
    changed = problem.sessions if sessions is None else tuple(sessions)
    return problem.model_copy(update={"sessions": changed, "clashes": (), "weights": FLAT, "previous": None})


class KnownEntries:
    """What is left of sessions without what refers to others than some, and of problems with only these."""

    def __init__(self) -> None:
        # What is known holds what it was made of, so that nothing else can have its identity.
        self._sessions: dict[tuple[int, frozenset[str]], tuple[Session, Session]] = {}
        self._problems: dict[tuple[int, frozenset[str]], tuple[AgendaProblem, AgendaProblem]] = {}

    def session(self, one: Session, names: frozenset[str]) -> Session:
        """The session; itself where it refers to no others, since copies cost time."""
        others = {*one.after, *one.not_with, *(() if one.same_room_as is None else (one.same_room_as,))}
        if others <= names:
            return one
        key = (id(one), names & others)
        if key not in self._sessions:
            self._sessions[key] = (one, _among(one, names))
        return self._sessions[key][1]

    def problem(self, problem: AgendaProblem, names: frozenset[str]) -> AgendaProblem:
        """The problem; the last few are remembered."""
        key = (id(problem), names)
        if key not in self._problems:
            if len(self._problems) >= MOST_KNOWN:
                del self._problems[next(iter(self._problems))]
            self._problems[key] = (problem, self._with_only(problem, names))
        return self._problems[key][1]

    def _with_only(self, problem: AgendaProblem, names: frozenset[str]) -> AgendaProblem:
        sessions = tuple(self.session(one, names) for one in problem.sessions if one.id in names)
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


def only(problem: AgendaProblem, names: Set[str], known: KnownEntries | None = None) -> AgendaProblem:
    """The problem with only some of its sessions, without what makes a plan better or worse."""
    return (known or KnownEntries()).problem(problem, frozenset(names))


def _among(one: Session, names: Set[str]) -> Session:
    return one.model_copy(
        update={
            "after": tuple(name for name in one.after if name in names),
            "not_with": tuple(name for name in one.not_with if name in names),
            "same_room_as": one.same_room_as if one.same_room_as in names else None,
        }
    )
