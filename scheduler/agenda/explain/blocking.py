"""A smallest set of facts that leaves no plan."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from scheduler.agenda.explain.facts import Blocker, blockers_of, field_of, required_sessions
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.packing import goes_beside
from scheduler.agenda.explain.relaxing import Changes, ProblemFile, neutral
from scheduler.agenda.legal import legal_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import only
from scheduler.agenda.solution import Placement
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
        self._changed = self._file.changed(given)
        self._plans: list[tuple[frozenset[Blocker], tuple[Placement, ...]]] = []

    def sessions_too_many(self) -> tuple[Blocker, ...]:
        """Sessions that cannot all be placed even with every fact neutral, where there are such."""
        house = self._file.changed({**self._given, **self._neutral_beside((), self._of_the_house())})
        if goes_beside(only(house, set()), (), self._durations(set())):
            return ()
        bare = self._with_facts(())
        if self._oracle.ask(bare) != "infeasible":
            return ()
        names, _ = _sessions_against(bare, self._oracle)
        return tuple(fact for fact in required_sessions(bare) if fact.ids[0] in names)

    def facts_against(self) -> tuple[Blocker, ...]:
        # A few sessions that cannot be placed even with all others gone say which facts can matter: dropping a
        # session asks less than making its facts neutral, so what blocks these blocks the whole file too.
        found, plans = _sessions_against(self._changed, self._oracle)
        names = set(found)
        near = list(_concerning(self._problem, self._facts, names))

        needed = frozenset(near)

        def block_alone(kept: Sequence[Blocker]) -> bool:
            nonlocal needed
            few = only(self._file.changed({**self._given, **self._neutral_beside(kept, near)}), names)
            # Without the session there was a plan already; without a fact it mostly goes beside that.
            gone = {fact.ids[0] for fact in needed.difference(kept) if fact.steps[0] == "sessions"}
            answer = self._oracle.ask_few(few, wanted=plans.get(gone.pop(), ()) if len(gone) == 1 else ())
            if answer.placements is not None:
                self._plans.append((frozenset(kept), answer.placements))
            if answer.status == "infeasible":
                needed = frozenset(kept)
            return answer.status == "infeasible"

        relevant = _without_whole_kinds(near, block_alone)
        kept = list(shrink(relevant, block_alone, largest=max(1, len(relevant) // 8)))
        # Beside all the others, who only want room, fewer facts may do; that is seldom so.
        for fact in tuple(kept):
            rest = [one for one in kept if one is not fact]
            house = only(self._file.changed({**self._given, **self._neutral_beside(rest, near)}), names)
            if not self._is_seen_to_go(fact, rest, house, names) and self._is_blocked_by(rest):
                kept = rest
        return tuple(kept)

    def _is_seen_to_go(self, fact: Blocker, rest: Sequence[Blocker], few: AgendaProblem, names: set[str]) -> bool:
        """Whether the few sessions without a fact, and all others, which ask for nothing, go beside each other."""
        # A plan with more facts than these is one with these.
        plans = (placed for kept, placed in self._plans if fact not in kept and kept.issuperset(rest))
        placed = next(plans, None)
        return placed is not None and goes_beside(few, placed, self._durations(names))

    def _is_blocked_by(self, kept: Sequence[Blocker]) -> bool:
        return self._oracle.ask(self._with_facts(kept)) == "infeasible"

    def _durations(self, names: set[str]) -> Iterator[int]:
        """How long the sessions are, but for some, that are to be placed with every fact neutral."""
        return (one.duration for one in self._changed.sessions if not one.optional and one.id not in names)

    def _of_the_house(self) -> list[Blocker]:
        return [fact for fact in self._facts if fact.steps[0] in ("rooms", "days", "max_parallel")]

    def _with_facts(self, kept: Sequence[Blocker]) -> AgendaProblem:
        """The problem with only these facts; all others are neutral."""
        return self._file.changed({**self._given, **self._neutral_beside(kept, self._facts)})

    @staticmethod
    def _neutral_beside(kept: Sequence[Blocker], facts: Sequence[Blocker]) -> Changes:
        names = {fact.steps for fact in kept}
        return neutral(one.steps for one in facts if one.steps not in names)


def _without_whole_kinds(facts: Sequence[Blocker], still_block: Callable[[Sequence[Blocker]], bool]) -> list[Blocker]:
    """Without the facts of each kind of which none is needed; one question each instead of one for every fact."""
    kept = list(facts)
    for kind in sorted({_kind(fact) for fact in facts}):
        rest = [fact for fact in kept if _kind(fact) != kind]
        if still_block(rest):
            kept = rest
    return kept


def _kind(fact: Blocker) -> tuple[str, str]:
    return str(fact.steps[0]), field_of(fact.steps)


def _sessions_against(
    problem: AgendaProblem, oracle: Oracle
) -> tuple[tuple[str, ...], Mapping[str, tuple[Placement, ...]]]:
    """A smallest set of sessions that cannot all be placed, were there no others, and plans without one of them."""
    known = oracle.against(problem)
    few = [one for one in problem.sessions if one.is_required and (known is None or one.id in known)]
    legal = legal_of(problem if known is None else only(problem, known))
    hopeless = [one.id for one in few if not legal[one.id].rooms]
    if hopeless:
        return (hopeless[0],), {}
    plans: list[tuple[Placement, ...]] = []

    def block(kept: Sequence[str]) -> bool:
        answer = oracle.ask_few(only(problem, set(kept)))
        plans.extend([] if answer.placements is None else [answer.placements])
        return answer.status == "infeasible"

    # The last ones are kept most likely: let that be the most constrained.
    few.sort(key=lambda one: legal[one.id].choices // one.duration, reverse=True)
    found = shrink([one.id for one in few], block, largest=max(1, len(few) // 40))
    oracle.note_against(found)
    missing = [(set(found).difference(one.session for one in plan), plan) for plan in plans]
    return found, {names.pop(): plan for names, plan in missing if len(names) == 1}


def _concerning(problem: AgendaProblem, facts: Sequence[Blocker], names: set[str]) -> Iterator[Blocker]:
    """The facts that can matter where there are only these sessions."""
    sessions = [one for one in problem.sessions if one.id in names]
    people = {name for one in sessions for name in one.people}
    resources = {name for one in sessions for name in one.uses}
    for fact in facts:
        kind, field = fact.steps[0], field_of(fact.steps)
        if kind == "sessions":
            is_near = fact.ids[0] in names and (field not in RELATIONS or fact.ids[1] in names)
        elif kind == "people":
            is_near = fact.ids[0] in people
        elif kind == "resources":
            is_near = fact.ids[0] in resources
        else:
            is_near = True
        if is_near:
            yield fact


RELATIONS = frozenset({"after", "not_with", "same_room_as"})
