"""Each hard rule in pairs: a plan that keeps it, and one that breaks it and nothing else that it should not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.validation import CHECKS, validate

Make = Callable[..., PairingProblem]


def broken(problem: PairingProblem, solution: PairingSolution) -> set[str]:
    return {violation.rule for violation in validate(problem, solution)}


def edited(solution: PairingSolution, edit: Callable[[dict[str, Any]], None]) -> PairingSolution:
    document = json.loads(solution.model_dump_json())
    edit(document)
    return PairingSolution.model_validate_json(json.dumps(document))


def test_rules_stand_in_the_order_of_the_text() -> None:
    assert list(CHECKS) == [
        "engagements_within_limits",
        "no_veto",
        "no_excluded_country_pair",
        "same_country_only_if_allowed",
        "active_tie_only_if_allowed",
        "population_at_least_minimum",
        "pair_value_at_least_minimum",
        "pins_kept",
        "modality_shares_met",
        "formed_once",
        "triangle_roles_filled",
        "left_out_listed",
        "reasons_back_value",
    ]


def test_a_good_plan_breaks_nothing(case_pool: Make, pools: Any) -> None:
    problem = case_pool()
    assert broken(problem, pools.plan(problem, ("ava", "bo"))) == set()
    assert broken(problem, pools.plan(problem, ("ava", "bo", "cal"))) == set()
    assert broken(problem, pools.plan(problem, ("ava", "bo", "unit"))) == set()
    assert broken(problem, pools.plan(problem)) == set()


@pytest.mark.parametrize("largest", [1, 2])
def test_engagements_within_limits_counts_every_role_of_a_city(pools: Any, largest: int) -> None:
    cities = [
        pools.city("a", needs={"w": 1}, engagements={"max": 2}),
        pools.city("b", offers={"w": 1}),
        pools.city("n", group="north", facilitates=["w"], engagements={"max": largest}),
    ]
    problem = pools.problem(cities)
    plan = pools.plan(problem, ("a", "b", "n"), ("a", "n"))
    assert broken(problem, plan) == (set() if largest == 2 else {"engagements_within_limits"})


@pytest.mark.parametrize("largest", [1, 2, None])
def test_engagements_within_limits_holds_for_facilitators(pools: Any, largest: int | None) -> None:
    cities = [pools.city(one, needs={"w": 1}, offers={"w": 1}) for one in "abcd"]
    problem = pools.problem(cities, facilitators=[{"id": "u", "facilitates": ["w"], "max": largest}])
    plan = pools.plan(problem, ("a", "b", "u"), ("c", "d", "u"))
    assert broken(problem, plan) == ({"engagements_within_limits"} if largest == 1 else set())


@pytest.mark.parametrize(("from_", "to"), [("ava", "bo"), ("bo", "ava"), ("cal", "ava"), ("bo", "cal")])
def test_no_veto_holds_between_any_two_cities_of_a_triangle(case_pool: Make, pools: Any, from_: str, to: str) -> None:
    kept = case_pool(wishes=[{"from": from_, "to": to, "level": "want"}])
    assert broken(kept, pools.plan(kept, ("ava", "bo", "cal"))) == set()
    vetoed = case_pool(wishes=[{"from": from_, "to": to, "level": "no"}])
    assert broken(vetoed, pools.plan(vetoed, ("ava", "bo", "cal"))) == {"no_veto"}


@pytest.mark.parametrize("countries", [["AA", "BB"], ["BB", "AA"], ["CC", "BB"], ["AA", "CC"]])
def test_no_excluded_country_pair(case_pool: Make, pools: Any, countries: list[str]) -> None:
    problem = case_pool(excluded_country_pairs=[countries])
    assert broken(problem, pools.plan(problem, ("ava", "bo", "cal"))) == {"no_excluded_country_pair"}
    elsewhere = case_pool(excluded_country_pairs=[["AA", "AA"], ["AA", "ZZ"]])
    assert broken(elsewhere, pools.plan(elsewhere, ("ava", "bo", "cal"))) == set()


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("members", [("a", "b"), ("a", "c", "n")])
def test_same_country_only_if_allowed(pools: Any, allowed: bool, members: tuple[str, ...]) -> None:
    cities = [
        pools.city("a", country="AA", needs={"w": 1}),
        pools.city("b", country="AA"),
        pools.city("c", country="CC", offers={"w": 1}),
        pools.city("n", country="AA", group="north", offers={"w": 1}),
    ]
    problem = pools.problem(cities, rules={"same_country": allowed})
    expected = set() if allowed else {"same_country_only_if_allowed"}
    assert broken(problem, pools.plan(problem, members)) == expected


@pytest.mark.parametrize(
    ("state", "allowed", "expected"),
    [
        ("active", False, {"active_tie_only_if_allowed"}),
        ("active", True, set()),
        ("dormant", False, set()),
    ],
)
@pytest.mark.parametrize("tied", [["bo", "ava"], ["cal", "bo"]])
def test_active_tie_only_if_allowed(
    case_pool: Make, pools: Any, state: str, allowed: bool, expected: set[str], tied: list[str]
) -> None:
    problem = case_pool(ties=[{"cities": tied, "state": state}], rules={"active_ties": allowed})
    assert broken(problem, pools.plan(problem, ("ava", "bo", "cal"))) == expected


@pytest.mark.parametrize(("least", "expected"), [(500, set()), (501, {"population_at_least_minimum"})])
def test_population_at_least_minimum(case_pool: Make, pools: Any, least: int, expected: set[str]) -> None:
    problem = case_pool(rules={"min_population": least})
    assert broken(problem, pools.plan(problem, ("ava", "bo"))) == expected


def test_population_holds_for_a_facilitating_city(case_pool: Make, pools: Any) -> None:
    problem = case_pool(rules={"min_population": 501})
    violations = validate(problem, pools.plan(problem, ("bo", "cal")))
    assert violations == ()
    assert validate(problem, pools.plan(problem, ("ava", "bo", "cal")))[0].subjects == ("ava",)


@pytest.mark.parametrize(("least", "expected"), [(12, set()), (13, {"pair_value_at_least_minimum"})])
def test_pair_value_at_least_minimum(case_pool: Make, pools: Any, least: int, expected: set[str]) -> None:
    # need met min(5, 3) = 3, need shared min(2, 3) = 2, a language: 2 * 3 + 2 * 2 + 2 = 12
    problem = case_pool(rules={"min_pair_value": least})
    assert broken(problem, pools.plan(problem, ("ava", "bo"))) == expected


def test_pair_value_is_not_asked_of_triangles(case_pool: Make, pools: Any) -> None:
    problem = case_pool(rules={"min_pair_value": 1000})
    assert broken(problem, pools.plan(problem, ("ava", "bo", "cal"))) == set()


@pytest.mark.parametrize(
    ("pin", "formed", "kept"),
    [
        (["bo", "ava"], ("ava", "bo"), True),
        (["ava", "bo"], ("ava", "bo", "unit"), False),
        (["unit", "bo", "ava"], ("ava", "bo", "unit"), True),
        (["ava", "bo", "unit"], ("ava", "bo", "cal"), False),
        (["ava", "bo", "unit"], ("ava", "bo"), False),
        (["ava", "cal"], ("ava", "bo", "cal"), False),
    ],
)
def test_pins_kept(case_pool: Make, pools: Any, pin: list[str], formed: tuple[str, ...], kept: bool) -> None:
    problem = case_pool(pins=[pin])
    assert broken(problem, pools.plan(problem, formed)) == (set() if kept else {"pins_kept"})


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ({"min": 0.3333333333333333}, set()),
        ({"min": 0.3333333333333334}, {"modality_shares_met"}),
        ({"max": 0.3333333333333334}, set()),
        ({"max": 0.3333333333333333}, {"modality_shares_met"}),
        ({"min": None, "max": None}, set()),
        ({}, set()),
    ],
)
def test_modality_shares_met_in_exact_decimals(pools: Any, share: dict[str, Any], expected: set[str]) -> None:
    cities = [pools.city(one) for one in "abcd"] + [pools.city(one, group="north") for one in "mn"]
    problem = pools.problem(cities, shares={"north-north": share})
    assert broken(problem, pools.plan(problem, ("a", "b"), ("c", "d"), ("m", "n"))) == expected


def test_no_partnership_satisfies_every_share(pools: Any) -> None:
    problem = pools.problem([pools.city("a"), pools.city("b")], shares={"triangular": {"min": 1}})
    assert broken(problem, pools.plan(problem)) == set()
    assert broken(problem, pools.plan(problem, ("a", "b"))) == {"modality_shares_met"}


def test_a_share_of_three_tenths_is_exact(pools: Any) -> None:
    """0.1 + 0.1 + 0.1 is not 0.3 in floating point; 3 of 10 partnerships are exactly a share of 0.3."""
    south = [pools.city(f"s{number}") for number in range(14)]
    north = [pools.city(f"n{number}", group="north") for number in range(6)]
    pairs = [(f"s{2 * n}", f"s{2 * n + 1}") for n in range(7)] + [(f"n{2 * n}", f"n{2 * n + 1}") for n in range(3)]
    for share in ({"min": 0.3}, {"max": 0.3}, {"min": 0.3, "max": 0.3}):
        problem = pools.problem([*south, *north], shares={"north-north": share})
        assert broken(problem, pools.plan(problem, *pairs)) == set()
        assert broken(problem, pools.plan(problem, *pairs[:-1])) == (
            {"modality_shares_met"} if "min" in share else set()
        )


def test_a_wrong_label_is_found(case_pool: Make, pools: Any) -> None:
    problem = case_pool()
    plan = edited(
        pools.plan(problem, ("ava", "bo")), lambda document: document["partnerships"][0].update(modality="north-south")
    )
    assert broken(problem, plan) == {"modality_shares_met"}


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ((("a", "b"), ("b", "a")), {"formed_once"}),
        ((("a", "b"), ("a", "b", "n")), {"formed_once"}),
        ((("a", "b", "n"), ("b", "a", "m")), {"formed_once"}),
        ((("a", "n"), ("a", "b", "n")), set()),
        ((("a", "b", "n"), ("c", "b", "n")), set()),
    ],
)
def test_formed_once(pools: Any, groups: tuple[tuple[str, ...], ...], expected: set[str]) -> None:
    many = {"min": 1, "max": None}
    cities = [pools.city(one, needs={"w": 1}, offers={"w": 1}, engagements=many) for one in "abc"]
    cities += [pools.city(one, group="north", offers={"w": 1}, engagements=many) for one in "nm"]
    problem = pools.problem(cities)
    assert broken(problem, pools.plan(problem, *groups)) == expected


@pytest.mark.parametrize(
    "members",
    [
        [("ava", "partner"), ("unit", "partner")],
        [("ava", "partner")],
        [("ava", "partner"), ("ava", "partner")],
        [("ava", "partner"), ("bo", "partner"), ("cal", "partner")],
        [("ava", "beneficiary"), ("bo", "pivotal")],
        [("ava", "beneficiary"), ("cal", "pivotal"), ("unit", "facilitating")],
        [("unit", "beneficiary"), ("bo", "pivotal"), ("cal", "facilitating")],
        [("bo", "beneficiary"), ("ava", "pivotal"), ("cal", "facilitating")],
    ],
    ids=[
        "organisation",
        "alone",
        "itself",
        "three partners",
        "two roles",
        "north pivotal",
        "organisation",
        "no challenge",
    ],
)
def test_triangle_roles_filled(case_pool: Make, members: list[tuple[str, str]]) -> None:
    document = {
        "format": "bridge-pairing-solution/1",
        "partnerships": [
            {
                "members": [{"id": one, "role": role} for one, role in members],
                "modality": "triangular",
                "value": 0,
                "reasons": [],
            }
        ],
    }
    plan = PairingSolution.model_validate_json(json.dumps(document))
    assert "triangle_roles_filled" in broken(case_pool(), plan)


def test_left_out_listed(case_pool: Make, pools: Any) -> None:
    problem = case_pool()
    plan = pools.plan(problem, ("ava", "bo"))
    assert broken(problem, plan) == set()
    assert broken(problem, edited(plan, lambda document: document["unpaired"].clear())) == {"left_out_listed"}
    twice = edited(plan, lambda document: document["unpaired"].append({"id": "cal"}))
    assert broken(problem, twice) == {"left_out_listed"}
    paired = edited(plan, lambda document: document["unpaired"].append({"id": "ava"}))
    assert broken(problem, paired) == {"left_out_listed"}


def _raise_value(document: dict[str, Any]) -> None:
    document["partnerships"][0]["value"] += 1


def _drop_reason(document: dict[str, Any]) -> None:
    document["partnerships"][0]["reasons"].pop()


def _swap_kind(document: dict[str, Any]) -> None:
    document["partnerships"][0]["reasons"][0]["kind"] = "wish"


def _swap_challenge(document: dict[str, Any]) -> None:
    document["partnerships"][0]["reasons"][0]["challenge"] = "housing"


def _point_elsewhere(document: dict[str, Any]) -> None:
    document["partnerships"][0]["reasons"][0]["from"] = "cal"


@pytest.mark.parametrize("edit", [_raise_value, _drop_reason, _swap_kind, _swap_challenge, _point_elsewhere])
def test_reasons_back_value(case_pool: Make, pools: Any, edit: Callable[[dict[str, Any]], None]) -> None:
    problem = case_pool()
    plan = pools.plan(problem, ("ava", "bo"))
    assert broken(problem, plan) == set()
    assert broken(problem, edited(plan, edit)) == {"reasons_back_value"}
