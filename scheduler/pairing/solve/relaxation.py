"""The linear relaxation of a stage: a bound, and which candidates no plan worth looking for can hold.

GLOP solves it in floating point, but only its prices are taken. Bound and reduced costs are worked out from them in
whole numbers: by weak duality any prices give a valid bound, so no rounding can make one that is wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ortools.linear_solver import pywraplp

from scheduler.pairing.constraints import smallest_from
from scheduler.pairing.score import Candidate, Pool

_SCALE = 2**20
"""Prices are rounded to this part of a point."""


@dataclass(frozen=True)
class _Row:
    """``low <= sum of coefficient * column <= high``; ``None`` is open."""

    low: int | None
    high: int | None
    terms: list[tuple[int, int]]


@dataclass(frozen=True)
class Relaxed:
    """What the relaxation proves of a stage.

    ``bound``: no plan has more (for ``changes``: fewer). ``losses`` holds, by the members of a candidate, how far a
    plan with that candidate stays below ``reach``, both in 2**-20 of a point.
    """

    bound: int
    reach: int
    losses: dict[tuple[str, ...], int]
    is_max: bool

    def allows(self, candidate: Candidate, value: int) -> bool:
        """Whether a plan with at least this value of the stage (for ``changes``: at most) may hold the candidate."""
        needed = (value if self.is_max else -value) * _SCALE
        return self.reach - self.losses[candidate.members] >= needed

    def closest(self, candidates: Iterable[Candidate], *, count: int, per_member: int) -> list[Candidate]:
        """The candidates that cost the least to take, of more value among equals; some for each member and form."""
        ranked = sorted(candidates, key=lambda one: (self.losses[one.members], -one.value, one.members))
        taken: Counter[tuple[str, int]] = Counter()
        chosen = []
        for rank, candidate in enumerate(ranked):
            places = [(identifier, len(candidate.members)) for identifier in candidate.members]
            if rank < count or any(taken[place] < per_member for place in places):
                chosen.append(candidate)
                taken.update(places)
        return chosen


class _Relaxation:
    """Columns: the candidates, then "has a partnership" by city, "reached" by city, and the lowest value."""

    def __init__(self, pool: Pool, candidates: Sequence[Candidate]) -> None:
        self.pool = pool
        self.candidates = candidates
        self.upper = [1] * len(candidates)
        self.rows: list[_Row] = []
        self.of_member: dict[str, list[int]] = defaultdict(list)
        for index, candidate in enumerate(candidates):
            for identifier in candidate.members:
                self.of_member[identifier].append(index)
        self.paired = {city: self.column(1) for city in pool.cities if self.of_member[city]}
        self.granted = 0
        self.reached: list[int] = []
        for city, profile in pool.cities.items():
            self._add_reached(city, profile.engagements.min)
        for city, column in self.paired.items():
            self.rows.append(_Row(0, None, [*self._each(self.of_member[city], 1), (column, -1)]))
        self._add_limits()
        self._add_shares()

    def column(self, upper: int) -> int:
        self.upper.append(upper)
        return len(self.upper) - 1

    def fix(self, stage: str, value: int) -> None:
        """Ask for at least the value reached in a stage before."""
        if stage == "lowest":
            for city, column in self.paired.items():
                self.rows.append(_Row(0, None, [*self._worth(city), (column, -value)]))
            return
        terms, constant = self.objective(stage)
        needed = -value if stage == "changes" else value
        self.rows.append(_Row(needed - constant, None, terms))

    def objective(self, stage: str) -> tuple[list[tuple[int, int]], int]:
        """Terms and constant of what the stage makes as large as possible."""
        if stage == "reached":
            return [(column, 1) for column in self.reached], self.granted
        if stage == "paired":
            return [(column, 1) for column in self.paired.values()], 0
        if stage == "value":
            return [(index, one.value) for index, one in enumerate(self.candidates)], 0
        if stage == "lowest":
            floor = self.column(sum(candidate.value for candidate in self.candidates))
            for city in self.paired:
                self.rows.append(_Row(0, None, [*self._worth(city), (floor, -1)]))
            return [(floor, 1)], 0
        before = {frozenset(members) for members in self.pool.problem.previous or ()}
        return [(index, 1 if one.ids in before else -1) for index, one in enumerate(self.candidates)], -len(before)

    def _add_reached(self, city: str, wanted: int) -> None:
        if wanted == 0:
            self.granted += 1
        elif wanted == 1 and city in self.paired:
            self.reached.append(self.paired[city])
        elif wanted <= len(self.of_member[city]):
            column = self.column(1)
            self.reached.append(column)
            self.rows.append(_Row(0, None, [*self._each(self.of_member[city], 1), (column, -wanted)]))

    def _add_limits(self) -> None:
        couples: dict[frozenset[str], list[int]] = defaultdict(list)
        pins = {frozenset(pin) for pin in self.pool.problem.pins}
        for index, candidate in enumerate(self.candidates):
            couples[candidate.couple].append(index)
            if candidate.ids in pins:
                self.rows.append(_Row(1, 1, [(index, 1)]))
        for identifier, indices in self.of_member.items():
            largest = self.pool.limit_of(identifier)
            if largest is not None and largest < len(indices):
                self.rows.append(_Row(None, largest, self._each(indices, 1)))
        self.rows.extend(_Row(None, 1, self._each(indices, 1)) for indices in couples.values() if len(indices) > 1)

    def _add_shares(self) -> None:
        most = len(self.candidates)
        for modality, share in self.pool.problem.shares.items():
            holds = [candidate.modality == modality for candidate in self.candidates]
            for limit, sign in ((share.min, 1), (share.max, -1)):
                if limit is None:
                    continue
                exact = Fraction(limit) if sign == 1 else 1 - Fraction(limit)
                part = smallest_from(exact, most) if sign == 1 else 1 - smallest_from(exact, most)
                above, below = part.numerator, part.denominator
                terms = [(index, sign * (below * held - above)) for index, held in enumerate(holds)]
                self.rows.append(_Row(0, None, terms))

    def _worth(self, city: str) -> list[tuple[int, int]]:
        return [(index, self.candidates[index].value) for index in self.of_member[city]]

    @staticmethod
    def _each(indices: Iterable[int], coefficient: int) -> list[tuple[int, int]]:
        return [(index, coefficient) for index in indices]


def relax(
    pool: Pool, candidates: Sequence[Candidate], *, stage: str, fixed: dict[str, int], seconds: float
) -> Relaxed | None:
    """Relax one stage, with the stages before it fixed; ``None`` where that proves nothing.

    ``lowest`` is relaxed only where every city that can have a partnership has one.
    """
    relaxation = _Relaxation(pool, candidates)
    if stage == "lowest" and fixed.get("paired") != len(relaxation.paired):
        return None
    for name, value in fixed.items():
        relaxation.fix(name, value)
    terms, constant = relaxation.objective(stage)
    prices = _prices(relaxation, terms, seconds)
    if prices is None:
        return None
    reach, reduced = _proved(relaxation, terms, prices)
    reach += constant * _SCALE
    top = reach // _SCALE
    losses = {one.members: max(0, -cost) for one, cost in zip(candidates, reduced, strict=False)}
    return Relaxed(bound=-top if stage == "changes" else top, reach=reach, losses=losses, is_max=stage != "changes")


def _prices(relaxation: _Relaxation, terms: list[tuple[int, int]], seconds: float) -> list[float] | None:
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SetTimeLimit(max(1, int(seconds * 1000)))
    infinity = solver.infinity()
    columns = [solver.NumVar(0, upper, "") for upper in relaxation.upper]
    constraints = []
    for row in relaxation.rows:
        low = -infinity if row.low is None else row.low
        constraint = solver.Constraint(low, infinity if row.high is None else row.high)
        for column, coefficient in row.terms:
            constraint.SetCoefficient(columns[column], coefficient)
        constraints.append(constraint)
    objective = solver.Objective()
    for column, coefficient in terms:
        objective.SetCoefficient(columns[column], coefficient)
    objective.SetMaximization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return None
    return [float(constraint.dual_value()) for constraint in constraints]


def _proved(relaxation: _Relaxation, terms: list[tuple[int, int]], prices: list[float]) -> tuple[int, list[int]]:
    """Weak duality in whole numbers: a bound of the objective, and what each column adds to it per unit."""
    reduced = [0] * len(relaxation.upper)
    for column, coefficient in terms:
        reduced[column] += coefficient * _SCALE
    reach = 0
    for row, given in zip(relaxation.rows, prices, strict=True):
        price = round(given * _SCALE)
        side = row.high if price > 0 else row.low
        if price == 0 or side is None:
            continue
        reach += price * side
        for column, coefficient in row.terms:
            reduced[column] -= price * coefficient
    reach += sum(cost * upper for cost, upper in zip(reduced, relaxation.upper, strict=True) if cost > 0)
    return reach, reduced
