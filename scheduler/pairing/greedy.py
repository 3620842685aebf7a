"""A first plan without search: pins, then the cities with the fewest choices first, then what adds value.

It stands at once, and it is where the search for ``reached`` starts: without it CP-SAT wanders at hundreds of cities.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool


class GreedyPlan:
    """A plan that grows one partnership at a time and keeps limits and couples right; shares are mended at the end."""

    def __init__(self, pool: Pool, candidates: Sequence[Candidate]) -> None:
        self.pool = pool
        self.candidates = candidates
        self.formed: dict[frozenset[str], Candidate] = {}
        self.pinned = {frozenset(pin) for pin in pool.problem.pins}
        self._memberships: Counter[str] = Counter()
        self._couples: set[frozenset[str]] = set()

    def fits(self, candidate: Candidate) -> bool:
        return candidate.couple not in self._couples and all(self._has_room(one) for one in candidate.members)

    def add(self, candidate: Candidate) -> None:
        self.formed[candidate.ids] = candidate
        self._couples.add(candidate.couple)
        self._memberships.update(candidate.members)

    def remove(self, candidate: Candidate) -> None:
        del self.formed[candidate.ids]
        self._couples.discard(candidate.couple)
        self._memberships.subtract(candidate.members)

    def wants_more(self, identifier: str) -> bool:
        """Whether this is a city that has fewer partnerships than it wants."""
        city = self.pool.cities.get(identifier)
        return city is not None and self._memberships[identifier] < city.engagements.min

    def _has_room(self, identifier: str) -> bool:
        limit = self.pool.limit_of(identifier)
        return limit is None or self._memberships[identifier] < limit


def greedy_plan(problem: PairingProblem, pool: Pool, candidates: Sequence[Candidate]) -> tuple[Candidate, ...] | None:
    """A plan that keeps every hard rule, or ``None`` where this simple way finds none (there may still be one)."""
    plan = GreedyPlan(pool, candidates)
    by_ids = {candidate.ids: candidate for candidate in candidates}
    if not _form_pins(plan, by_ids):
        return None
    if problem.changes_first and problem.previous:
        _form_where_possible(plan, (by_ids[key] for ids in problem.previous if (key := frozenset(ids)) in by_ids))
    else:
        _reach_cities(plan)
        _form_where_possible(plan, sorted(candidates, key=lambda one: (-one.value, one.members)))
    return tuple(plan.formed.values()) if _mend_shares(plan) else None


def _form_pins(plan: GreedyPlan, by_ids: dict[frozenset[str], Candidate]) -> bool:
    for pin in plan.pool.problem.pins:
        candidate = by_ids.get(frozenset(pin))
        if candidate is None or not plan.fits(candidate):
            return False
        plan.add(candidate)
    return True


def _form_where_possible(plan: GreedyPlan, candidates: Iterable[Candidate]) -> None:
    for candidate in candidates:
        if plan.fits(candidate):
            plan.add(candidate)


def _reach_cities(plan: GreedyPlan) -> None:
    choices: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in plan.candidates:
        for identifier in candidate.members:
            choices[identifier].append(candidate)
    fewest_first = sorted(plan.pool.cities, key=lambda city: (len(choices[city]), city))
    rank = {city: position for position, city in enumerate(fewest_first)}

    def gain(candidate: Candidate) -> tuple[int, int, int]:
        helped = [one for one in candidate.members if plan.wants_more(one)]
        # A partner that few others can take is taken first; value decides between equals.
        return len(helped), -sum(rank[one] for one in helped) // max(1, len(helped)), candidate.value

    for city in fewest_first:
        while plan.wants_more(city):
            open_to = [candidate for candidate in choices[city] if plan.fits(candidate)]
            if not open_to:
                break
            plan.add(max(open_to, key=gain))


def _mend_shares(plan: GreedyPlan) -> bool:
    """Add and drop partnerships until every share is met; False where pins stand in the way."""
    shares = plan.pool.problem.shares
    for _ in range(2 * len(plan.candidates) + 2):
        counts = Counter(candidate.modality for candidate in plan.formed.values())
        total = len(plan.formed)
        scarce = [name for name, s in shares.items() if s.min is not None and counts[name] < Fraction(s.min) * total]
        plenty = [name for name, s in shares.items() if s.max is not None and counts[name] > Fraction(s.max) * total]
        if not scarce and not plenty:
            return True
        droppable = [
            candidate
            for ids, candidate in plan.formed.items()
            if ids not in plan.pinned
            and (candidate.modality in plenty or (not plenty and candidate.modality not in scarce))
        ]
        if not droppable:
            return False
        plan.remove(min(droppable, key=lambda one: (one.value, one.members)))
        best = max(
            (one for one in plan.candidates if one.modality in scarce and plan.fits(one)),
            key=lambda one: (one.value, one.members),
            default=None,
        )
        if best is not None:
            plan.add(best)
    return False
