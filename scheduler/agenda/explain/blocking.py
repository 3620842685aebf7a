"""A smallest set of facts that leaves no plan."""

from collections.abc import Sequence

from scheduler.agenda.explain.facts import Blocker, blockers_of, field_of, required_sessions
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import Changes, ProblemFile, neutral, only
from scheduler.agenda.legal import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.core.blocking import shrink


def blocking_set(problem: AgendaProblem, oracle: Oracle, *, given: Changes | None = None) -> tuple[Blocker, ...]:
    """Facts of a problem without plan that block by themselves and of which each one is needed.

    Where the facts are not against a plan, but rooms and days alone, it is the sessions that cannot all be placed.
    Where the time is up the set still blocks but may hold more than is needed.

    Args:
        given: changes that are made already and that leave no plan yet.
    """
    search = _Search(problem, oracle, given or {})
    return search.sessions_too_many() or search.facts_against()


class _Search:
    def __init__(self, problem: AgendaProblem, oracle: Oracle, given: Changes) -> None:
        self._problem, self._oracle, self._given = problem, oracle, given
        self._file = ProblemFile(problem)
        self._facts = [fact for fact in blockers_of(problem) if fact.steps not in given]

    def sessions_too_many(self) -> tuple[Blocker, ...]:
        """Sessions that cannot all be placed even with every fact neutral, where there are such."""
        bare = self._with_facts(())
        if self._oracle.ask(bare) != "infeasible":
            return ()
        names = set(_sessions_against(bare, self._oracle))
        return tuple(fact for fact in required_sessions(bare) if fact.ids[0] in names)

    def facts_against(self) -> tuple[Blocker, ...]:
        # A few sessions that cannot be placed even with all others gone say which facts can matter: dropping a
        # session asks less than making its facts neutral, so what blocks these blocks the whole file too.
        names = set(_sessions_against(self._with_facts(self._facts), self._oracle))
        near = [fact for fact in self._facts if _concerns(self._problem, fact, names)]

        def block_alone(kept: Sequence[Blocker]) -> bool:
            return self._oracle.ask(only(self._with_facts(kept), names)) == "infeasible"

        def block(kept: Sequence[Blocker]) -> bool:
            return block_alone(kept) or self._oracle.ask(self._with_facts(kept)) == "infeasible"

        # Beside all the others, who only want room, fewer facts may do; that is seldom so.
        return shrink(shrink(near, block_alone), block)

    def _with_facts(self, kept: Sequence[Blocker]) -> AgendaProblem:
        """The problem with only these facts; all others are neutral."""
        names = {fact.steps for fact in kept}
        return self._file.changed(
            {**self._given, **neutral(one.steps for one in self._facts if one.steps not in names)}
        )


def _sessions_against(problem: AgendaProblem, oracle: Oracle) -> tuple[str, ...]:
    """A smallest set of sessions that cannot all be placed, were there no others."""
    legal = legal_of(problem)
    required = [one for one in problem.sessions if one.is_required]
    hopeless = [one.id for one in required if not legal[one.id].rooms]
    if hopeless:
        return (hopeless[0],)
    # The last ones are kept most likely: let that be the most constrained.
    required.sort(key=lambda one: legal[one.id].choices // one.duration, reverse=True)
    known = oracle.against(problem)
    few = [one.id for one in required if known is None or one.id in known]
    return shrink(few, lambda kept: oracle.ask(only(problem, set(kept))) == "infeasible")


def _concerns(problem: AgendaProblem, fact: Blocker, names: set[str]) -> bool:
    """Whether a fact can matter where there are only these sessions."""
    kind, field = fact.steps[0], field_of(fact.steps)
    if kind == "sessions":
        others = fact.ids[1:] if field in ("after", "not_with", "same_room_as") else ()
        return {fact.ids[0], *others} <= names
    sessions = [one for one in problem.sessions if one.id in names]
    if kind == "people":
        return any(fact.ids[0] in one.people for one in sessions)
    if kind == "resources":
        return any(fact.ids[0] in one.uses for one in sessions)
    return True
