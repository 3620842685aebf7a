"""A smallest set of facts that leaves no plan."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from scheduler.agenda.explain.alike import likeness
from scheduler.agenda.explain.facts import Blocker, blockers_of, field_of, required_sessions
from scheduler.agenda.explain.oracle import BRIEF, LONGER, SMALL, Answer, Oracle
from scheduler.agenda.explain.packing import goes_beside
from scheduler.agenda.explain.relaxing import Changes, ProblemFile, neutral
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.restricting import only
from scheduler.agenda.solution import Placement
from scheduler.core.blocking import shrink

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
        if goes_beside(only(house, set()), (), _durations(self._changed, frozenset())):
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
        if 2 * len(found) > len(required) > SMALL:
            # So many are hardly fewer, and of all it needs not be asked once more whether fewer facts would do.
            found, plans = tuple(required), {}
        few = _Few(self._facts, self._changed, frozenset(found), self._oracle, plans, is_late=self._is_late)
        near = [fact for fact in self._facts if fact in few.facts]
        is_seen = False
        for blocks in (few.are_seen_to_block, few.block):
            if blocks(near):
                # What is seen goes first and leaves little that is not needed.
                near = near if is_seen and len(near) <= SEARCHED else _without_whole_kinds(near, blocks)
                near = list(shrink(near, blocks, largest=1 if is_seen else max(1, len(near) // 8)))
                is_seen = True
        # Of what still blocks after other changes, only what could break it is asked for.
        if few.is_unsure and not self._given:
            near = list(shrink(near, few.block_at_length, largest=1))
        kept = near
        # Beside all the others, who only want room, fewer facts may do; that is seldom so.
        for fact in near:
            if self._is_late():
                break
            rest = [one for one in kept if one is not fact]
            if not few.goes_beside_others(fact, rest) and self._is_blocked_by(rest):
                kept = rest
        return tuple(kept)

    def _is_late(self) -> bool:
        """Whether facts are left as they are; the half of the time is for a fix, which has its own such questions."""
        return self._oracle.is_over if self._given else self._oracle.is_half_over

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
            if len(rest) < len(kept) and still_block(rest):
                kept = rest
    return kept


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
    legal = oracle.legal_of(problem if known is None else only(problem, known))
    hopeless = [one.id for one in few if not legal[one.id].rooms]
    if hopeless:
        return (hopeless[0],), {}
    plans: list[tuple[Placement, ...]] = []
    # The last ones are kept most likely: let that be the most constrained.
    few.sort(key=lambda one: legal[one.id].choices // one.duration, reverse=True)
    names = [one.id for one in few]

    while (seen := oracle.seen_against(only(problem, set(names)))) is not None:
        is_smaller = len(seen) < len(names)
        names = [name for name in names if name in seen]
        if is_smaller:
            continue
        if len(names) > searched:
            oracle.note_against(names)
            return tuple(names), {}
        break

    def block(kept: Sequence[str]) -> bool:
        answer = oracle.ask_few(only(problem, set(kept)))
        plans.extend([] if answer.placements is None else [answer.placements])
        return answer.status == "infeasible"

    found = shrink(names, block, largest=max(1, len(names) // 40))
    oracle.note_against(found)
    missing = [(set(found).difference(one.session for one in plan), plan) for plan in plans]
    return found, {names.pop(): plan for names, plan in missing if len(names) == 1}


class _Few:
    """A few sessions that cannot all be placed, were there no others, and the facts of the file that concern them."""

    def __init__(
        self,
        facts: Iterable[Blocker],
        changed: AgendaProblem,
        names: frozenset[str],
        oracle: Oracle,
        plans: Mapping[str, tuple[Placement, ...]],
        *,
        is_late: Callable[[], bool],
    ) -> None:
        """Read the facts.

        Args:
            facts: those of the file that may be made neutral.
            changed: the file with the changes that are made already.
            plans: of the few but for one session, by that session.
            is_late: asked whether to answer no more.
        """
        self._is_late = is_late
        self._oracle, self._without = oracle, plans
        self._problem = only(changed, names)
        self._file = ProblemFile(self._problem)
        self._others = Counter(_durations(changed, names))
        own = {mark: fact.steps for mark, fact in _marked(blockers_of(self._problem))}
        self._steps = {fact: own[mark] for mark, fact in _marked(facts) if mark in own}
        self.facts = self._steps.keys()
        self._needed = frozenset(self.facts)
        self._plans: list[tuple[frozenset[Blocker], tuple[Placement, ...]]] = []
        self._plan_of: dict[Hashable, tuple[AgendaProblem, tuple[Placement, ...]]] = {}
        self._seen: dict[Hashable, bool] = {}
        self._known: dict[Hashable, Answer] = {}
        self._known_beside: dict[Hashable, bool] = {}

    def are_seen_to_block(self, kept: Sequence[Blocker]) -> bool:
        """Whether these facts are seen without search to leave the few no plan; false too where it is late."""
        if self._is_late():
            return False
        few = self._with(kept)
        alike = likeness(few)
        if alike not in self._seen:
            self._seen[alike] = self._oracle.sees_against(few)
        return self._seen[alike]

    @property
    def is_unsure(self) -> bool:
        """Whether there was a question without an answer in the short time for it."""
        return "unknown" in self._known.values()

    def block(self, kept: Sequence[Blocker]) -> bool:
        """Whether these facts leave the few no plan; false too where it is not known soon."""
        return self._block(kept, BRIEF)

    def block_at_length(self, kept: Sequence[Blocker]) -> bool:
        """The same with more time for what was not known soon."""
        return self._block(kept, LONGER)

    def _block(self, kept: Sequence[Blocker], work: float) -> bool:
        if self._is_late():
            return False
        few = self._with(kept)
        alike = likeness(few)
        if alike not in self._known or (self._known[alike] == "unknown" and work > BRIEF):
            # Without the session there was a plan already; without a fact it mostly goes beside that.
            gone = {fact.ids[0] for fact in self._needed.difference(kept) if fact.steps[0] == "sessions"}
            answer = self._oracle.ask_few(
                few,
                wanted=self._without.get(gone.pop(), ()) if len(gone) == 1 else (),
                work=work,
                nothing_is_seen=self._seen.get(alike) is False,
            )
            if answer.placements is not None:
                self._plans.append((frozenset(kept), answer.placements))
                self._plan_of[alike] = (few, answer.placements)
            self._known[alike] = answer.status
        if self._known[alike] == "infeasible":
            self._needed = frozenset(kept)
            return True
        return False

    def goes_beside_others(self, fact: Blocker, rest: Sequence[Blocker]) -> bool:
        """Whether the few without a fact, and all others, which ask for nothing, are seen to go beside each other."""
        few = self._with(rest)
        alike = likeness(few)
        if alike not in self._known_beside:
            if alike not in self._plan_of:
                # A plan with more facts than these is one with these.
                plans = (placed for kept, placed in self._plans if fact not in kept and kept.issuperset(rest))
                placed = next(plans, None)
                if placed is None:
                    return False
                self._plan_of[alike] = (few, placed)
            self._known_beside[alike] = goes_beside(*self._plan_of[alike], self._others.elements())
        return self._known_beside[alike]

    def _with(self, kept: Iterable[Blocker]) -> AgendaProblem:
        names = set(kept)
        return self._file.changed(neutral(steps for fact, steps in self._steps.items() if fact not in names))


def _marked(facts: Iterable[Blocker]) -> Iterator[tuple[Hashable, Blocker]]:
    """Facts with what tells each from others, wherever it stands in the file."""
    seen: Counter[Hashable] = Counter()
    for fact in facts:
        mark = (fact.rule, field_of(fact.steps), fact.ids)
        seen[mark] += 1
        yield (mark, seen[mark]), fact


def _durations(problem: AgendaProblem, names: frozenset[str]) -> Iterator[int]:
    """How long the sessions are, but for some, that are to be placed with every fact neutral."""
    return (one.duration for one in problem.sessions if not one.optional and one.id not in names)
