"""Each term twice: it gains nothing, and it gains n by hand; and the stages of plans worked out by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import TERMS, Pool, partnership_of, score, stage_values

PAIR, TRIANGLE = ("a", "b"), ("a", "b", "n")


def scored(pools: Any, formed: tuple[str, ...], a: dict[str, Any], b: dict[str, Any], **rest: Any) -> dict[str, int]:
    """Units by term of one partnership; "w" joins the triangle of a, b and n in any case."""
    a = {"needs": {"w": 1}, **a}
    b = {"offers": {"w": 1}, **b}
    cities = [pools.city("a", **a), pools.city("b", **b), pools.city("n", group="north", offers={"w": 1, "x": 1})]
    problem = pools.problem(cities, **rest)
    found = score(problem, pools.plan(problem, formed))
    assert all(term.cost == term.units * term.weight for term in found.values())
    return {name: term.units for name, term in found.items()}


@pytest.mark.parametrize(
    ("formed", "a", "b", "term", "units"),
    [
        (PAIR, {"needs": {}}, {}, "need_met", 0),
        (PAIR, {"needs": {"w": 5, "x": 2}}, {"offers": {"w": 3, "x": 4}}, "need_met", 5),
        (PAIR, {"needs": {"w": 5}, "offers": {"x": 4}}, {"offers": {"w": 3}, "needs": {"x": 2}}, "need_met", 5),
        (TRIANGLE, {"needs": {"w": 5}, "offers": {"x": 4}}, {"offers": {"w": 3}, "needs": {"x": 2}}, "need_met", 3),
        (PAIR, {"needs": {"w": 5}}, {"needs": {"x": 5}}, "need_shared", 0),
        (PAIR, {"needs": {"w": 5, "x": 1}}, {"needs": {"w": 2, "x": 4}}, "need_shared", 3),
        (TRIANGLE, {"needs": {"w": 5, "x": 1}}, {"needs": {"w": 2, "x": 4}}, "need_shared", 3),
        (PAIR, {"needs": {"w": 5}}, {"offers": {"w": 5}}, "reciprocity", 0),
        (PAIR, {"needs": {"w": 5}, "offers": {"x": 4}}, {"offers": {"w": 3}, "needs": {"x": 2}}, "reciprocity", 2),
        (TRIANGLE, {"needs": {"w": 5}, "offers": {"x": 4}}, {"offers": {"w": 3}, "needs": {"x": 2}}, "reciprocity", 0),
        (PAIR, {"languages": ["en"]}, {"languages": ["fr"]}, "language", 0),
        (PAIR, {"languages": ["en", "fr"]}, {"languages": ["fr", "en", "zh"]}, "language", 1),
        (TRIANGLE, {"languages": ["fr"]}, {"languages": ["fr"]}, "language", 1),
        (PAIR, {}, {}, "facilitation", 0),
        (TRIANGLE, {"needs": {"w": 1, "x": 1}}, {"offers": {"w": 5, "x": 5}}, "facilitation", 2),
        (TRIANGLE, {"needs": {"w": 1, "y": 1}}, {"offers": {"w": 5, "y": 5}}, "facilitation", 1),
    ],
)
def test_units_of_a_profile_term(
    pools: Any, formed: tuple[str, ...], a: dict[str, Any], b: dict[str, Any], term: str, units: int
) -> None:
    assert scored(pools, formed, a, b)[term] == units


@pytest.mark.parametrize(
    ("formed", "ties", "units"),
    [
        (PAIR, [], 0),
        (PAIR, [{"cities": ["a", "b"], "state": "active"}], 0),
        (PAIR, [{"cities": ["b", "a"], "state": "dormant"}], 1),
        (TRIANGLE, [{"cities": ["b", "a"], "state": "dormant"}], 1),
        (TRIANGLE, [{"cities": ["n", "a"], "state": "dormant"}], 0),
    ],
)
def test_units_of_replan(pools: Any, formed: tuple[str, ...], ties: list[dict[str, Any]], units: int) -> None:
    assert scored(pools, formed, {}, {}, ties=ties)["replan"] == units


@pytest.mark.parametrize(
    ("formed", "wishes", "units"),
    [
        (PAIR, [], 0),
        (PAIR, [("a", "b", "no")], 0),
        (PAIR, [("a", "b", "want")], 1),
        (PAIR, [("b", "a", "must")], 2),
        (PAIR, [("a", "b", "must"), ("b", "a", "want")], 3),
        (PAIR, [("a", "b", "must"), ("b", "a", "must")], 4),
        (TRIANGLE, [("a", "b", "must"), ("b", "a", "want")], 3),
        (TRIANGLE, [("a", "n", "must"), ("n", "b", "must")], 0),
    ],
)
def test_units_of_wish(pools: Any, formed: tuple[str, ...], wishes: list[tuple[str, str, str]], units: int) -> None:
    said = [{"from": one, "to": other, "level": level} for one, other, level in wishes]
    assert scored(pools, formed, {}, {}, wishes=said)["wish"] == units


@pytest.mark.parametrize("term", list(TERMS))
def test_weight_multiplies_the_units_of_its_term_alone(pools: Any, term: str) -> None:
    profile = {"needs": {"w": 3, "x": 2}, "offers": {"y": 2}, "languages": ["en"]}
    other = {"needs": {"w": 1, "y": 4}, "offers": {"w": 3, "x": 1}, "languages": ["en"]}
    cities = [
        pools.city("a", **profile),
        pools.city("b", **other),
        pools.city("c", **profile),
        pools.city("d", **other),
    ]
    rest: dict[str, Any] = {
        "facilitators": [{"id": "u", "facilitates": ["w"]}],
        "ties": [{"cities": ["a", "b"], "state": "dormant"}],
        "wishes": [{"from": "a", "to": "b", "level": "want"}],
    }
    zero = dict.fromkeys(TERMS, 0)
    problem = pools.problem(cities, **rest, weights={**zero, term: 7})
    plan = pools.plan(problem, ("a", "b"), ("c", "d", "u"))
    found = score(problem, plan)
    assert found[term].units > 0
    assert sum(each.cost for each in found.values()) == found[term].cost == 7 * found[term].units
    assert sum(partnership.value for partnership in plan.partnerships) == found[term].cost


def test_value_and_reasons_of_a_pair_by_hand(case_pool: Callable[..., PairingProblem], pools: Any) -> None:
    problem = case_pool(
        ties=[{"cities": ["bo", "ava"], "state": "dormant"}], wishes=[{"from": "bo", "to": "ava", "level": "must"}]
    )
    pair = partnership_of(Pool(problem), pools.members(("ava", "bo")))
    assert {(one.kind, one.from_, one.to, one.challenge, one.value) for one in pair.reasons} == {
        ("need_met", "bo", "ava", "waste", 6),
        ("need_shared", None, None, "water", 4),
        ("language", None, None, None, 2),
        ("replan", None, None, None, 4),
        ("wish", "bo", "ava", None, 6),
    }
    assert pair.value == 22
    assert pair.modality == "south-south"


def test_value_and_reasons_of_a_triangle_by_hand(case_pool: Callable[..., PairingProblem], pools: Any) -> None:
    triangle = partnership_of(Pool(case_pool()), pools.members(("ava", "bo", "cal")))
    assert [(one.kind, one.from_, one.to, one.challenge, one.value) for one in triangle.reasons] == [
        ("need_met", "bo", "ava", "waste", 6),
        ("need_shared", None, None, "water", 4),
        ("language", None, None, None, 2),
        ("facilitation", "cal", "ava", "waste", 2),
    ]
    assert triangle.value == 14
    assert triangle.modality == "triangular"


def test_stages_by_hand(pools: Any) -> None:
    cities = [
        pools.city("a", needs={"w": 5}, engagements={"min": 2, "max": 2}),
        pools.city("b", offers={"w": 5}),
        pools.city("n", group="north", offers={"w": 1}, engagements={"min": 1, "max": 2}),
        pools.city("lone", engagements={"min": 0}),
        pools.city("left"),
    ]
    problem = pools.problem(cities, previous=[["b", "a"], ["n", "b", "a"]])
    # a pair of a and n: met 1, worth 2; the triangle: met 5 and one challenge, worth 12
    plan = pools.plan(problem, ("a", "n"), ("a", "b", "n"))
    assert stage_values(problem, plan) == {"reached": 4, "paired": 3, "lowest": 12, "value": 14, "changes": 2}
    pair = pools.plan(problem, ("a", "n"))
    assert stage_values(problem, pair) == {"reached": 2, "paired": 2, "lowest": 2, "value": 2, "changes": 3}
    assert stage_values(problem, pools.plan(problem)) == {
        "reached": 1,
        "paired": 0,
        "lowest": 0,
        "value": 0,
        "changes": 2,
    }


def test_changes_come_only_with_a_previous_plan_and_first_if_asked(pools: Any) -> None:
    cities = [pools.city("a"), pools.city("b")]
    first = pools.problem(cities, previous=[["a", "b"]], changes_first=True)
    assert next(iter(stage_values(first, pools.plan(first)))) == "changes"
    for previous in (None, []):
        without = pools.problem(cities, previous=previous, changes_first=True)
        assert "changes" not in stage_values(without, pools.plan(without))


def test_a_partnership_without_form_gains_nothing(case_pool: Callable[..., PairingProblem], pools: Any) -> None:
    with pytest.raises(ValueError, match="form no partnership"):
        partnership_of(Pool(case_pool()), pools.members(("bo", "ava", "cal")))
