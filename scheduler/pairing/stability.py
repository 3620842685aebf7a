"""Pairs of cities that would both rather have each other: the blocking pairs of the literature.

Gale and Shapley (1962) for marriages and roommates; with several places a city, a pair blocks if each side has a place
free or a partnership that it holds for less (Cechlárová and Fleiner 2005, stable b-matching). What a partnership is
worth to a city is its value, the same for every member, as the problem's own weights count it.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from scheduler.core.values import Id, Value
from scheduler.pairing.catalogue import catalogue_of
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool
from scheduler.pairing.solution import PairingSolution, Partnership, Points


class Side(Value):
    """One city of a blocking pair, and the partnership it would give up for it; ``None`` where it has a place free."""

    id: Id
    instead_of: tuple[Id, ...] | None
    loses: Points


class BlockingPair(Value):
    """Two cities that would both rather have each other; ``value`` is what their pair is worth to each."""

    sides: tuple[Side, Side]
    value: Points


def blocking_pairs(problem: PairingProblem, solution: PairingSolution) -> tuple[BlockingPair, ...]:
    """The blocking pairs of a plan that keeps the hard rules, those first that gain most together.

    Only what the hard rules allow counts: the two may be a pair, are not together already, give up no pinned
    partnership, and what is left keeps the shares. Of several partnerships that a city would give up, the one of least
    value that the shares can spare is named. A plan is stable where the answer is empty; a best plan need not be.
    """
    pool = Pool(problem)
    plan = _Plan(problem, pool, solution)
    catalogue = catalogue_of(pool)
    pairs = (catalogue.members[:, 2] == catalogue.nobody).nonzero()[0].tolist()
    found = [pair for number in pairs for pair in plan.blocked_by(catalogue.candidate(number))]
    found.sort(key=lambda pair: (sum(side.loses for side in pair.sides) - 2 * pair.value, _names(pair)))
    return tuple(found)


class _Plan:
    """A plan by its cities: what each holds, worth least first, and whether it has a place free."""

    def __init__(self, problem: PairingProblem, pool: Pool, solution: PairingSolution) -> None:
        self.problem, self.pool = problem, pool
        pins = {frozenset(pin) for pin in problem.pins}
        self.counts = Counter(partnership.modality for partnership in solution.partnerships)
        self.held = Counter(one for partnership in solution.partnerships for one in partnership.ids)
        self.couples = {
            frozenset(member.id for member in partnership.members if member.role != "facilitating")
            for partnership in solution.partnerships
        }
        self.loose: dict[str, list[Partnership]] = {city: [] for city in pool.cities}
        for partnership in sorted(solution.partnerships, key=lambda one: one.value):
            for identifier in partnership.ids & pool.cities.keys():
                if partnership.ids not in pins:
                    self.loose[identifier].append(partnership)

    def blocked_by(self, pair: Candidate) -> Iterator[BlockingPair]:
        """The pair as a blocking one, if it is."""
        if pair.couple in self.couples:
            return
        one, other = pair.members
        choices = product(self._given_up(one, pair.value), self._given_up(other, pair.value))
        for first, second in sorted(choices, key=lambda given: sum(each.value for each in given if each)):
            if self._keeps_shares(pair, {each.ids: each for each in (first, second) if each}):
                yield BlockingPair(sides=(_side(one, first), _side(other, second)), value=pair.value)
                return

    def _given_up(self, city: str, value: int) -> list[Partnership | None]:
        limit = self.pool.limit_of(city)
        if limit is None or self.held[city] < limit:
            return [None]
        return [partnership for partnership in self.loose[city] if partnership.value < value]

    def _keeps_shares(self, pair: Candidate, given_up: dict[frozenset[str], Partnership]) -> bool:
        counts = self.counts + Counter([pair.modality])
        counts.subtract(partnership.modality for partnership in given_up.values())
        total = sum(counts.values())
        return all(
            (share.min is None or counts[name] >= Fraction(share.min) * total)
            and (share.max is None or counts[name] <= Fraction(share.max) * total)
            for name, share in self.problem.shares.items()
        )


def _side(city: str, given_up: Partnership | None) -> Side:
    if given_up is None:
        return Side(id=city, instead_of=None, loses=0)
    return Side(id=city, instead_of=tuple(member.id for member in given_up.members), loses=given_up.value)


def _names(pair: BlockingPair) -> tuple[str, ...]:
    return tuple(side.id for side in pair.sides)
