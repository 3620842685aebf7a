"""A model in which each fact of the file can be let go: with all facts kept it is the file, without any it is free."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ortools.sat.python import cp_model

from scheduler.core.cpsat import Solved, run
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.pairing.constraints import smallest_from
from scheduler.pairing.score import Candidate, Pool, obstacles_to, possible_candidates


@dataclass(frozen=True)
class Asking:
    """What questions to the solver may spend together."""

    limits: Limits
    control: Control
    stopwatch: Stopwatch

    @property
    def seconds_left(self) -> float:
        return 0.0 if self.control.is_stopped else max(0.0, self.limits.time_limit - self.stopwatch.seconds)


class LooseModel:
    """Every partnership that members and roles allow, and a literal for each fact that can be let go."""

    def __init__(self, pool: Pool, candidates: Sequence[Candidate], asking: Asking, *, with_shares: bool) -> None:
        self.pool = pool
        self.candidates = candidates
        self.asking = asking
        self.model = cp_model.CpModel()
        self.let_go: dict[str, cp_model.IntVar] = {}
        self.formed = [self.model.new_bool_var("") for _ in candidates]
        self.of_member: dict[str, list[int]] = defaultdict(list)
        self.of_ids = {candidate.ids: index for index, candidate in enumerate(candidates)}
        for index, candidate in enumerate(candidates):
            for identifier in candidate.members:
                self.of_member[identifier].append(index)
        self._add_obstacles()
        self._add_limits()
        self._add_pins()
        if with_shares:
            self._add_shares()
        self._add_goals()

    @property
    def paths(self) -> list[str]:
        """The facts that stand against something in this model."""
        return list(self.let_go)

    def total(self, identifier: str) -> cp_model.LinearExprT:
        return cp_model.LinearExpr.sum([self.formed[index] for index in self.of_member[identifier]])

    def ask(
        self,
        *,
        kept: Collection[str] = (),
        gone: Collection[str] = (),
        most_gone: int | None = None,
        costs: Mapping[str, int] | None = None,
        goals: Iterable[cp_model.BoundedLinearExpression | bool] = (),
        fewest: bool = False,
        seconds: float | None = None,
    ) -> Solved:
        """Look for a plan.

        Args:
            kept: paths of facts that hold.
            gone: paths of facts that are let go; the rest is free.
            most_gone: how many facts may be let go.
            costs: let go what costs least, by path.
            goals: what must be true as well.
            fewest: form as few partnerships as possible.
            seconds: no more than this, and never more than what is left.
        """
        model = self.model.clone()
        for path in kept:
            model.add(self.let_go[path] == 0)
        for path in gone:
            model.add(self.let_go[path] == 1)
        if most_gone is not None:
            model.add(cp_model.LinearExpr.sum(list(self.let_go.values())) <= most_gone)
        for goal in goals:
            model.add(goal)
        if costs is not None:
            model.minimize(sum(cost * self.let_go[path] for path, cost in costs.items()))
        elif fewest:
            model.minimize(cp_model.LinearExpr.sum(self.formed))
        left = self.asking.seconds_left
        return run(
            model,
            stage="explain",
            sense="min" if costs is not None or fewest else None,
            limits=self.asking.limits,
            seconds=left if seconds is None else min(left, seconds),
            control=self.asking.control,
            stopwatch=self.asking.stopwatch,
        )

    def _fact(self, path: str) -> cp_model.IntVar:
        if path not in self.let_go:
            self.let_go[path] = self.model.new_bool_var(path)
        return self.let_go[path]

    def _add_obstacles(self) -> None:
        for candidate, literal in zip(self.candidates, self.formed, strict=True):
            for obstacle in obstacles_to(self.pool, candidate):
                self.model.add_bool_or([~literal, *(self._fact(path) for path in obstacle.paths)])

    def _add_limits(self) -> None:
        problem = self.pool.problem
        paths = {city.id: f"cities[{index}].engagements.max" for index, city in enumerate(problem.cities)}
        paths.update({one.id: f"facilitators[{index}].max" for index, one in enumerate(problem.facilitators)})
        couples: dict[frozenset[str], list[int]] = defaultdict(list)
        for index, candidate in enumerate(self.candidates):
            couples[candidate.couple].append(index)
        for indices in couples.values():
            self.model.add_at_most_one([self.formed[index] for index in indices])
        for identifier, indices in self.of_member.items():
            limit = self.pool.limit_of(identifier)
            if limit is not None and limit < len(indices):
                beyond = len(indices) - limit
                self.model.add(self.total(identifier) <= limit + beyond * self._fact(paths[identifier]))

    def _add_pins(self) -> None:
        for position, pin in enumerate(self.pool.problem.pins):
            literals = [self._fact(f"pins[{position}]")]
            index = self.of_ids.get(frozenset(pin))
            if index is not None:
                literals.append(self.formed[index])
            self.model.add_bool_or(literals)

    def _add_shares(self) -> None:
        everything = cp_model.LinearExpr.sum(self.formed)
        most = len(self.candidates)
        for modality, share in self.pool.problem.shares.items():
            of_it = cp_model.LinearExpr.sum(
                [self.formed[index] for index, one in enumerate(self.candidates) if one.modality == modality]
            )
            if share.min is not None:
                least = smallest_from(Fraction(share.min), most)
                kept = self.model.add(least.denominator * of_it >= least.numerator * everything)
                kept.only_enforce_if(~self._fact(f"shares.{modality}.min"))
            if share.max is not None:
                largest = 1 - smallest_from(1 - Fraction(share.max), most)
                kept = self.model.add(largest.denominator * of_it <= largest.numerator * everything)
                kept.only_enforce_if(~self._fact(f"shares.{modality}.max"))

    def _add_goals(self) -> None:
        self.has_partnership: dict[str, cp_model.IntVar] = {}
        self.reached: dict[str, cp_model.IntVar] = {}
        for city in self.pool.problem.cities:
            self.has_partnership[city.id] = self.model.new_bool_var("")
            self.model.add(self.total(city.id) >= self.has_partnership[city.id])
            self.reached[city.id] = self.model.new_bool_var("")
            self.model.add(self.total(city.id) >= city.engagements.min * self.reached[city.id])


def loose_candidates(pool: Pool) -> list[Candidate]:
    """All that members and roles allow; of the organisations without limit one for each two cities and the pinned."""
    pins = {frozenset(pin) for pin in pool.problem.pins}
    free = {one.id for one in pool.problem.facilitators if one.max is None}
    organisations = {one.id for one in pool.problem.facilitators}
    served: dict[frozenset[str], str] = {}
    possible = list(possible_candidates(pool))
    for candidate in possible:
        if len(candidate.members) == 3 and candidate.members[2] in free:
            served.setdefault(candidate.couple, candidate.members[2])
    return [
        candidate
        for candidate in possible
        if len(candidate.members) == 2
        or candidate.members[2] not in organisations
        or candidate.ids in pins
        or served.get(candidate.couple, candidate.members[2]) == candidate.members[2]
    ]


def pinned_candidates(pool: Pool) -> list[Candidate]:
    """Those of ``possible_candidates`` that pins name."""
    pins = {frozenset(pin) for pin in pool.problem.pins}
    return [candidate for candidate in possible_candidates(pool) if candidate.ids in pins]
