"""The decision variables: one literal for each partnership that may be formed, and one for each city that has any."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool


class PairingVariables:
    """The model's variables by the words of the problem."""

    def __init__(self, model: cp_model.CpModel, pool: Pool, candidates: Sequence[Candidate]) -> None:
        self.model = model
        self.problem: PairingProblem = pool.problem
        self.pool = pool
        self.candidates = candidates
        self.formed = [model.new_bool_var(f"formed {' + '.join(one.members)}") for one in self.candidates]
        self.of_member: dict[str, list[int]] = defaultdict(list)
        self.of_couple: dict[frozenset[str], list[int]] = defaultdict(list)
        self.of_ids: dict[frozenset[str], int] = {}
        for index, candidate in enumerate(self.candidates):
            for identifier in candidate.members:
                self.of_member[identifier].append(index)
            self.of_couple[candidate.couple].append(index)
            self.of_ids[candidate.ids] = index
        # Two literals a city: one true only if it has a partnership, one true whenever it has. Were they one, presolve
        # would put sums in for it and the plain bound "no more cities than there are" would be lost.
        self.has_partnership = {city.id: self._has_partnership(city.id) for city in self.problem.cities}
        self.may_have = {city.id: self._may_have_partnership(city.id) for city in self.problem.cities}

    def memberships(self, identifier: str) -> cp_model.LinearExpr:
        """The number of partnerships that a member is in."""
        return self.total(self.of_member[identifier])

    def total(self, indices: Iterable[int]) -> cp_model.LinearExpr:
        """How many of these candidates are formed."""
        # Of nothing the sum is the number 0, which adds and compares like an expression.
        return cp_model.LinearExpr.sum([self.formed[index] for index in indices])

    def points(self, indices: Iterable[int]) -> cp_model.LinearExpr:
        """The value of those of these candidates that are formed."""
        chosen = list(indices)
        return cp_model.LinearExpr.weighted_sum(
            [self.formed[index] for index in chosen], [self.candidates[index].value for index in chosen]
        )

    @property
    def most_partnerships(self) -> int:
        """No plan has more: each partnership takes two engagements of cities at least."""
        room = 0
        for city in self.problem.cities:
            open_to = len(self.of_member[city.id])
            room += open_to if city.engagements.max is None else min(city.engagements.max, open_to)
        return room // 2

    def _has_partnership(self, city: str) -> cp_model.IntVar:
        literal = self.model.new_bool_var(f"paired {city}")
        self.model.add(self.memberships(city) >= literal)
        return literal

    def _may_have_partnership(self, city: str) -> cp_model.IntVar:
        literal = self.model.new_bool_var(f"touched {city}")
        for index in self.of_member[city]:
            self.model.add_implication(self.formed[index], literal)
        return literal
