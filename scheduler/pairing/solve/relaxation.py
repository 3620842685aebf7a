"""The linear relaxation of a goal: solved over few candidates, proved over all of them.

GLOP solves it in floating point, but only its prices are taken: ``proof`` works out from them what holds.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from scheduler.pairing.catalogue import Catalogue, Numbers
from scheduler.pairing.solve.cuts import crossed_couples, odd_sets, rests
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.pricing import Pricing
from scheduler.pairing.solve.proof import TOLERANCE, Relaxed, proved
from scheduler.pairing.solve.rows import Row

PER_MEMBER = 8
"""How many candidates of each member join in one round."""

NEAR = 100_000
"""So many candidates that came nearest to make the relaxation better are looked at before all others."""

ROUNDS_OF_CUTS = 12
"""At most this many times the relaxation is made tighter; each time it has to be solved again."""

_NOTHING: Numbers = np.zeros(0, dtype=np.int64)


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
    return settled(Program(master, start), seconds=seconds, cutting=cutting, enough=enough)


def settled(
    program: "Program", *, seconds: Callable[[], float], cutting: bool = True, enough: int | None = None
) -> Relaxed | None:
    """Take candidates and cuts into a program until none makes it better or tighter; what it then proves.

    Out of time, the last prices prove less, but what they prove holds.
    """
    master = program.master
    rounds = ROUNDS_OF_CUTS if cutting else 0
    prices: list[float] | None = None
    values = np.zeros(0, dtype=np.float64)
    while program.solve(seconds):
        prices, values = program.prices(), program.values()
        is_enough = enough is not None and program.reached > enough - TOLERANCE
        better = _NOTHING if is_enough else program.better_nearby(prices)
        if not len(better):
            rows = crossed_couples(master, program.numbers, values)
            if not rows and rounds > 0:
                rounds -= 1
                rows = rests(master, program.numbers, values, program.columns())
                rows = rows or odd_sets(master, program.numbers, values)
            if rows:
                program.cut(rows)
                continue
            better = _NOTHING if is_enough else program.better_anywhere(prices)
        if not len(better):
            break
        program.add(better)
    if prices is None:
        return None
    # Rows that came in since have no price yet.
    return proved(master, [*prices, *[0.0] * (len(master.rows) - len(prices))], program.numbers, values)


def spread(catalogue: Catalogue, score: NDArray[Any], *, per_member: int) -> Numbers:
    """The numbers of the best candidates of each member by a score."""
    chosen = []
    for identifier in catalogue.ids:
        numbers = catalogue.of_member(identifier)
        if len(numbers) > per_member:
            numbers = numbers[np.argpartition(-score[numbers], per_member)[:per_member]]
        chosen.append(numbers)
    return np.unique(np.concatenate(chosen)) if chosen else np.zeros(0, dtype=np.int64)


class Program:
    """A linear program over some of the candidates that grows by columns and by cuts."""

    def __init__(self, master: Master, numbers: Numbers) -> None:
        self.master = master
        self.near: Numbers | None = None
        self._begin(np.union1d(numbers, master.pinned))

    def _begin(self, numbers: Numbers) -> None:
        master = self.master
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
        self._counting: dict[int, list[Any]] = {}
        self.is_solved = False
        self._is_fresh = True
        self._add_rows(master.rows)
        self.add(numbers)

    def add(self, numbers: Numbers) -> None:
        """Take in further candidates."""
        self.is_solved = False
        numbers = numbers[~self.has[numbers]]
        self.has[numbers] = True
        master = self.master
        members = master.catalogue.members[numbers]
        # A member with one place keeps the column at 1 by itself; a bound of its own would only split its price.
        single = np.asarray(master.is_single[members].any(axis=1))
        fresh = [self.solver.NumVar(0, self.infinity if alone else 1, "") for alone in single.tolist()]
        gains = master.gains_of(numbers)
        for at in np.flatnonzero(gains).tolist():
            self.objective.SetCoefficient(fresh[at], int(gains[at]))
        # Most rows count the partnerships of a member, so they are looked up by member.
        for variable, places in zip(fresh, members.tolist(), strict=True):
            for place in places:
                for constraint in self._counting.get(place, ()):
                    constraint.SetCoefficient(variable, 1)
        for row, constraint in zip(master.rows, self.constraints, strict=True):
            if row.kind != "member":
                self._fill(row, constraint, numbers, fresh)
        self.formed.extend(fresh)
        self.numbers = np.concatenate([self.numbers, numbers])

    def better_nearby(self, prices: Sequence[float]) -> Numbers:
        """Candidates that make the relaxation better, among those that came nearest to it when all were looked at.

        To look at millions each time takes longer than to solve the relaxation (sifting: Bixby et al. 1992).
        """
        if self.near is None:
            return self.better_anywhere(prices)
        return self._best(self.near, Pricing(self.master, prices).of(self.near))

    def better_anywhere(self, prices: Sequence[float]) -> Numbers:
        """Candidates that make the relaxation better, among all."""
        gains = Pricing(self.master, prices).all()
        if len(gains) <= 2 * NEAR:
            return self._best(np.arange(len(gains)), gains)
        self.near = np.sort(np.argpartition(-gains, NEAR)[:NEAR])
        return self._best(self.near, gains[self.near])

    def let(self, numbers: Numbers, *, open_: bool) -> None:
        """Open or close candidates that the program may have taken in."""
        self.is_solved = False
        wanted = set(numbers[self.has[numbers]].tolist())
        if not wanted:
            return
        for number, variable in zip(self.numbers.tolist(), self.formed, strict=True):
            if number in wanted:
                variable.SetUb(1 if open_ else 0)

    def cut(self, rows: list[Row]) -> None:
        """Take in further rows."""
        self.is_solved = False
        self.master.rows.extend(rows)
        self._add_rows(rows)
        for row, constraint in zip(rows, self.constraints[-len(rows) :], strict=True):
            self._fill(row, constraint, self.numbers, self.formed)

    def renew(self, place: int) -> None:
        """Take over the limits of a row that have changed."""
        self.is_solved = False
        row = self.master.rows[place]
        low = -self.infinity if row.low is None else row.low
        self.constraints[place].SetBounds(low, self.infinity if row.high is None else row.high)

    def solve(self, seconds: Callable[[], float]) -> bool:
        """Whether the program was solved in this time; only then, and until it changes, it has prices and values.

        Where GLOP comes to nothing from the basis of the solve before, it begins anew once.
        """
        while (left := seconds()) > 0:
            self.solver.SetTimeLimit(max(1, int(min(left, 1e6) * 1000)))
            self.is_solved = bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)
            if self.is_solved or self._is_fresh or seconds() <= 0:
                self._is_fresh = False
                return self.is_solved
            self._begin(self.numbers)
            closed = self.master.closed
            if closed is not None:
                self.let(self.numbers[closed[self.numbers]], open_=False)
        return False

    @property
    def reached(self) -> float:
        return float(self.objective.Value()) + self.master.constant

    def prices(self) -> list[float]:
        return [float(constraint.dual_value()) for constraint in self.constraints]

    def values(self) -> NDArray[np.float64]:
        return np.array([variable.solution_value() for variable in self.formed], dtype=np.float64)

    def columns(self) -> NDArray[np.float64]:
        return np.array([variable.solution_value() for variable in self.others], dtype=np.float64)

    def _add_rows(self, rows: Iterable[Row]) -> None:
        for row in rows:
            low = -self.infinity if row.low is None else row.low
            constraint = self.solver.Constraint(low, self.infinity if row.high is None else row.high)
            for column, coefficient in row.others.items():
                constraint.SetCoefficient(self.others[column], coefficient)
            self.constraints.append(constraint)
            if row.kind == "member":
                self._counting.setdefault(row.key, []).append(constraint)

    def _fill(self, row: Row, constraint: Any, numbers: Numbers, variables: list[Any]) -> None:
        if row.kind == "none" or not len(numbers):
            return
        coefficients = self.master.coefficients(row, numbers)
        for at in np.flatnonzero(coefficients).tolist():
            constraint.SetCoefficient(variables[at], int(coefficients[at]))

    def _best(self, numbers: Numbers, gains: NDArray[np.float64]) -> Numbers:
        """Of these candidates those of each member that make the relaxation better by most."""
        is_out = self.has[numbers] if self.master.closed is None else (self.has | self.master.closed)[numbers]
        better = np.flatnonzero((gains > TOLERANCE) & ~is_out)
        if len(better) <= PER_MEMBER:
            return np.asarray(numbers[better])
        better = better[np.argsort(-gains[better], kind="stable")]
        chosen = np.zeros(len(better), dtype=bool)
        members = self.master.catalogue.members[numbers[better]]
        for place in range(members.shape[1]):
            of_place = members[:, place]
            order = np.argsort(of_place, kind="stable")
            rank = np.arange(len(order)) - np.searchsorted(of_place[order], of_place[order])
            chosen[order[rank < PER_MEMBER]] |= of_place[order[rank < PER_MEMBER]] != self.master.catalogue.nobody
        return np.asarray(numbers[better[chosen]])
