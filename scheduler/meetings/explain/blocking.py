"""Minimal sets of facts that leave no plan, found by solving again and again."""

from collections.abc import Collection, Iterable
from typing import Any

from scheduler.core.blocking import shrink
from scheduler.meetings.explain.facts import Candidate, candidates, capacities, changed, raw_of
from scheduler.meetings.explain.oracle import Oracle
from scheduler.meetings.problem import MeetingsProblem


class Blocking:
    """One problem without a plan, its facts, and what remains of it when some of them are made neutral."""

    def __init__(self, problem: MeetingsProblem, oracle: Oracle) -> None:
        self.raw = raw_of(problem)
        self.facts = candidates(problem)
        self.capacities = capacities(problem)
        self.oracle = oracle

    def smallest(self, neutral: Collection[Candidate]) -> tuple[Candidate, ...]:
        """A minimal set that blocks while ``neutral`` is neutral already; it must block together with all others.

        Counts stay as they are while the set shrinks. Those that the block hangs on are named after it: with enough of
        any of them there would be a plan.
        """
        facts = [fact for fact in self.facts if fact not in neutral]
        found: tuple[Candidate, ...] = tuple(facts)
        while True:
            smaller = shrink(found, lambda kept: self.oracle.blocks(self.keeping(kept, neutral)))
            # Busy time may be what keeps idle time fair, so that a fact can be dropped only after a later one.
            if len(smaller) == len(found):
                break
            found = smaller
        counts = [
            count
            for count in self.capacities
            if count not in neutral and self.oracle.plan(self.keeping(found, [*neutral, count])) is not None
        ]
        return (*found, *counts)

    def keeping(self, kept: Collection[Candidate], neutral: Iterable[Candidate] = ()) -> MeetingsProblem:
        """The problem with all facts neutral but the kept ones; counts stay unless they are among ``neutral``."""
        paths = {fact.fact.path for fact in kept}
        counts = [count for count in neutral if count in self.capacities]
        return self.without([*(fact for fact in self.facts if fact.fact.path not in paths), *counts])

    def without(self, neutral: Iterable[Candidate]) -> MeetingsProblem:
        """The whole problem with only these facts neutral."""
        return self.with_changes((fact.fact.path, fact.neutral) for fact in neutral)

    def with_changes(self, changes: Iterable[tuple[str, Any]]) -> MeetingsProblem:
        """The whole problem with other values at some paths."""
        return changed(self.raw, changes)
