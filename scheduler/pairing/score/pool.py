"""A pairing problem laid out for many questions about partnerships."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from scheduler.pairing.modality import MemberGroup
from scheduler.pairing.problem import City, PairingProblem

Couple = frozenset[str]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why two cities, or one, may not be in a partnership; to relax the value at any one of ``paths`` lifts it."""

    rule: str
    paths: tuple[str, ...]


class Pool:
    """The members of a problem by id, and what stands between any two cities. Never changes the problem."""

    def __init__(self, problem: PairingProblem) -> None:
        self.problem = problem
        self.cities: dict[str, City] = {city.id: city for city in problem.cities}
        self.able: dict[str, frozenset[str]] = {
            city.id: frozenset((*city.facilitates, *city.offers)) for city in problem.cities
        }
        self.able.update({one.id: frozenset(one.facilitates) for one in problem.facilitators})
        self.languages = {city.id: frozenset(city.languages) for city in problem.cities}
        self.dormant = {frozenset(tie.cities) for tie in problem.ties if tie.state == "dormant"}
        self.wishes: dict[Couple, list[tuple[str, str, int]]] = defaultdict(list)
        for wish in problem.wishes:
            if wish.level != "no":
                units = 2 if wish.level == "must" else 1
                self.wishes[frozenset((wish.from_, wish.to))].append((wish.from_, wish.to, units))
        weights = problem.weights
        self.weights: tuple[int, ...] = (
            weights.need_met,
            weights.need_shared,
            weights.reciprocity,
            weights.language,
            weights.replan,
            weights.wish,
            weights.facilitation,
        )
        self._limits: dict[str, int | None] = {city.id: city.engagements.max for city in problem.cities}
        self._limits.update({one.id: one.max for one in problem.facilitators})
        self.between: dict[Couple, tuple[Obstacle, ...]] = _obstacles_between(problem)
        self.below_population: dict[str, Obstacle] = {
            city.id: Obstacle("population_at_least_minimum", ("rules.min_population",))
            for city in problem.cities
            if city.population < problem.rules.min_population
        }

    def group_of(self, identifier: str) -> MemberGroup:
        city = self.cities.get(identifier)
        return "organisation" if city is None else city.group

    def limit_of(self, identifier: str) -> int | None:
        """The most partnerships a city or a facilitator may be in; ``None`` is no limit."""
        return self._limits[identifier]

    def obstacles_among(self, identifiers: tuple[str, ...]) -> Iterator[Obstacle]:
        """What keeps these cities, in any role, from being in one partnership; facilitators have no obstacles."""
        for identifier in identifiers:
            if identifier in self.below_population:
                yield self.below_population[identifier]
        for couple in combinations(identifiers, 2):
            yield from self.between.get(frozenset(couple), ())


def _obstacles_between(problem: PairingProblem) -> dict[Couple, tuple[Obstacle, ...]]:
    found: dict[Couple, list[Obstacle]] = defaultdict(list)
    for index, wish in enumerate(problem.wishes):
        if wish.level == "no":
            found[frozenset((wish.from_, wish.to))].append(Obstacle("no_veto", (f"wishes[{index}]",)))
    if not problem.rules.active_ties:
        for index, tie in enumerate(problem.ties):
            if tie.state == "active":
                paths = ("rules.active_ties", f"ties[{index}]")
                found[frozenset(tie.cities)].append(Obstacle("active_tie_only_if_allowed", paths))
    by_country: dict[str, list[str]] = defaultdict(list)
    for city in problem.cities:
        by_country[city.country].append(city.id)
    for index, (one, other) in enumerate(problem.excluded_country_pairs):
        obstacle = Obstacle("no_excluded_country_pair", (f"excluded_country_pairs[{index}]",))
        for couple in _couples(by_country[one], by_country[other]):
            found[couple].append(obstacle)
    if not problem.rules.same_country:
        obstacle = Obstacle("same_country_only_if_allowed", ("rules.same_country",))
        for cities in by_country.values():
            for couple in _couples(cities, cities):
                found[couple].append(obstacle)
    return {couple: tuple(obstacles) for couple, obstacles in found.items()}


def _couples(these: list[str], those: list[str]) -> set[Couple]:
    return {frozenset((one, other)) for one in these for other in those if one != other}
