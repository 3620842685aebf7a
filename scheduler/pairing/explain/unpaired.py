"""What keeps a city without partnership: facts that, let go one at a time, would let it have one.

Most facts need no search. A fact behind which the plan at hand has room for the city is one; a fact that has no price
where no plan pairs the city is none, because by weak duality the same prices still prove it. The rest is solved again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Literal

import numpy as np

from scheduler.core.explanation import Fact, Unpaired
from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.pairing.catalogue import Catalogue, Numbers
from scheduler.pairing.explain.facts import fact_of, rank_of
from scheduler.pairing.explain.loose import Asking, LooseModel, loose_candidates
from scheduler.pairing.explain.openings import Openings, cheapest
from scheduler.pairing.explain.prices import Prices
from scheduler.pairing.greedy import greedy_plan
from scheduler.pairing.modality import MODALITIES, Modality
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Pool
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.mip import branch
from scheduler.pairing.solve.proof import Relaxed
from scheduler.pairing.solve.relaxation import spread
from scheduler.pairing.solve.rows import SLACK, Asked, Goal
from scheduler.pairing.solve.spending import Part, Spending

Answer = Literal["plan", "none", "unknown"]

NEAR = 12
"""How many candidates of each member are searched first."""


GREEDY = 3
"""So many partnerships of the city are tried in a plan made without search."""

MOST_ASKED = 200_000
"""The whole model of a larger pool is not asked: it would fill gigabytes."""

TURN = 0.25
"""The search for a plan without one fact takes at most this part of the time left."""


def unpaired_cities(problem: PairingProblem, solution: PairingSolution, asking: Asking) -> Iterator[Unpaired]:
    """Each city that a plan leaves without partnership, with what blocks it and what there was no time to settle."""
    if not solution.unpaired:
        return
    openings = Openings(problem)
    part = Spending(asking.limits, asking.control, asking.stopwatch, None).part(1.0)
    for city in solution.unpaired:
        yield _Case(openings, solution, city.id, asking, part).answer()


def facts_that_let_in(problem: PairingProblem, solution: PairingSolution, city: str) -> tuple[Fact, ...]:
    """Facts each of which, let go alone, lets a city join the plan as it is; found without search.

    There may be more that a search would find; where the time is too short for one these hold all the same.
    """
    asking = Asking(Limits(), Control(), Stopwatch())
    part = Spending(asking.limits, asking.control, asking.stopwatch, None).part(1.0)
    ways = _Case(Openings(problem), solution, city, asking, part).ways_into_the_plan()
    alone = {path for paths in ways if len(paths) == 1 for path in paths}
    return tuple(fact_of(problem, path) for path in sorted(alone, key=lambda path: (rank_of(path), path)))


class _Case:
    """One city without partnership."""

    def __init__(self, openings: Openings, solution: PairingSolution, city: str, asking: Asking, part: Part) -> None:
        self.openings, self.solution, self.city, self.asking, self.part = openings, solution, city, asking, part
        self.held = Counter(one for partnership in solution.partnerships for one in partnership.ids)
        cities = [one for one in openings.problem.cities if one.id != city]
        others = frozenset(one.id for one in cities)
        reached = sum(self.held[one.id] >= one.engagements.min for one in cities)
        self.asked: tuple[Asked, ...] = (Asked("paired", frozenset({city}), 1), Asked("reached", others, reached))
        self.strictly = (*self.asked, Asked("paired", others, sum(self.held[one] > 0 for one in others)))

    def answer(self) -> Unpaired:
        """Facts that help alone; if there are none, a smallest set that helps together; and what was not settled."""
        openings = self.openings
        ways = self.ways_into_the_plan()
        if frozenset() in ways:
            # Only the plan before, which ranks first, keeps the city out.
            return self._unpaired([])
        alone = {path for paths in ways if len(paths) == 1 for path in paths}
        opening = openings.opening(openings.catalogue.of_member(self.city))
        if opening is not None and opening <= alone:
            # Without any other fact the city still has no partnership that it may be in.
            return self._unpaired(alone) if alone else self._together(ways, [])
        prices, root = self._root()
        answer = self._judge(None, prices, root)
        if answer == "plan":
            # Only another city's partnership could go to this one without a loss in ``reached``: then ask for facts
            # that would spare that city its partnership as well.
            self.asked = self.strictly
            prices, root = self._root()
            answer = self._judge(None, prices, root)
        if answer == "plan":
            return self._unpaired([])
        unproven = []
        for path in self._possible(prices.master, root):
            if path in alone or (opening is not None and path not in opening):
                continue
            answer = self._judge(path, prices, prices.without(path))
            if answer == "plan":
                alone.add(path)
            elif answer == "unknown":
                unproven.append(path)
        if alone:
            return self._unpaired(alone, unproven=unproven)
        return self._together(ways, unproven)

    def ways_into_the_plan(self) -> list[frozenset[str]]:
        """The sets of facts that let the city join the plan as it is, by one more partnership."""
        openings, held = self.openings, self.held
        catalogue = openings.catalogue
        couples = {
            frozenset(member.id for member in partnership.members if member.role != "facilitating")
            for partnership in self.solution.partnerships
        }
        found = []
        broken_by = {modality: self._shares_broken_by(modality) for modality in MODALITIES}
        for number in catalogue.of_member(self.city).tolist():
            candidate = catalogue.candidate(number)
            if candidate.couple in couples:
                continue
            limits = ((one, openings.pool.limit_of(one)) for one in candidate.members)
            full = [one for one, limit in limits if limit and held[one] >= limit]
            broken = broken_by[candidate.modality]
            found += [paths | broken for paths in openings.ways_to(number, full)]
        return found

    def _shares_broken_by(self, modality: Modality) -> frozenset[str]:
        """The shares that the plan with one more partnership of a modality breaks."""
        counts = Counter(partnership.modality for partnership in self.solution.partnerships)
        counts[modality] += 1
        total = sum(counts.values())
        broken = set()
        for name, share in self.openings.problem.shares.items():
            if share.min is not None and counts[name] < Fraction(share.min) * total:
                broken.add(f"shares.{name}.min")
            if share.max is not None and counts[name] > Fraction(share.max) * total:
                broken.add(f"shares.{name}.max")
        return frozenset(broken)

    def _root(self) -> tuple[Prices, Relaxed | None]:
        """The relaxation of "the city is paired at no cost to others", with all facts kept."""
        prices = Prices(self.openings, self.asked, self._near(), self.part.clock())
        return prices, prices.without(None)

    def _near(self, per_member: int = NEAR) -> Numbers:
        """The plan at hand, what else the city may have, and some of each member; nothing that is closed."""
        catalogue = self.openings.catalogue
        planned = catalogue.numbers_of(partnership.ids for partnership in self.solution.partnerships)
        numbers = np.union1d(spread(catalogue, catalogue.value, per_member=per_member), list(planned.values()))
        numbers = np.union1d(numbers, catalogue.of_member(self.city)).astype(np.int64)
        return np.asarray(numbers[~self.openings.closed[numbers]])

    def _judge(self, path: str | None, prices: Prices, relaxed: Relaxed | None) -> Answer:
        """Whether there is a plan without a fact: none if the relaxation says so, else by search, few candidates first.

        Where the search runs out of its part of the time the answer is unknown, and others still get their turn.
        """
        if relaxed is None or self.part.is_over:
            return "unknown"
        if relaxed.reach < 0:
            return "none"
        catalogue, closed = self.openings.without(path)
        most = prices.master.most
        master = Master(catalogue, Goal(SLACK, asked=self.asked), closed=closed, most=most)
        allowed = relaxed.allowed(0) & ~closed
        nothing: Numbers = np.zeros(0, dtype=np.int64)
        opened = nothing if path is None else self.openings.opened_by.get(path, nothing)
        if self._is_met_greedily(catalogue.only(allowed)):
            return "plan"
        part = self.part.spending.part(TURN)
        for per_member in (NEAR, 6 * NEAR, None):
            numbers = np.flatnonzero(allowed)
            if per_member is not None:
                few = np.unique(np.concatenate([self._near(per_member), relaxed.numbers, opened]))
                numbers = few[allowed[few]]
            if part.is_over:
                return "unknown"
            answer = branch(master, numbers, part, share=0.5)
            if answer.numbers is not None and answer.bound == 0 and answer.status == "optimal":
                return "plan"
        return "none" if answer.status == "infeasible" or (answer.bound is not None and answer.bound < 0) else "unknown"

    def _is_met_greedily(self, catalogue: Catalogue) -> bool:
        """Whether a plan made without search around a partnership of the city comes to what is asked."""
        own = catalogue.of_member(self.city)
        problem = catalogue.pool.problem
        for number in own[np.argsort(-catalogue.value[own], kind="stable")[:GREEDY]].tolist():
            pins = {frozenset(ids): ids for ids in (*problem.pins, catalogue.candidate(number).members)}
            pinned = problem.model_copy(update={"pins": tuple(pins.values()), "previous": None})
            numbers = greedy_plan(replace(catalogue, pool=Pool(pinned)))
            if numbers is None:
                continue
            held = np.bincount(catalogue.members[numbers].ravel(), minlength=len(catalogue.ids) + 1)
            if all(self._count(asked, held) >= asked.least for asked in self.asked):
                return True
        return False

    def _count(self, asked: Asked, held: Numbers) -> int:
        place, cities = self.openings.catalogue.place, self.openings.pool.cities
        least = {one: cities[one].engagements.min if asked.stage == "reached" else 1 for one in asked.cities}
        return sum(int(held[place[one]]) >= wanted for one, wanted in least.items())

    def _possible(self, master: Master, relaxed: Relaxed | None) -> list[str]:
        """The facts that may help: all but those without which the same prices prove that there is no plan."""
        openings = self.openings
        if relaxed is None or relaxed.reach >= 0:
            return openings.paths
        found = set()
        for row, price in zip(master.rows, relaxed.prices, strict=True):
            if price and row.kind == "member" and row.high is not None:
                found.add(openings.limit_paths[master.catalogue.ids[row.key]])
            if price and row.kind in ("odd", "pin", "none"):
                found |= self._behind(row.kind, row.key, master)
        gains = -relaxed.losses
        for path, numbers in openings.opened_by.items():
            more = gains[numbers]
            if relaxed.reach + sum(more[more > 0].tolist()) >= 0:
                found.add(path)
        return sorted(found & set(openings.paths), key=lambda path: (rank_of(path), path))

    def _behind(self, kind: str, key: object, master: Master) -> set[str]:
        """The facts that rows with a price rest on, as far as they can be told."""
        problem = self.openings.problem
        if kind == "odd":
            assert isinstance(key, np.ndarray)
            return {self.openings.limit_paths[master.catalogue.ids[place]] for place in np.flatnonzero(key)}
        if kind == "pin":
            return {f"pins[{index}]" for index in range(len(problem.pins))}
        return {f"shares.{name}.{end}" for name in problem.shares for end in ("min", "max")}

    def _together(self, ways: list[frozenset[str]], unproven: list[str]) -> Unpaired:
        """No fact helps alone, so a set of two is a smallest one; larger ones are asked of the whole model."""
        best = cheapest(ways)
        if best is not None and (len(best) == max(2, self._fewest()) or unproven):
            return self._unpaired(best, together=True, unproven=unproven)
        if len(self.openings.catalogue) > MOST_ASKED:
            # The whole model would take more memory than there is; what is known holds all the same.
            return self._unpaired(best or (), together=True, unproven=self.openings.paths)
        if self.part.is_over:
            return self._unpaired([], unproven=unproven or self.openings.paths)
        pool = Pool(self.openings.problem)
        model = LooseModel(pool, loose_candidates(pool), self.asking, with_shares=True)
        goals = [
            sum((model.reached if asked.stage == "reached" else model.has_partnership)[one] for one in asked.cities)
            >= asked.least
            for asked in self.asked
        ]
        solved = model.ask(costs={path: 1000 + rank_of(path) for path in model.paths}, goals=goals)
        gone = [] if solved.values is None else [path for path, one in model.let_go.items() if solved.holds(one)]
        if solved.status in ("unknown", "feasible"):
            # A set of fewer facts may be found yet, of which any may be one.
            return self._unpaired(gone, together=True, unproven=unproven or self.openings.paths)
        return self._unpaired(gone, together=True, unproven=unproven)

    def _fewest(self) -> int:
        """No plan has a partnership of the city with fewer facts let go."""
        numbers = self.openings.catalogue.of_member(self.city)
        kinds = dict(zip(self.openings.alike[numbers].tolist(), numbers.tolist(), strict=True))
        return min((len(paths) for number in kinds.values() for paths in self.openings.ways_to(number, ())), default=0)

    def _unpaired(self, paths: Iterable[str], *, together: bool = False, unproven: Iterable[str] = ()) -> Unpaired:
        facts = self._facts(paths)
        return Unpaired(
            id=self.city, blocked_by=facts, together=together and bool(facts), unproven=self._facts(unproven)
        )

    def _facts(self, paths: Iterable[str]) -> tuple[Fact, ...]:
        ordered = sorted(set(paths), key=lambda path: (rank_of(path), path))
        return tuple(fact_of(self.openings.problem, path) for path in ordered)
