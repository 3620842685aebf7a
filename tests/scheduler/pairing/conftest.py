"""Pools for the pairing tests: small ones by hand, random ones, and every plan of a pool by plain enumeration."""

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import pytest

from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.score import Pool, partnership_of
from scheduler.pairing.solution import Member, PairingSolution, Partnership, UnpairedCity
from scheduler.pairing.validation import CHECKS

CHALLENGES = ("waste", "mobility", "water", "housing")
SINGLE = (
    "no_veto",
    "no_excluded_country_pair",
    "same_country_only_if_allowed",
    "active_tie_only_if_allowed",
    "population_at_least_minimum",
    "pair_value_at_least_minimum",
    "triangle_roles_filled",
)


class Pools:
    """What the tests share; reached through the fixture ``pools``."""

    @staticmethod
    def city(identifier: str, **profile: Any) -> dict[str, Any]:
        return {"id": identifier, "country": f"land of {identifier}", "group": "south", **profile}

    @staticmethod
    def problem(cities: list[dict[str, Any]], **rest: Any) -> PairingProblem:
        return read_problem(json.dumps({"format": "bridge-pairing/1", "cities": cities, **rest}))

    @staticmethod
    def document(problem: PairingProblem) -> dict[str, Any]:
        return json.loads(problem.model_dump_json(by_alias=True))

    @staticmethod
    def plan(problem: PairingProblem, *groups: dict[str, str] | tuple[str, ...]) -> PairingSolution:
        """A plan of pairs (two ids) and triangles (beneficiary, pivotal, facilitating), right in all but the rules."""
        pool = Pool(problem)
        partnerships = tuple(partnership_of(pool, Pools.members(tuple(group))) for group in groups)
        together = {member.id for partnership in partnerships for member in partnership.members}
        left = tuple(UnpairedCity(id=city.id) for city in problem.cities if city.id not in together)
        return PairingSolution(partnerships=partnerships, unpaired=left)

    @staticmethod
    def members(ids: tuple[str, ...]) -> tuple[Member, ...]:
        roles = ("partner", "partner") if len(ids) == 2 else ("beneficiary", "pivotal", "facilitating")
        return tuple(Member(id=one, role=role) for one, role in zip(ids, roles, strict=True))

    @staticmethod
    def drawn(seed: int, *, cities: int = 6, most: int = 2, pins: int = 0, tight: bool = False) -> PairingProblem:
        """A pool in which every rule, term and stage has something to do."""
        draw = random.Random(seed)
        ids = [f"c{index}" for index in range(cities)]
        couples = list(combinations(ids, 2))
        organisations = ["o0", "o1"][: draw.randint(0, 2)]
        document: dict[str, Any] = {
            "format": "bridge-pairing/1",
            "cities": [Pools._random_city(draw, one, most) for one in ids],
            "facilitators": [
                {"id": one, "facilitates": draw.sample(CHALLENGES, 2), "max": draw.choice([None, 1])}
                for one in organisations
            ],
            "ties": [
                {"cities": list(couple), "state": draw.choice(["dormant", "active"])}
                for couple in draw.sample(couples, draw.randint(0, 3))
            ],
            "wishes": [
                {"from": one, "to": other, "level": draw.choice(["must", "want", "no"])}
                for one, other in draw.sample(list(permutations(ids, 2)), draw.randint(0, 6))
            ],
            "excluded_country_pairs": draw.choice([[], [["K0", "K1"]]]),
            "rules": {
                "same_country": draw.random() < 0.5,
                "active_ties": draw.random() < 0.4,
                "min_pair_value": draw.choice([0, 1, 6]) if not tight else 8,
                "min_population": draw.choice([0, 0, 2]),
            },
            "shares": Pools._random_shares(draw),
        }
        sets = [*couples, *([one, other, third] for one, other in couples for third in (*ids, *organisations))]
        sets = [list(group) for group in sets if len(set(group)) == len(group)]
        if pins:
            document["pins"] = Pools._different(draw.sample(sets, pins))
        if draw.random() < 0.5:
            document["previous"] = Pools._different(draw.sample(sets, min(len(sets), 3)))
            document["changes_first"] = draw.random() < 0.4
        return read_problem(json.dumps(document))

    @staticmethod
    def _different(groups: list[list[str]]) -> list[list[str]]:
        return list({frozenset(group): group for group in groups}.values())

    @staticmethod
    def _random_city(draw: random.Random, identifier: str, most: int) -> dict[str, Any]:
        largest = draw.choice([1, 1, most])
        return {
            "id": identifier,
            "country": f"K{draw.randrange(4)}",
            "group": draw.choice(["south", "south", "north"]),
            "population": draw.randint(1, 9),
            "languages": draw.sample(["en", "fr", "zh"], draw.randint(0, 2)),
            "needs": {one: draw.randint(1, 5) for one in draw.sample(CHALLENGES, draw.randint(0, 3))},
            "offers": {one: draw.randint(1, 5) for one in draw.sample(CHALLENGES, draw.randint(0, 3))},
            "facilitates": draw.sample(CHALLENGES, draw.randint(0, 2)),
            "engagements": {"min": draw.randint(0, largest), "max": largest},
        }

    @staticmethod
    def _random_shares(draw: random.Random) -> dict[str, Any]:
        return draw.choice(
            [
                {},
                {"triangular": {"min": 0.3}},
                {"south-south": {"min": 0.3, "max": None}, "north-north": {"max": 0.3}},
                {"north-south": {"max": 0.5}},
            ]
        )

    @staticmethod
    def every_plan(problem: PairingProblem) -> Iterator[tuple[Partnership, ...]]:
        """Every set of partnerships that keeps every hard rule, by trying them all."""
        legal = [one for one in Pools._every_partnership(problem) if not Pools._broken_alone(problem, one)]
        limits = {city.id: city.engagements.max for city in problem.cities}
        limits.update({one.id: one.max for one in problem.facilitators})

        def extend(start: int, chosen: list[Partnership], held: Counter[str], couples: set[frozenset[str]]):
            if Pools._is_whole(problem, chosen):
                yield tuple(chosen)
            for index in range(start, len(legal)):
                new = legal[index]
                couple = frozenset(member.id for member in new.members if member.role != "facilitating")
                if couple in couples or any(limits[one] is not None and held[one] >= limits[one] for one in new.ids):
                    continue
                yield from extend(index + 1, [*chosen, new], held + Counter(new.ids), couples | {couple})

        yield from extend(0, [], Counter(), set())

    @staticmethod
    def _every_partnership(problem: PairingProblem) -> Iterator[Partnership]:
        pool = Pool(problem)
        cities = [city.id for city in problem.cities]
        everybody = [*cities, *(one.id for one in problem.facilitators)]
        for group in [*combinations(cities, 2), *permutations(everybody, 3)]:
            try:
                yield partnership_of(pool, Pools.members(group))
            except ValueError:
                continue

    @staticmethod
    def _broken_alone(problem: PairingProblem, partnership: Partnership) -> bool:
        alone = PairingSolution(partnerships=(partnership,))
        return any(next(CHECKS[name](problem, alone), None) for name in SINGLE)

    @staticmethod
    def _is_whole(problem: PairingProblem, chosen: list[Partnership]) -> bool:
        formed = {one.ids for one in chosen}
        if any(frozenset(pin) not in formed for pin in problem.pins):
            return False
        counts = Counter(one.modality for one in chosen)
        for modality, share in problem.shares.items():
            if share.min is not None and counts[modality] < Fraction(str(share.min)) * len(chosen):
                return False
            if share.max is not None and counts[modality] > Fraction(str(share.max)) * len(chosen):
                return False
        return True

    @staticmethod
    def stages(problem: PairingProblem, plan: tuple[Partnership, ...]) -> dict[str, int]:
        """The stages of a plan, counted anew; the number to make large has the sign of its sense."""
        held = Counter(one for partnership in plan for one in partnership.ids)
        worth: Counter[str] = Counter()
        for partnership in plan:
            for one in partnership.ids:
                worth[one] += partnership.value
        cities = [city.id for city in problem.cities]
        found = {
            "reached": sum(held[city.id] >= city.engagements.min for city in problem.cities),
            "paired": sum(held[one] > 0 for one in cities),
            "lowest": min((worth[one] for one in cities if held[one]), default=0),
            "value": sum(partnership.value for partnership in plan),
        }
        if not problem.previous:
            return found
        before = {frozenset(ids) for ids in problem.previous}
        changes = {"changes": len(before ^ {one.ids for one in plan})}
        return {**changes, **found} if problem.changes_first else {**found, **changes}

    @staticmethod
    def rank(stages: dict[str, int]) -> tuple[int, ...]:
        return tuple(-value if name == "changes" else value for name, value in stages.items())

    @staticmethod
    def best(problem: PairingProblem) -> dict[str, int] | None:
        """The optimum of every stage by enumeration, or ``None`` where no plan keeps every rule."""
        ranked = (Pools.stages(problem, plan) for plan in Pools.every_plan(problem))
        return max(ranked, key=Pools.rank, default=None)

    @staticmethod
    def without(problem: PairingProblem, *paths: str) -> PairingProblem:
        """The problem with the values at these paths made neutral, as the text of explanations says."""
        document = copy.deepcopy(Pools.document(problem))
        removed: dict[str, list[int]] = {}
        for path in paths:
            if path.endswith("]"):
                name, place = path[:-1].split("[")
                removed.setdefault(name, []).append(int(place))
                continue
            *way, last = path.replace("[", ".").replace("]", "").split(".")
            place_: Any = document
            for part in way:
                place_ = place_[int(part)] if part.isdigit() else place_[part]
            place_[last] = True if last in ("same_country", "active_ties") else 0 if last.startswith("min_") else None
        for name, places in removed.items():
            for place in sorted(places, reverse=True):
                del document[name][place]
        return read_problem(json.dumps(document))


@pytest.fixture
def pools() -> type[Pools]:
    return Pools


@pytest.fixture
def case_pool(pools: type[Pools]) -> Callable[..., PairingProblem]:
    """Two southern cities that fit, a northern one and an organisation that can join them in a triangle."""

    def make(**rest: Any) -> PairingProblem:
        cities = [
            pools.city("ava", country="AA", population=500, languages=["en"], needs={"waste": 5, "water": 2}),
            pools.city(
                "bo",
                country="BB",
                population=900,
                languages=["en", "fr"],
                needs={"water": 3},
                offers={"waste": 3, "mobility": 4},
            ),
            pools.city("cal", country="CC", group="north", population=700, offers={"waste": 1}),
        ]
        return pools.problem(cities, **{"facilitators": [{"id": "unit", "facilitates": ["waste"]}], **rest})

    return make
