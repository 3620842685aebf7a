"""Ranked partners with reasons for one city, as the pages show them."""

import json
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.score import Pool, candidates_of, no_triangle_of, possible_candidates
from scheduler.pairing.solution import Partnership

Make = Callable[..., PairingProblem]


def shown(problem: PairingProblem, city: str, **options: Any) -> list[tuple[str, ...]]:
    return [tuple(member.id for member in one.members) for one in candidates_of(Pool(problem), city, **options)]


def test_partners_are_ranked_by_value(case_pool: Make) -> None:
    """PAIR-01: ranked partners for a case city, pairs and triangles, best first."""
    problem = case_pool()
    found = candidates_of(Pool(problem), "ava")
    assert [one.value for one in found] == sorted((one.value for one in found), reverse=True)
    assert shown(problem, "ava") == [("ava", "bo", "cal"), ("ava", "bo", "unit"), ("ava", "bo"), ("ava", "cal")]
    assert shown(problem, "ava", limit=2) == [("ava", "bo", "cal"), ("ava", "bo", "unit")]


def test_a_northern_city_sees_the_triangles_that_it_would_facilitate(case_pool: Make) -> None:
    assert ("ava", "bo", "cal") in shown(case_pool(), "cal")


def _reasons(partnership: Partnership) -> set[tuple[str, str | None]]:
    return {(reason.kind, reason.challenge) for reason in partnership.reasons}


@pytest.mark.parametrize(
    ("city", "field", "value", "gone"),
    [
        (0, "languages", [], ("language", None)),
        (0, "needs", {"waste": 5}, ("need_shared", "water")),
        (1, "offers", {"mobility": 4}, ("need_met", "waste")),
    ],
)
def test_reasons_rest_on_stored_fields(
    case_pool: Make, city: int, field: str, value: Any, gone: tuple[str, str | None]
) -> None:
    """PAIR-01: at least two reasons, and deleting the field removes the reason."""
    problem = case_pool()
    before = next(one for one in candidates_of(Pool(problem), "ava") if one.ids == {"ava", "bo"})
    assert len(before.reasons) >= 2
    assert gone in _reasons(before)
    document = json.loads(problem.model_dump_json())
    document["cities"][city][field] = value
    after = next(
        one for one in candidates_of(Pool(read_problem(json.dumps(document))), "ava") if one.ids == {"ava", "bo"}
    )
    assert _reasons(before) - _reasons(after) == {gone}


@pytest.mark.parametrize("removed", ["ava", "bo", "cal"])
def test_a_trio_needs_all_three(pools: Any, removed: str) -> None:
    """PAIR-03: a trio is proposed with its roles; with any one of the three gone there is none."""
    cities = {
        "ava": pools.city("ava", needs={"waste": 5}),
        "bo": pools.city("bo", offers={"waste": 3}),
        "cal": pools.city("cal", group="north", facilitates=["waste"]),
    }

    def trios(*names: str) -> list[list[tuple[str, str]]]:
        pool = Pool(pools.problem([cities[name] for name in names]))
        found = candidates_of(pool, names[0])
        return [[(member.id, member.role) for member in one.members] for one in found if len(one.members) == 3]

    assert trios("ava", "bo", "cal") == [[("ava", "beneficiary"), ("bo", "pivotal"), ("cal", "facilitating")]]
    assert trios(*[name for name in cities if name != removed]) == []


@pytest.mark.parametrize(
    "rest",
    [
        {"wishes": [{"from": "bo", "to": "ava", "level": "no"}]},
        {"excluded_country_pairs": [["AA", "BB"]]},
        {"ties": [{"cities": ["ava", "bo"], "state": "active"}]},
        {"rules": {"min_population": 600}},
    ],
)
def test_no_candidate_breaks_a_rule(case_pool: Make, rest: dict[str, Any]) -> None:
    assert all(not {"ava", "bo"} <= set(members) for members in shown(case_pool(**rest), "ava"))


def test_no_candidate_has_a_member_that_may_have_none(pools: Any) -> None:
    cities = [pools.city("a"), pools.city("b", engagements={"min": 0, "max": 0})]
    assert shown(pools.problem(cities), "a") == []


@pytest.mark.parametrize("seed", range(10))
def test_candidates_are_all_legal_partnerships(pools: Any, seed: int) -> None:
    problem = pools.drawn(seed)
    full = {one.id for one in (*problem.facilitators,) if one.max == 0}
    full |= {city.id for city in problem.cities if city.engagements.max == 0}
    legal = [one for one in pools._every_partnership(problem) if not pools._broken_alone(problem, one)]
    for city in problem.cities:
        expected = {
            tuple((m.id, m.role) for m in sorted(one.members, key=lambda m: m.id))
            for one in legal
            if city.id in one.ids and not full & one.ids
        }
        found = candidates_of(Pool(problem), city.id)
        assert {tuple((m.id, m.role) for m in sorted(one.members, key=lambda m: m.id)) for one in found} == expected
        assert len(found) == len(expected)


@pytest.mark.parametrize("seed", range(20))
def test_three_members_form_no_triangle_exactly_where_a_reason_says_so(pools: Any, seed: int) -> None:
    problem = pools.drawn(7100 + seed, cities=6)
    pool = Pool(problem)
    everybody = [*pool.cities, *(one.id for one in problem.facilitators)]
    formed = {candidate.ids for candidate in possible_candidates(pool)}
    for ids in combinations(everybody, 3):
        assert (no_triangle_of(pool, ids) is None) == (frozenset(ids) in formed), ids
