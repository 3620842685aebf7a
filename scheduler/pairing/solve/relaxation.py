"""The linear relaxation of a goal: solved over few candidates, proved over all of them.

GLOP solves it in floating point, but only its prices are taken. Bound and losses are worked out from them in whole
numbers: by weak duality any prices give a valid bound, so no rounding can make one that is wrong.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from scheduler.pairing.catalogue import Catalogue, Numbers
from scheduler.pairing.solve.cuts import crossed_couples, odd_sets
from scheduler.pairing.solve.master import Master, Row

TOLERANCE = 1e-6
"""A candidate whose price is this close to its gain does not make the relaxation better."""

PER_MEMBER = 8
"""How many candidates of each member join in one round."""

ROUNDS_OF_CUTS = 12
"""At most this many times the relaxation is made tighter; each time it has to be solved again."""

_LARGEST_SCALE = 2**32
_ROOM = 2**61


@dataclass(frozen=True)
class Relaxed:
    """What a relaxation proves of all candidates of its catalogue.

    ``bound``: no plan makes the goal larger. ``losses`` says by candidate how far a plan with it stays below
    ``reach``; both are counted in parts of a point, of which ``scale`` make one. ``numbers`` are the candidates that
    the relaxation was solved over, ``values`` how much of each it forms.
    """

    bound: int
    reach: int
    scale: int
    losses: Numbers
    numbers: Numbers
    values: NDArray[np.float64]

    def allowed(self, least: int) -> NDArray[np.bool_]:
        """The candidates that a plan may hold which makes the goal at least this large."""
        return np.asarray(self.losses <= self.reach - least * self.scale)


def relax(
    master: Master,
    start: Numbers,
    *,
    seconds: Callable[[], float],
    cutting: bool = True,
    enough: int | None = None,
) -> Relaxed | None:
    """Solve the relaxation, from some candidates on; ``None`` where the time was too short for a bound.

    Args:
        start: numbers of candidates that together can keep all that the goal asks for.
        seconds: what is left to spend, asked again and again.
        cutting: whether to look for odd sets, which make the bound tighter.
        enough: stop where the relaxation comes to this; the bound then proves nothing more.
    """
    program = _Program(master, start)
    rounds = ROUNDS_OF_CUTS if cutting else 0
    best: Relaxed | None = None
    while (left := seconds()) > 0:
        if not program.solve(left):
            return best
        prices = program.prices()
        is_enough = enough is not None and program.reached > enough - TOLERANCE
        gains = master.reduced(prices, 1, np.float64)
        better = _best_of_each(master.catalogue, np.where(program.has, 0.0, gains))
        if len(better) and not is_enough:
            program.add(better)
            continue
        values = program.values()
        best = proved(master, prices, program.numbers, values)
        rows = crossed_couples(master, program.numbers, values)
        if not rows and rounds > 0:
            rounds -= 1
            rows = odd_sets(master, program.numbers, values)
        if not rows:
            return best
        program.cut(rows)
    return best


def spread(catalogue: Catalogue, score: NDArray[Any], *, per_member: int) -> Numbers:
    """The numbers of the best candidates of each member by a score."""
    chosen = []
    for identifier in catalogue.ids:
        numbers = catalogue.of_member(identifier)
        if len(numbers) > per_member:
            numbers = numbers[np.argpartition(-score[numbers], per_member)[:per_member]]
        chosen.append(numbers)
    return np.unique(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


def proved(master: Master, prices: list[float], numbers: Numbers, values: NDArray[np.float64]) -> Relaxed:
    """Bound and losses that follow from prices, whatever they are."""
    scale = _scale(master, prices)
    whole = _whole_prices(master.rows, prices, scale)
    reach, reduced = _reach(master, whole, scale)
    lifted = _lifted(master, whole, reduced)
    if lifted is not None:
        other, others = _reach(master, lifted, scale)
        if other < reach:
            reach, reduced = other, others
    return Relaxed(reach // scale, reach, scale, np.maximum(0, -reduced), numbers, values)


class _Program:
    """A linear program over some of the candidates that grows by columns and by cuts."""

    def __init__(self, master: Master, numbers: Numbers) -> None:
        self.master = master
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        # Without presolve each solve starts from the basis of the one before.
        self.solver.SetSolverSpecificParametersAsString("use_preprocessing: false")
        self.infinity = self.solver.infinity()
        self.others = [self.solver.NumVar(0, upper, "") for upper in master.upper]
        self.objective = self.solver.Objective()
        for column, gain in master.objective.items():
            self.objective.SetCoefficient(self.others[column], gain)
        self.objective.SetMaximization()
        self.formed: list[Any] = []
        self.numbers: Numbers = np.zeros(0, dtype=np.int64)
        self.has = np.zeros(len(master.catalogue), dtype=bool)
        self.constraints: list[Any] = []
        self._add_rows(master.rows)
        self.add(np.union1d(numbers, master.pinned))

    def add(self, numbers: Numbers) -> None:
        """Take in further candidates."""
        numbers = numbers[~self.has[numbers]]
        self.has[numbers] = True
        master = self.master
        gains = master.gains[numbers]
        # A member with one place keeps the column at 1 by itself; a bound of its own would only split its price.
        single = np.asarray(master.is_single[master.catalogue.members[numbers]].any(axis=1))
        fresh = []
        for gain, alone in zip(gains.tolist(), single.tolist(), strict=True):
            variable = self.solver.NumVar(0, self.infinity if alone else 1, "")
            if gain:
                self.objective.SetCoefficient(variable, gain)
            fresh.append(variable)
        for row, constraint in zip(master.rows, self.constraints, strict=True):
            self._fill(row, constraint, numbers, fresh)
        self.formed.extend(fresh)
        self.numbers = np.concatenate([self.numbers, numbers])

    def cut(self, rows: list[Row]) -> None:
        """Take in further rows."""
        self.master.rows.extend(rows)
        self._add_rows(rows)
        for row, constraint in zip(rows, self.constraints[-len(rows) :], strict=True):
            self._fill(row, constraint, self.numbers, self.formed)

    def solve(self, seconds: float) -> bool:
        self.solver.SetTimeLimit(max(1, int(min(seconds, 1e6) * 1000)))
        return bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)

    @property
    def reached(self) -> float:
        return float(self.objective.Value()) + self.master.constant

    def prices(self) -> list[float]:
        return [float(constraint.dual_value()) for constraint in self.constraints]

    def values(self) -> NDArray[np.float64]:
        return np.array([variable.solution_value() for variable in self.formed], dtype=np.float64)

    def _add_rows(self, rows: Iterable[Row]) -> None:
        for row in rows:
            low = -self.infinity if row.low is None else row.low
            constraint = self.solver.Constraint(low, self.infinity if row.high is None else row.high)
            for column, coefficient in row.others.items():
                constraint.SetCoefficient(self.others[column], coefficient)
            self.constraints.append(constraint)

    def _fill(self, row: Row, constraint: Any, numbers: Numbers, variables: list[Any]) -> None:
        if row.kind == "none" or not len(numbers):
            return
        coefficients = self.master.coefficients(row, numbers)
        for at in np.flatnonzero(coefficients).tolist():
            constraint.SetCoefficient(variables[at], int(coefficients[at]))


def _best_of_each(catalogue: Catalogue, gains: NDArray[np.float64]) -> Numbers:
    """The candidates of each member that make the relaxation better by most."""
    better = np.flatnonzero(gains > TOLERANCE)
    if len(better) <= PER_MEMBER:
        return better
    better = better[np.argsort(-gains[better], kind="stable")]
    chosen = np.zeros(len(better), dtype=bool)
    for place in range(catalogue.members.shape[1]):
        of_place = catalogue.members[better, place]
        order = np.argsort(of_place, kind="stable")
        rank = np.arange(len(order)) - np.searchsorted(of_place[order], of_place[order])
        chosen[order[rank < PER_MEMBER]] |= of_place[order[rank < PER_MEMBER]] != catalogue.nobody
    return better[chosen]


def _scale(master: Master, prices: list[float]) -> int:
    """Parts of a point, as fine as 64 bits allow for every sum that may come up."""
    catalogue = master.catalogue
    value = int(catalogue.value.max(initial=1))
    largest = max((abs(price) for price in prices), default=0.0)
    coefficient = max(value, *(abs(number) for row in master.rows for number in row.others.values()), 1)
    terms = 8 + len(master.rows)
    bound = value + int(largest * coefficient + 1) * terms
    scale = _LARGEST_SCALE
    while scale > 1 and bound * scale > _ROOM:
        scale //= 2
    return scale


def _whole_prices(rows: list[Row], prices: list[float], scale: int) -> list[int]:
    """Prices in parts of a point; none where there is nothing to hold against it."""
    whole = []
    for row, price in zip(rows, prices, strict=True):
        rounded = round(price * scale)
        side = row.high if rounded > 0 else row.low
        whole.append(0 if side is None else rounded)
    return whole


def _reach(master: Master, prices: list[int], scale: int) -> tuple[int, Numbers]:
    """Weak duality: a bound of the goal, and what each candidate adds to it when it is formed."""
    others = [0] * len(master.upper)
    for column, gain in master.objective.items():
        others[column] += gain * scale
    reach = master.constant * scale
    for row, price in zip(master.rows, prices, strict=True):
        if price:
            side = row.high if price > 0 else row.low
            assert side is not None
            reach += price * side
            for column, coefficient in row.others.items():
                others[column] -= price * coefficient
    reach += sum(left * upper for left, upper in zip(others, master.upper, strict=True) if left > 0)
    reduced: Numbers = master.reduced(prices, scale, np.int64)
    return reach + sum(reduced[reduced > 0].tolist()), reduced


def _lifted(master: Master, prices: list[int], reduced: Numbers) -> list[int] | None:
    """Prices with those of limited members raised until no candidate gains more than it costs."""
    above = np.flatnonzero(reduced > 0)
    if not len(above):
        return None
    members, over = master.catalogue.members[above], reduced[above]
    limited = master.is_limited[members]
    share = np.maximum(limited.sum(axis=1), 1)
    raised = np.zeros(len(master.catalogue.ids) + 1, dtype=np.int64)
    for place in range(members.shape[1]):
        np.maximum.at(raised, members[:, place], np.where(limited[:, place], -(-over // share), 0))
    lifted = list(prices)
    for number, row in enumerate(master.rows):
        if row.kind == "member" and row.high is not None and lifted[number] >= 0:
            lifted[number] += int(raised[row.key])
    return lifted
