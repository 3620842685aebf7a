"""A few sessions that cannot all be placed, and what is asked about the facts that concern them."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from scheduler.agenda.explain.alike import facts_alike, likeness
from scheduler.agenda.explain.contradiction import is_seen_by
from scheduler.agenda.explain.effort import BRIEF, LONGER
from scheduler.agenda.explain.facts import Blocker, blockers_of, field_of
from scheduler.agenda.explain.found import Answer
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.packing import goes_beside
from scheduler.agenda.explain.relaxing import ProblemFile, neutral
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement

MOST_NEUTRAL = 4
"""Facts that are kept for each that is not, above which the few are not read anew without those."""


class Few:
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
        self._others = Counter(durations_of(changed, names))
        # Facts of other sessions are many, and no concern.
        near = (fact for fact in facts if fact.steps[0] != "sessions" or fact.ids[0] in names)
        self._marks = {fact: mark for mark, fact in _marked(near)}
        self._lay_down(oracle.only(changed, names))
        self.facts = tuple(self._steps)
        self._needed = frozenset(self.facts)
        self._plans: list[tuple[frozenset[Blocker], tuple[Placement, ...]]] = []
        self._plans_without: dict[str, tuple[Blocker, tuple[Placement, ...]]] = {}
        self._plan_of: dict[Hashable, tuple[AgendaProblem, tuple[Placement, ...]]] = {}
        self._seen: dict[Hashable, bool] = {}
        self._known: dict[Hashable, Answer] = {}
        self._known_beside: dict[Hashable, bool] = {}

    def _lay_down(self, problem: AgendaProblem) -> None:
        self.problem = problem
        self._file = ProblemFile(problem)
        own = {mark: fact.steps for mark, fact in _marked(blockers_of(problem))}
        self._steps = {fact: own[mark] for fact, mark in self._marks.items() if mark in own}

    def forget_all_but(self, kept: Sequence[Blocker]) -> None:
        """Ask for no other facts any more: the fewer there are to make neutral, the quicker that is."""
        if MOST_NEUTRAL * (len(self._steps) - len(kept)) < len(kept):
            return
        problem = self._with(kept)
        self._marks = {fact: self._marks[fact] for fact in kept}
        self._lay_down(problem)

    def are_seen_to_block(self, kept: Sequence[Blocker]) -> bool:
        """Whether these facts are seen without search to leave the few no plan; false too where it is late."""
        if self._is_late():
            return False
        few = self._with(kept)
        alike = likeness(few)
        if alike not in self._seen:
            self._seen[alike] = self._oracle.sees_against(few)
        return self._seen[alike]

    def are_seen_by(self, check: str, kept: Sequence[Blocker]) -> bool:
        """The same by one check alone."""
        few = self._with(kept)
        return not self._is_late() and is_seen_by(check, few, self._oracle.legal_of(few))

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
            answer = self._oracle.at_once(few, self._exchanged(kept)) or self._oracle.ask_few(
                few,
                wanted=self._without_one(kept),
                work=work,
                nothing_is_seen=self._seen.get(alike) is False,
                any_plan=True,
            )
            if answer.placements is not None:
                self._plans.append((frozenset(kept), answer.placements))
                freed = self._freed(kept)
                if freed is not None:
                    self._plans_without[field_of(freed.steps)] = (freed, answer.placements)
                self._plan_of[alike] = (few, answer.placements)
            self._known[alike] = answer.status
        if self._known[alike] == "infeasible":
            self._needed = frozenset(kept)
            self._plans_without.clear()
            return True
        return False

    def _without_one(self, kept: Sequence[Blocker]) -> tuple[Placement, ...]:
        gone = {fact.ids[0] for fact in self._needed.difference(kept) if fact.steps[0] == "sessions"}
        return self._without.get(gone.pop(), ()) if len(gone) == 1 else ()

    def _exchanged(self, kept: Sequence[Blocker]) -> tuple[Placement, ...]:
        """A plan without some other fact of a session, with the two sessions exchanged, where there was one.

        What was free in it takes the place of what is free now, and that takes the place that was anywhere.
        """
        freed = self._freed(kept)
        if freed is None or not self._plans_without:
            return ()
        # What is bound by the same rule goes most likely where the other was.
        one, placed = self._plans_without.get(field_of(freed.steps)) or next(reversed(self._plans_without.values()))
        if one.ids[0] == freed.ids[0]:
            return placed
        places = {entry.session: entry for entry in placed}
        names = {one.ids[0]: freed.ids[0], freed.ids[0]: one.ids[0]}
        # What may be left out mostly is.
        if not names.keys() <= places.keys():
            return ()
        here, there = (places[name].model_copy(update={"session": to}) for name, to in names.items())
        return (*(entry for entry in placed if entry.session not in names), here, there)

    def _freed(self, kept: Sequence[Blocker]) -> Blocker | None:
        """The fact of a session, if it is one, that is left out of those that are known to block."""
        gone = self._needed.difference(kept)
        fact = next(iter(gone)) if len(gone) == 1 else None
        return fact if fact is not None and fact.steps[0] == "sessions" else None

    def goes_beside_others(self, kept: Sequence[Blocker]) -> bool:
        """Whether the few with these facts only, and all others, which ask for nothing, are seen to go together."""
        few = self._with(kept)
        alike = likeness(few)
        if alike not in self._known_beside:
            if alike not in self._plan_of:
                # A plan with more facts than these is one with these.
                placed = next((placed for facts, placed in self._plans if facts.issuperset(kept)), None)
                if placed is None:
                    return False
                self._plan_of[alike] = (few, placed)
            self._known_beside[alike] = goes_beside(*self._plan_of[alike], self._others.elements())
        return self._known_beside[alike]

    def alike(self, kept: Sequence[Blocker]) -> list[list[Blocker]]:
        """These facts in groups of those that may change places while all others are neutral, of short sessions first.

        So more of them can go.
        """
        few = self._with(kept)
        durations = {one.id: one.duration for one in few.sessions}
        return sorted(
            facts_alike(few, kept), key=lambda group: durations.get(group[0].ids[0], 0) if group[0].ids else 0
        )

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


def durations_of(problem: AgendaProblem, names: frozenset[str]) -> Iterator[int]:
    """How long the sessions are, but for some, that are to be placed with every fact neutral."""
    return (one.duration for one in problem.sessions if not one.optional and one.id not in names)
