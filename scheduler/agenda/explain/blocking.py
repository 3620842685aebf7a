"""A smallest set of facts that leaves no plan."""

from collections.abc import Callable, Mapping, Sequence

from scheduler.agenda.explain.contradiction import CHECKS
from scheduler.agenda.explain.effort import SMALL, WHOLE
from scheduler.agenda.explain.facts import Blocker, blockers_of, field_of, required_sessions
from scheduler.agenda.explain.few import Few, durations_of
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.packing import goes_beside
from scheduler.agenda.explain.relaxing import Changes, ProblemFile, neutral
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import only
from scheduler.agenda.solution import Placement
from scheduler.core.blocking import shrink, shrink_alike

SEARCHED = 12
"""Of more sessions, which are seen not to go together, it is not searched whether fewer would do."""
SEARCHED_FOR_FACTS = 4
"""The same where facts are shrunk afterwards anyway; to search fewer of many is hard, and so are its facts then."""


def blocking_set(problem: AgendaProblem, oracle: Oracle, *, given: Changes | None = None) -> tuple[Blocker, ...]:
    """Facts of a problem without plan that block by themselves and of which each one is needed.

    Where the facts are not against a plan, but rooms and days alone, it is the sessions that cannot all be placed.
    Where the time is up, or a question is too hard for the time it has (``LONGER``), the set still blocks but may hold
    more than is needed.

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

    def sessions_too_many(self) -> tuple[Blocker, ...]:
        """Sessions that cannot all be placed even with every fact neutral, where there are such."""
        house = self._file.changed({**self._given, **self._neutral_beside((), self._of_the_house())})
        if goes_beside(only(house, set()), (), durations_of(self._changed, frozenset())):
            return ()
        bare = self._with_facts(())
        if self._oracle.ask(bare) != "infeasible":
            return ()
        names, _ = _sessions_against(bare, self._oracle, searched=SEARCHED)
        return tuple(fact for fact in required_sessions(bare) if fact.ids[0] in names)

    def facts_against(self) -> tuple[Blocker, ...]:
        # A few sessions that cannot be placed even with all others gone say which facts can matter: dropping a
        # session asks less than making its facts neutral, so what blocks these blocks the whole file too.
        found, plans = _sessions_against(self._changed, self._oracle, searched=SEARCHED_FOR_FACTS)
        required = [one.id for one in self._changed.sessions if one.is_required]
        is_seen = self._oracle.sees_against(self._oracle.only(self._changed, set(found)))
        if 2 * len(found) > len(required) > SMALL and not is_seen:
            # So many are hardly fewer, and of all it needs not be asked once more whether fewer facts would do.
            found, plans = tuple(required), {}
        few = Few(self._facts, self._changed, frozenset(found), self._oracle, plans, is_late=self._is_late)
        near = list(few.facts)
        known = self._seen_by_one_check(near, few)
        is_seen = known is not None
        near = near if known is None else known
        if is_seen and self._given and len(found) > SMALL:
            return tuple(near)
        for blocks in (few.block,) if is_seen else (few.are_seen_to_block, few.block):
            if blocks(near):
                # What is seen goes first and leaves little that is not needed.
                near = self._shrunk(near, blocks, few, is_nearly_least=is_seen)
                is_seen = True
                if self._given and len(found) > SMALL:
                    # Of so many that still block it is enough to know what could break what is seen.
                    return tuple(near)
        # Of what still blocks after other changes, only what could break it is asked for.
        if few.is_unsure and not self._given:
            near = list(shrink_alike(near, few.block_at_length, few.alike))

        def block_beside_others(kept: Sequence[Blocker]) -> bool:
            if self._is_late() or few.goes_beside_others(kept):
                return False
            return self._is_blocked_by(kept)

        # Beside all the others, who only want room, fewer facts may do; that is seldom so.
        return shrink_alike(near, block_beside_others, few.alike)

    def _seen_by_one_check(self, near: list[Blocker], few: Few) -> list[Blocker] | None:
        """Facts without which the check that sees most sees nothing; nothing where no check sees these block."""
        check = self._oracle.check_against(few.problem)
        if not check:
            return None
        concerned = [fact for fact in near if field_of(fact.steps) in CHECKS[check][1]]

        def block(kept: Sequence[Blocker]) -> bool:
            return few.are_seen_by(check, kept)

        if not block(concerned):
            # What it looks at may say more of some sessions through facts of other fields.
            concerned = near
            if not block(concerned):
                return None
        few.forget_all_but(concerned)
        return self._shrunk(concerned, block, few)

    @staticmethod
    def _shrunk(
        facts: list[Blocker], blocks: Callable[[Sequence[Blocker]], bool], few: Few, *, is_nearly_least: bool = False
    ) -> list[Blocker]:
        # Where many are in few groups, to ask of each group is less than to ask of whole kinds first.
        if not is_nearly_least or len(few.alike(facts)) > SEARCHED:
            facts = _without_whole_kinds(facts, blocks)
            few.forget_all_but(facts)
        if not is_nearly_least:
            facts = _without_many(facts, blocks, few.alike)
        facts = list(shrink_alike(facts, blocks, few.alike))
        few.forget_all_but(facts)
        return facts

    def _is_late(self) -> bool:
        """Whether facts are left as they are; the half of the time is for a fix, which has its own such questions."""
        if not self._given:
            return self._oracle.is_half_over
        return self._oracle.is_over or (len(self._problem.sessions) <= WHOLE and self._oracle.is_spent)

    def _is_blocked_by(self, kept: Sequence[Blocker]) -> bool:
        return self._oracle.ask(self._with_facts(kept)) == "infeasible"

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
    """Without the facts of each kind of which none is needed; one question each instead of one for every fact.

    Where there are many facts, all those of sessions, of people and resources, and of the house come before.
    """
    kept = list(facts)
    for kind_of in (_owner, _kind) if len(kept) > SEARCHED else (_kind,):
        for kind in sorted({kind_of(fact) for fact in kept}, reverse=kind_of is _owner):
            rest = [fact for fact in kept if kind_of(fact) != kind]
            # That there is a plan without any fact is known.
            if rest and len(rest) < len(kept) and still_block(rest):
                kept = rest
    return kept


def _without_many(
    facts: list[Blocker],
    still_block: Callable[[Sequence[Blocker]], bool],
    alike: Callable[[Sequence[Blocker]], list[list[Blocker]]],
) -> list[Blocker]:
    """Without most of those that are not needed, where there are many groups to ask for one by one."""
    groups = alike(facts)

    def block(kept: Sequence[list[Blocker]]) -> bool:
        return still_block([fact for group in kept for fact in group])

    kept = shrink(groups, block, largest=len(groups) // 8, smallest=2)
    return [fact for group in kept for fact in group]


def _owner(fact: Blocker) -> str:
    return {"sessions": "sessions", "people": "people", "resources": "people"}.get(str(fact.steps[0]), "house")


def _kind(fact: Blocker) -> tuple[str, str]:
    return str(fact.steps[0]), field_of(fact.steps)


def _sessions_against(
    problem: AgendaProblem, oracle: Oracle, *, searched: int
) -> tuple[tuple[str, ...], Mapping[str, tuple[Placement, ...]]]:
    """A small set of sessions that cannot all be placed, were there no others, and plans without one of them.

    Args:
        searched: of more sessions that are seen not to go together it is not searched whether fewer would do.
    """
    known = oracle.against(problem)
    few = [one for one in problem.sessions if one.is_required and (known is None or one.id in known)]
    legal = oracle.legal_of(problem if known is None else oracle.only(problem, known))
    hopeless = [one.id for one in few if not legal[one.id].rooms]
    if hopeless:
        return (hopeless[0],), {}
    plans: list[tuple[Placement, ...]] = []
    # The last ones are kept most likely: let that be the most constrained.
    few.sort(key=lambda one: legal[one.id].choices // one.duration, reverse=True)
    names = [one.id for one in few]

    while (seen := oracle.seen_against(oracle.only(problem, set(names)))) is not None:
        is_smaller = len(seen) < len(names)
        names = [name for name in names if name in seen]
        if is_smaller:
            continue
        if len(names) > searched:
            oracle.note_against(names)
            return tuple(names), {}
        break

    def block(kept: Sequence[str]) -> bool:
        answer = oracle.ask_few(oracle.only(problem, set(kept)))
        plans.extend([] if answer.placements is None else [answer.placements])
        return answer.status == "infeasible"

    found = shrink(names, block, largest=max(1, len(names) // 40))
    oracle.note_against(found)
    missing = [(set(found).difference(one.session for one in plan), plan) for plan in plans]
    return found, {names.pop(): plan for names, plan in missing if len(names) == 1}
