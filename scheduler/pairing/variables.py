"""The decision variables: one literal for each partnership that may be formed, and one for each city that has any."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool, is_legal, possible_candidates


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


def kept_candidates(pool: Pool, named: Iterable[frozenset[str]] = ()) -> list[Candidate]:
    """The candidates that an optimal plan may need; what is left out costs no optimum.

    Left out are candidates that a hard rule forbids by themselves, those with a member who may have no partnership,
    and triangles whose facilitating organisation another one beats: one without limit that facilitates the same two
    cities for at least the same value. An organisation has no value and no engagements to reach of its own, so to put
    the other one in its place changes no share and no count, and takes points from nobody. Pinned and previous
    triangles stay, because there the organisation itself matters, and so do those ``named`` by their members.
    """
    legal = [
        candidate
        for candidate in possible_candidates(pool)
        if is_legal(pool, candidate) and all(pool.limit_of(one) != 0 for one in candidate.members)
    ]
    best: dict[frozenset[str], Candidate] = {}
    for candidate in legal:
        if len(candidate.members) == 3 and _is_unlimited_organisation(pool, candidate.members[2]):
            rival = best.get(candidate.couple)
            if rival is None or candidate.value > rival.value:
                best[candidate.couple] = candidate
    kept = {frozenset(ids) for ids in (*pool.problem.pins, *(pool.problem.previous or ()), *named)}
    return [candidate for candidate in legal if not _is_beaten(pool, candidate, best, kept)]


def _is_beaten(
    pool: Pool, candidate: Candidate, best: dict[frozenset[str], Candidate], kept: set[frozenset[str]]
) -> bool:
    if len(candidate.members) == 2 or candidate.members[2] in pool.cities or candidate.ids in kept:
        return False
    rival = best.get(candidate.couple)
    return rival is not None and rival is not candidate and rival.value >= candidate.value


def _is_unlimited_organisation(pool: Pool, identifier: str) -> bool:
    return identifier not in pool.cities and pool.limit_of(identifier) is None
