"""Which few changes together mend a problem that no single one does."""

from collections.abc import Iterator, Sequence
from typing import Any

from scheduler.agenda.explain.blocking import blocking_set
from scheduler.agenda.explain.changing import Change, changes_for, fixed_value, is_number, relaxed
from scheduler.agenda.explain.effort import BRIEF, QUICK, SMALL, WHOLE
from scheduler.agenda.explain.facts import Blocker, field_of
from scheduler.agenda.explain.finding import by_kind, crowd_against
from scheduler.agenda.explain.found import Found
from scheduler.agenda.explain.hitting import hitting
from scheduler.agenda.explain.mending import mended, proposed
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import NOTHING, Changes, ProblemFile
from scheduler.agenda.explain.widening import HOURS, widened_for
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement

MOST_TOGETHER = 3
"""Up to so many changes are looked for together with every kind of change; beyond, sessions are left out."""

PATIENCE = 2
"""Lists of which it is hard to tell whether they mend, before sessions are left out."""

MOST_SETS = 30
"""Sets of which one change each is needed after which no further one is looked for, and sessions are left out."""

MOST_LISTS, MOST_GLANCES = 40_000, 400
"""Lists of changes that are written down, and those of which it is looked whether they leave some sessions no plan."""


def find_fixes(
    problem: AgendaProblem, facts: tuple[Blocker, ...], oracle: Oracle, *, most: int = MOST_TOGETHER
) -> Changes | None:
    """The fewest changes found after which there is a plan, with their values, two or more; ``None`` if none are.

    Every list that mends must break every blocking set. So the smallest list that breaks those known is tried; where
    it does not mend, what still blocks is one more set to break (the implicit hitting sets of Karp and
    Moreno-Centeno, 2013).

    Args:
        most: how many together are looked for.
    """
    if any(field_of(fact.steps) == "optional" for fact in facts):
        return None
    return _ListSearch(problem, facts, oracle, min(most, MOST_TOGETHER)).run()


class _ListSearch:
    """Knows sets of changes of which one each is needed, and sessions that must have a plan after any list."""

    def __init__(self, problem: AgendaProblem, facts: tuple[Blocker, ...], oracle: Oracle, most: int) -> None:
        self._problem, self._oracle, self._most = problem, oracle, most
        self._file = ProblemFile(problem)
        # In their order, and looked up again and again.
        self._sets = [dict.fromkeys(changes_for(problem, facts))]
        self._few = crowd_against(problem, oracle) or frozenset()
        self._avoided: set[Change] = set()
        self._kept: frozenset[Change] = frozenset()
        self._undecided: set[tuple[Change, ...]] = set()

    def run(self) -> Changes | None:
        every = self._every_change()
        # What blocks even then shares nothing with what is known: of that first, which says most. What a crowd needs
        # shows sooner with a list.
        if not self._is_crowded:
            found = self._find(relaxed(every))
            if found.status == "infeasible" and not self._learns(every, found):
                return None
        patience = PATIENCE
        while not self._is_late and (chosen := self._smallest()) is not None:
            # Among many, the least that helps the few is seldom enough: that is asked once there is a plan at all.
            fixes = self._with_values_of_few(chosen) if len(self._problem.sessions) <= WHOLE else None
            if fixes is not None:
                return fixes
            found = self._find_list(chosen, is_last=patience == 1)
            if found.placements is not None:
                return self._with_values(chosen, found.placements)
            if found.status == "unknown":
                patience -= 1
            if not patience or not (
                self._turns_away(chosen) if found.status == "unknown" else self._learns(chosen, found)
            ):
                return None
        return None

    @property
    def _is_late(self) -> bool:
        """Whether the search ends: of so few, a list is at hand, and only a shorter one looked for."""
        return self._oracle.is_over or (len(self._problem.sessions) <= WHOLE and self._oracle.is_spent)

    def _plan_of_few(self, chosen: Sequence[Change]) -> Sequence[Placement]:
        if len(self._few) > WHOLE:
            return ()
        some = self._oracle.only(self._file.changed(relaxed(chosen)), self._few)
        plan = self._oracle.ask_few(some, work=BRIEF).placements or ()
        if len(self._problem.sessions) <= WHOLE:
            return plan
        # Among many, what may be at any time finds its place where it is least in the way.
        hours = {change.steps[:2] for change in chosen if field_of(change.steps) in HOURS}
        freed = {one.id for index, one in enumerate(self._problem.sessions) if ("sessions", index) in hours}
        return [entry for entry in plan if entry.session not in freed]

    def _turns_away(self, chosen: tuple[Change, ...]) -> bool:
        """Look elsewhere where it is hard to tell whether a list mends; false where there is nowhere else.

        What breaks several sets at once leaves little to spare: one change for each is easier to prove. Otherwise one
        more change is, of a crowd, and another list of those that are as good where there is none.
        """
        strained = [change for change in chosen if sum(change in one for one in self._sets) > 1]
        self._avoided.update(strained)
        if strained:
            return True
        if not self._is_crowded:
            self._undecided.add(chosen)
            return True
        self._kept = frozenset(chosen)
        return len(chosen) < self._most

    def _every_change(self) -> tuple[Change, ...]:
        every = dict.fromkeys(change for one in self._sets for change in one)
        return tuple(sorted(every, key=lambda change: change.cost))

    def _find_list(self, chosen: Sequence[Change], *, is_last: bool) -> Found:
        """Whether a list mends; where no plan comes about from nothing, another list is tried first if there is one."""
        changes = relaxed(chosen)
        changed = self._file.changed(changes)
        if self._oracle.wants_all_rooms(changed, self._few):
            afresh = self._oracle.afresh(changed, self._few)
            if afresh is not None:
                return Found("feasible", afresh)
            if not is_last:
                return Found("unknown")
        return self._find(changes, self._plan_of_few(chosen))

    def _find(self, changes: Changes, wanted: Sequence[Placement] = ()) -> Found:
        found = self._find_all(self._file.changed(changes), wanted)
        self._few |= found.against or frozenset()
        return found

    def _find_all(self, changed: AgendaProblem, wanted: Sequence[Placement]) -> Found:
        # What is hard to tell of many is left; of few it is soon told.
        is_brief = len(self._problem.sessions) > SMALL
        return self._oracle.find(changed, wanted=wanted, firm=self._few, brief=is_brief)

    def _learns(self, chosen: Sequence[Change], found: Found) -> bool:
        """One more set of changes, of which these, that leave no plan, have none; false where there is none."""
        if self._oracle.is_half_over or self._is_late or len(self._sets) >= MOST_SETS:
            return False
        every = self._every_change()
        if self._is_against(every, found.against or frozenset()):
            chosen = every
        elif self._is_seen(chosen):
            # That will be seen of others as well, without the facts.
            return True
        given = relaxed(chosen)
        facts = blocking_set(self._problem, self._oracle, given=given)
        more = [change for change in changes_for(self._problem, facts) if change.steps not in given]
        self._sets += [dict.fromkeys(more)] if more else []
        return bool(more)

    def _is_against(self, chosen: Sequence[Change], names: frozenset[str]) -> bool:
        """Whether sessions have no plan after some changes, however far they go; false where it is not soon known."""
        some = self._oracle.only(self._file.changed(relaxed(chosen)), names)
        if len(names) > SMALL:
            return self._oracle.sees_against(some)
        return self._oracle.ask_few(some, work=BRIEF).status == "infeasible"

    def _is_seen(self, chosen: Sequence[Change]) -> bool:
        return self._oracle.sees_against(self._oracle.only(self._file.changed(relaxed(chosen)), self._few))

    def _smallest(self) -> tuple[Change, ...] | None:
        """The fewest changes, of these the cheapest, that have one in every set and leave the few sessions a plan."""
        glances = MOST_GLANCES
        # Of a crowd, what did not come about hardly does in another try: one more change is sooner enough.
        for size in range(len(self._kept) + 1 if self._kept and self._is_crowded else 2, self._most + 1):
            for some in self._hitting(size):
                if some in self._undecided:
                    continue
                glances -= 1
                if glances < 0 or self._is_late:
                    return None
                is_against = self._is_seen(some) or (len(self._few) <= SMALL and self._is_against(some, self._few))
                if not is_against:
                    return some
        return None

    def _hitting(self, size: int) -> Iterator[tuple[Change, ...]]:
        """Lists of so many changes that have one in every set, the cheapest first."""
        worth = self._worth_trying()
        every = [change for change in self._every_change() if change not in self._avoided and change in worth]
        # Of changes that are as good as each other no list has more than its size.
        groups = by_kind(self._problem, self._few, every)
        some = sorted((change for group in groups for change in group[:size]), key=every.index)
        found = hitting(self._sets, some, kept=tuple(self._kept), size=size, most=MOST_LISTS)
        lists = [tuple(sorted(one, key=lambda change: (change.cost, str(change.steps)))) for one in found]
        yield from sorted(lists, key=lambda one: sum(change.cost for change in one))

    @property
    def _is_crowded(self) -> bool:
        """Whether many sessions fill what there is: what eases one session or person hardly makes room for them."""
        return len(self._few) > SMALL and len(self._problem.sessions) > WHOLE

    def _worth_trying(self) -> frozenset[Change]:
        """All changes, but of a crowd only those that ease many, where there are such."""
        if not self._is_crowded:
            return frozenset(self._every_change())
        wide = [[change for change in one if change.steps[0] not in ("sessions", "people")] for one in self._sets]
        narrow = self._kept or [
            change for some, one in zip(wide, self._sets, strict=True) if not some for change in one
        ]
        return frozenset([*narrow, *(change for some in wide for change in some)])

    def _with_values_of_few(self, chosen: tuple[Change, ...]) -> Changes | None:
        """Values for which the few sessions have a plan, if there is soon one of all with them."""
        others = relaxed(chosen)
        placements: Sequence[Placement] = ()
        if len(self._few) > SMALL:
            return None
        for change in chosen:
            del others[change.steps]
            proposal = proposed(self._problem, change, others, self._few, self._oracle)
            if proposal is None:
                return None
            others[change.steps], placements = proposal.value, proposal.placements
        if self._find(others, placements).status != "feasible":
            return None
        return {change.steps: others[change.steps] for change in chosen}

    def _with_values(self, chosen: tuple[Change, ...], plan: Sequence[Placement]) -> Changes | None:
        """Give each change its value, those to come still taken as far as they go.

        Args:
            plan: one with all of them as far as they go, which shows how far they must.
        """
        others = relaxed(chosen)
        for change in chosen:
            furthest = self._file.changed(others)
            del others[change.steps]
            if field_of(change.steps) in HOURS:
                value, plan = self._hours(change, others, furthest, plan)
            elif is_number(change):
                value = mended(self._problem, change, others, self._oracle)
                if value is NOTHING:
                    return None
            else:
                value = fixed_value(change)
            others[change.steps] = value
        return {change.steps: others[change.steps] for change in chosen}

    def _hours(
        self, change: Change, others: Changes, furthest: AgendaProblem, plan: Sequence[Placement]
    ) -> tuple[Any, Sequence[Placement]]:
        """The hours that the few need, if all have soon a plan with them, else those that a plan of all needs."""
        least = None
        if len(self._few) <= WHOLE:
            least = proposed(self._problem, change, others, self._few, self._oracle)
        if least is not None:
            placed = self._placed(self._file.changed({**others, change.steps: least.value}), least.placements, plan)
            if placed is not None:
                return least.value, placed
        return widened_for(self._problem, furthest, change.steps, plan), plan

    def _placed(
        self, changed: AgendaProblem, few: Sequence[Placement], plan: Sequence[Placement]
    ) -> Sequence[Placement] | None:
        """A plan with other hours, if there is soon one: of many sessions, near the plan that is there already."""
        if len(self._problem.sessions) <= WHOLE:
            return self._find_all(changed, few).placements
        attempt = self._oracle.attempt(changed, wanted=plan, most_ejections=QUICK)
        return attempt.placements if attempt.is_complete else None
