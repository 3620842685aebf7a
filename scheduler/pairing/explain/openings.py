"""What lies behind the facts of a file: every partnership that members and roles allow, and the facts in its way."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from scheduler.core.paths import parts_of
from scheduler.pairing.catalogue import Catalogue, Flags, Numbers, catalogue_of
from scheduler.pairing.explain.facts import rank_of
from scheduler.pairing.problem import PairingProblem, Rules
from scheduler.pairing.score import Obstacle, Pool, obstacles_to


class Openings:
    """The candidates of a file as if no fact stood against any of them; ``closed`` are those that one is against."""

    def __init__(self, problem: PairingProblem) -> None:
        self.problem, self.pool = problem, Pool(problem)
        self.catalogue: Catalogue = catalogue_of(Pool(_opened(problem)))
        self.limit_paths = limit_paths(problem)
        self.alike = self._alike()
        kinds, first = np.unique(self.alike, return_index=True)
        self.ways: dict[int, list[frozenset[str]]] = {}
        for kind, number in zip(kinds.tolist(), first.tolist(), strict=True):
            candidate = self.catalogue.candidate(number)
            ways = [frozenset(obstacle.paths) for obstacle in obstacles_to(self.pool, candidate)]
            ways += [frozenset({self.limit_paths[one]}) for one in candidate.members if self.pool.limit_of(one) == 0]
            if ways:
                self.ways[kind] = ways
        is_closed = np.zeros(int(kinds.max(initial=0)) + 1, dtype=bool)
        is_closed[list(self.ways)] = True
        self.closed: Flags = is_closed[self.alike]

    @cached_property
    def opened_by(self) -> dict[str, Numbers]:
        """By path: the candidates that nothing but the fact there is against."""
        found: dict[str, list[Numbers]] = defaultdict(list)
        closed = np.flatnonzero(self.closed)
        closed = closed[np.argsort(self.alike[closed], kind="stable")]
        kinds, starts = np.unique(self.alike[closed], return_index=True)
        for kind, numbers in zip(kinds.tolist(), np.split(closed, starts)[1:], strict=True):
            for path in frozenset.intersection(*self.ways[kind]):
                found[path].append(numbers)
        return {path: np.sort(np.concatenate(numbers)) for path, numbers in found.items()}

    def opening(self, numbers: Numbers) -> set[str] | None:
        """The facts each of which alone is all that is against one of these; ``None`` if nothing is against some."""
        kinds = np.unique(self.alike[numbers]).tolist()
        if not all(kind in self.ways for kind in kinds):
            return None
        return {path for kind in kinds for path in frozenset.intersection(*self.ways[kind])}

    @cached_property
    def paths(self) -> list[str]:
        """Every fact that can stand against a plan."""
        shares = self.problem.shares.items()
        return sorted(
            {
                *self.opened_by,
                *(path for ways in self.ways.values() for way in ways for path in way),
                *(path for one, path in self.limit_paths.items() if self.pool.limit_of(one) is not None),
                *(f"pins[{index}]" for index in range(len(self.problem.pins))),
                *(f"shares.{name}.min" for name, share in shares if share.min is not None),
                *(f"shares.{name}.max" for name, share in shares if share.max is not None),
            }
        )

    def without(self, path: str | None) -> tuple[Catalogue, Flags]:
        """The same candidates with the fact at a path let go, and which of them are still closed."""
        if path is None:
            return self.catalogue, self.closed
        closed = self.closed.copy()
        if path in self.opened_by:
            closed[self.opened_by[path]] = False
        return replace(self.catalogue, pool=Pool(_neutral(self.catalogue.pool.problem, path))), closed

    def ways_to(self, number: int, full: Iterable[str]) -> list[frozenset[str]]:
        """The sets of facts to let go for a candidate to join a plan in which some of its members are ``full``."""
        ways = [*self.ways.get(int(self.alike[number]), []), *(frozenset({self.limit_paths[one]}) for one in full)]
        # Two facts at most stand behind one obstacle, so the sets to choose from stay few.
        return [frozenset(chosen) for chosen in product(*(sorted(way) for way in ways))]

    def _alike(self) -> NDArray[np.int32]:
        """The same number for candidates that the same facts are against, 0 where none is: few have to be judged."""
        catalogue, pool = self.catalogue, self.pool
        places = len(catalogue.ids) + 1
        sayings: dict[tuple[Obstacle, ...], int] = {(): 0}
        between = np.zeros((places, places), dtype=np.int64)
        for couple, obstacles in pool.between.items():
            one, other = (catalogue.place[identifier] for identifier in couple)
            between[one, other] = between[other, one] = sayings.setdefault(obstacles, len(sayings))
        own = np.zeros(places, dtype=np.int64)
        for place, identifier in enumerate(catalogue.ids):
            is_small, is_shut = identifier in pool.below_population, pool.limit_of(identifier) == 0
            # A limit is the member's own; that a city is too small says the same of all.
            own[place] = place + 2 if is_shut else int(is_small)
        first, second, third = (catalogue.members[:, place] for place in range(3))
        poor = (third == catalogue.nobody) & (catalogue.value < self.problem.rules.min_pair_value)
        facts = [poor, *(between[one, other] for one, other in ((first, second), (first, third), (second, third)))]
        facts += [own[member] for member in (first, second, third)]
        doubtful = np.flatnonzero(np.any([fact != 0 for fact in facts], axis=0))
        kind: Numbers = np.zeros(len(doubtful), dtype=np.int64)
        for fact in facts:
            kind = kind * (int(fact.max(initial=0)) + 1) + fact[doubtful]
            kind = np.unique(kind, return_inverse=True)[1]
        alike = np.zeros(len(catalogue), dtype=np.int32)
        alike[doubtful] = kind + 1
        return alike


def cheapest(sets: Iterable[frozenset[str]]) -> frozenset[str] | None:
    """A set of fewest facts, of those one that is cheap to give up."""
    return min(sets, key=lambda paths: (len(paths), sum(map(rank_of, paths)), sorted(paths)), default=None)


def limit_paths(problem: PairingProblem) -> dict[str, str]:
    """Where the limit of each member stands in the file."""
    paths = {city.id: f"cities[{index}].engagements.max" for index, city in enumerate(problem.cities)}
    return {**paths, **{one.id: f"facilitators[{index}].max" for index, one in enumerate(problem.facilitators)}}


def _opened(problem: PairingProblem) -> PairingProblem:
    """The file without any fact that looks at one partnership alone; a limit of 0 is one of them."""
    return problem.model_copy(
        update={
            "rules": Rules(same_country=True, active_ties=True),
            "wishes": tuple(wish for wish in problem.wishes if wish.level != "no"),
            "excluded_country_pairs": (),
            "cities": tuple(
                city.model_copy(update={"engagements": city.engagements.model_copy(update={"max": None})})
                if city.engagements.max == 0
                else city
                for city in problem.cities
            ),
            "facilitators": tuple(
                one.model_copy(update={"max": None}) if one.max == 0 else one for one in problem.facilitators
            ),
        }
    )


def _neutral(problem: PairingProblem, path: str) -> PairingProblem:
    """The opened file with a limit, a share or a pin let go; what else is let go opens candidates."""
    parts = parts_of(path)
    name, index = str(parts[0]), parts[1]
    if name == "pins":
        return problem.model_copy(
            update={"pins": tuple(pin for place, pin in enumerate(problem.pins) if place != index)}
        )
    if name == "shares":
        shares = {
            modality: share.model_copy(update={str(parts[2]): None}) if modality == index else share
            for modality, share in problem.shares.items()
        }
        return problem.model_copy(update={"shares": shares})
    if name == "cities":
        cities = [
            city.model_copy(update={"engagements": city.engagements.model_copy(update={"max": None})})
            if place == index
            else city
            for place, city in enumerate(problem.cities)
        ]
        return problem.model_copy(update={"cities": tuple(cities)})
    if name == "facilitators":
        facilitators = [
            one.model_copy(update={"max": None}) if place == index else one
            for place, one in enumerate(problem.facilitators)
        ]
        return problem.model_copy(update={"facilitators": tuple(facilitators)})
    return problem
