"""What keeps a city without partnership: facts that, let go one at a time, would let it have one."""

from collections.abc import Iterator

from ortools.sat.python import cp_model

from scheduler.core.explanation import Unpaired
from scheduler.pairing.explain.facts import fact_of, rank_of
from scheduler.pairing.explain.loose import Asking, LooseModel, loose_candidates
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Pool
from scheduler.pairing.solution import PairingSolution


def unpaired_cities(problem: PairingProblem, solution: PairingSolution, asking: Asking) -> Iterator[Unpaired]:
    """Each city that a plan leaves without partnership, with what blocks it; time is shared evenly."""
    if not solution.unpaired:
        return
    pool = Pool(problem)
    model = LooseModel(pool, loose_candidates(pool), asking, with_shares=True)
    for position, city in enumerate(solution.unpaired):
        until = asking.seconds_left * (1 - 1 / (len(solution.unpaired) - position))
        yield _Case(model, solution, city.id, until).answer()


class _Case:
    """One city without partnership; ``until`` is how many seconds must be left for the others."""

    def __init__(self, model: LooseModel, solution: PairingSolution, city: str, until: float) -> None:
        self.model = model
        self.city = city
        self.until = until
        self.held = {
            one.id: sum(one.id in partnership.ids for partnership in solution.partnerships)
            for one in model.pool.problem.cities
        }
        self.strict = False

    def answer(self) -> Unpaired:
        """Facts that help alone; if there are none, a smallest set that helps together."""
        if self._ask(kept=self.model.paths) == "plan":
            # Only another city's partnership could go to this one without a loss in ``reached``: then ask for facts
            # that would spare that city its partnership as well.
            self.strict = True
            if self._ask(kept=self.model.paths) == "plan":
                return self._unpaired([], together=False)
        alone = self._alone()
        if alone:
            return self._unpaired(alone, together=False)
        return self._unpaired(self._together(), together=True)

    def _alone(self) -> list[str]:
        found: list[str] = []
        while True:
            solved = self.model.ask(kept=found, most_gone=1, goals=self._goals(), seconds=self._seconds)
            if solved.values is None:
                return found
            found.extend(path for path, literal in self.model.let_go.items() if solved.holds(literal))

    def _together(self) -> list[str]:
        costs = {path: 1000 + rank_of(path) for path in self.model.paths}
        solved = self.model.ask(costs=costs, goals=self._goals(), seconds=self._seconds)
        if solved.values is None:
            return []
        return [path for path, literal in self.model.let_go.items() if solved.holds(literal)]

    def _ask(self, *, kept: list[str]) -> str:
        solved = self.model.ask(kept=kept, goals=self._goals(), seconds=self._seconds)
        return "none" if solved.values is None else "plan"

    def _goals(self) -> list[cp_model.BoundedLinearExpression | bool]:
        """The city has a partnership, and no fewer of the others reach what they want (or, strictly, have any)."""
        model = self.model
        others = [one for one in model.pool.problem.cities if one.id != self.city]
        reached = sum(self.held[one.id] >= one.engagements.min for one in others)
        goals: list[cp_model.BoundedLinearExpression | bool] = [
            model.has_partnership[self.city] == 1,
            sum(model.reached[one.id] for one in others) >= reached,
        ]
        if self.strict:
            paired = sum(self.held[one.id] > 0 for one in others)
            goals.append(sum(model.has_partnership[one.id] for one in others) >= paired)
        return goals

    @property
    def _seconds(self) -> float:
        return max(0.02, self.model.asking.seconds_left - self.until)

    def _unpaired(self, paths: list[str], *, together: bool) -> Unpaired:
        problem = self.model.pool.problem
        ordered = sorted(paths, key=lambda path: (rank_of(path), path))
        return Unpaired(
            id=self.city,
            blocked_by=tuple(fact_of(problem, path) for path in ordered),
            together=together and bool(paths),
        )
