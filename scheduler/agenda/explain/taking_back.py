"""A few changes that mend a problem together, found from above: much is changed, and taken back while there is a plan.

So a list that mends is at hand from the first plan on, however hard it is to tell that a shorter one does not. Only
plans are asked for, which come about soon or hardly at all, and each plan shows at once which changes it needs.
"""

from collections.abc import Iterable, Sequence
from functools import partial

from scheduler.agenda.explain.changing import MAKE_OPTIONAL, Change, changes_for, fixed_value, is_number, relaxed
from scheduler.agenda.explain.effort import BRIEF, THOROUGH
from scheduler.agenda.explain.facts import Blocker, blockers_of, field_of
from scheduler.agenda.explain.mending import raised
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.relaxing import Changes, ProblemFile
from scheduler.agenda.explain.widening import HOURS, nearest, widened_for
from scheduler.agenda.model import solution_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.solution import Placement
from scheduler.agenda.validation import validate
from scheduler.core.blocking import shrink

MOST_LOOKED_AT = 24
"""Changes of which it is looked which ones a plan needs: one that may use many more uses most of them."""


def few_changes(problem: AgendaProblem, facts: Sequence[Blocker], oracle: Oracle) -> Changes | None:
    """Changes with their values after which there is a plan, of which none was found to be one too many.

    Nothing where no plan is soon found, however much is changed.
    """
    search = _TakingBack(problem, oracle)
    changes = search.from_all(_every_change(problem, facts), near=len(changes_for(problem, facts)))
    return search.with_values(changes) if changes else None


def _every_change(problem: AgendaProblem, facts: Sequence[Blocker]) -> list[Change]:
    """What could break the facts at hand, then all else, the cheapest first, and of sessions the longest."""
    left_out = [
        Change(MAKE_OPTIONAL, ("sessions", index, "optional"))
        for index, one in sorted(enumerate(problem.sessions), key=lambda entry: -entry[1].duration)
        if not one.optional
    ]
    others = sorted([*left_out, *changes_for(problem, blockers_of(problem))], key=lambda change: change.cost)
    return list(dict.fromkeys([*changes_for(problem, facts), *others]))


class _TakingBack:
    """Holds the last plan that was found: the next one is mostly near it."""

    def __init__(self, problem: AgendaProblem, oracle: Oracle) -> None:
        self._problem, self._oracle = problem, oracle
        self._file = ProblemFile(problem)
        self._plan: Sequence[Placement] = ()

    def from_all(self, every: Sequence[Change], *, near: int) -> list[Change]:
        """Those of some changes that are left in the end; nothing where there is no plan with all of them.

        Args:
            near: how many of them, the first, are tried alone before twice as many are.
        """
        count = max(1, near)
        while not self._finds_plan(every[:count]):
            if count >= len(every):
                return []
            count *= 2
        # What could break the facts at hand stays longest.
        kept = self._taken_back(list(reversed(every[:count])), work=0)
        # Of two, each is among the changes that were tried alone.
        return kept if len(kept) <= 2 else self._taken_back(kept, work=BRIEF)

    def _taken_back(self, kept: list[Change], *, work: float) -> list[Change]:
        """Without those that go, first many at a time."""
        size = max(1, len(kept) // 2)
        while size:
            kept = self._swept(kept, size, work=work)
            size //= 2
        return kept

    def _swept(self, kept: list[Change], size: int, *, work: float) -> list[Change]:
        """Without so many at a time of which a plan shows that they are not needed."""
        position = 0
        while position < len(kept):
            before, rest = kept[:position], kept[:position] + kept[position + size :]
            if rest and self._finds_plan(rest, work=work):
                kept = self._needed(rest)
                position = sum(change in kept for change in before)
            else:
                position += size
        return kept

    def _finds_plan(self, changes: Sequence[Change], *, work: float = 0) -> bool:
        changed = self._file.changed(relaxed(changes))
        most = THOROUGH * len(self._problem.sessions)
        plan = self._oracle.soon(changed, wanted=self._plan, most_ejections=most, work=work)
        self._plan = self._plan if plan is None else plan
        return plan is not None

    def _needed(self, changes: list[Change]) -> list[Change]:
        """Those that the plan at hand needs, where they are few; one at least, since the file itself has no plan."""
        if len(changes) > MOST_LOOKED_AT:
            return changes
        kept = list(changes)
        for cost in sorted({change.cost for change in changes}, reverse=True):
            # What is cheaper may do in the place of what asks more.
            others = [change for change in kept if change.cost != cost]
            some = shrink([change for change in kept if change.cost == cost], partial(self._are_enough, others))
            kept = [change for change in kept if change.cost != cost or change in some]
        return kept

    def _are_enough(self, some: Sequence[Change], more: Sequence[Change]) -> bool:
        return self._keeps_rules(relaxed([*some, *more]))

    def _keeps_rules(self, changes: Changes) -> bool:
        changed = self._file.changed(changes)
        return not validate(changed, solution_of(changed, self._plan))

    def with_values(self, changes: Iterable[Change]) -> Changes | None:
        """Give each change the value nearest to what the file says that is soon found, with a plan for all of them."""
        some = sorted(changes, key=lambda change: change.cost)
        values = relaxed(some)
        for change in some:
            furthest = self._file.changed(values)
            del values[change.steps]
            values[change.steps] = self._value(change, values, furthest)
        found = {change.steps: values[change.steps] for change in some}
        return found if self._keeps_rules(found) else None

    def _value(self, change: Change, others: Changes, furthest: AgendaProblem) -> object:
        given = dict(others)
        if field_of(change.steps) in HOURS:
            self._plan = nearest(
                self._problem,
                lambda changes: self._file.changed({**given, **changes}),
                change.steps,
                self._plan,
                self._oracle,
            )
            return widened_for(self._problem, furthest, change.steps, self._plan)
        if is_number(change):
            proposal = raised(self._problem, change, given, self._plan, self._oracle)
            self._plan = proposal.placements
            return proposal.value
        return fixed_value(change)
