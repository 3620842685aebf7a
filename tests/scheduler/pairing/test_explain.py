"""Explanations shown by solving again: every fact counts, none is spare, and each mend mends."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.core.explanation import Explanation, Fact
from scheduler.core.limits import Control, Limits
from scheduler.pairing.explain import explain, facts_that_let_in
from scheduler.pairing.explain import unpaired as unpaired_module
from scheduler.pairing.explain.facts import changed
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.solve import solve

QUICK = Limits(time_limit=20, workers=1)


def is_solvable(problem: PairingProblem) -> bool:
    status = solve(problem, limits=QUICK).status
    assert status in ("optimal", "infeasible")
    return status == "optimal"


def every_path(problem: PairingProblem) -> list[str]:
    """Each value of the file that can be made neutral."""
    paths = [f"pins[{index}]" for index in range(len(problem.pins))]
    paths += [f"wishes[{index}]" for index in range(len(problem.wishes))]
    paths += [f"ties[{index}]" for index in range(len(problem.ties))]
    paths += [f"excluded_country_pairs[{index}]" for index in range(len(problem.excluded_country_pairs))]
    paths += [f"rules.{name}" for name in ("same_country", "active_ties", "min_pair_value", "min_population")]
    paths += [f"shares.{name}.{end}" for name in problem.shares for end in ("min", "max")]
    paths += [f"cities[{index}].engagements.max" for index in range(len(problem.cities))]
    return paths + [f"facilitators[{index}].max" for index in range(len(problem.facilitators))]


def rules(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.rule for fact in facts]


def require_true(pools: Any, problem: PairingProblem, explanation: Explanation) -> None:
    """The contradiction blocks by itself, is minimal, and the mend makes the whole file feasible."""
    assert explanation.status == "infeasible"
    paths = [fact.path for fact in explanation.facts]
    assert paths
    others = [path for path in every_path(problem) if path not in paths]
    assert not is_solvable(pools.without(problem, *others))
    for path in paths:
        assert is_solvable(pools.without(problem, *others, path)), path
    fixes = explanation.fixes or (explanation.fix,)
    assert all(fix is not None for fix in fixes)
    assert is_solvable(changed(problem, {fix.path: fix.to for fix in fixes}))
    if explanation.fix is None:
        assert len(fixes) > 1
        for path in every_path(problem):
            assert not is_solvable(pools.without(problem, path)), path


@pytest.mark.parametrize("seed", range(30))
def test_contradictions_are_minimal_and_mends_hold(pools: Any, seed: int) -> None:
    problem = pools.drawn(9000 + seed, cities=5, pins=1 + seed % 3)
    if is_solvable(problem):
        pytest.skip("this pool has a plan; the next test counts that enough have none")
    require_true(pools, problem, explain(problem, limits=QUICK))


def test_enough_of_the_pools_above_have_no_plan(pools: Any) -> None:
    drawn = [pools.drawn(9000 + seed, cities=5, pins=1 + seed % 3) for seed in range(30)]
    assert sum(not is_solvable(problem) for problem in drawn) >= 12


CASES: list[tuple[dict[str, Any], list[str], Any]] = [
    ({"pins": [["ava", "bo"], ["bo", "cal"]]}, ["cities[1].engagements.max", "pins[0]", "pins[1]"], "pins[0]"),
    (
        {"pins": [["ava", "bo"]], "wishes": [{"from": "bo", "to": "ava", "level": "no"}]},
        ["pins[0]", "wishes[0]"],
        "pins[0]",
    ),
    (
        {"pins": [["ava", "bo", "cal"]], "excluded_country_pairs": [["AA", "ZZ"], ["CC", "AA"]]},
        ["excluded_country_pairs[1]", "pins[0]"],
        "pins[0]",
    ),
    (
        {"pins": [["ava", "bo"]], "ties": [{"cities": ["ava", "bo"], "state": "active"}]},
        ["pins[0]", "rules.active_ties", "ties[0]"],
        "pins[0]",
    ),
    ({"pins": [["ava", "bo"]], "rules": {"min_population": 600}}, ["pins[0]", "rules.min_population"], "pins[0]"),
    ({"pins": [["ava", "bo"]], "rules": {"min_pair_value": 99}}, ["pins[0]", "rules.min_pair_value"], "pins[0]"),
    (
        {"pins": [["ava", "bo"]], "shares": {"south-south": {"max": 0.4}}},
        ["cities[2].engagements.max", "pins[0]", "shares.south-south.max"],
        "pins[0]",
    ),
    ({"pins": [["bo", "ava", "cal"], ["ava", "bo"]]}, ["pins[0]", "pins[1]"], "pins["),
    ({"pins": [["ava", "cal", "unit"]]}, ["pins[0]"], "pins[0]"),
]


@pytest.mark.parametrize(("rest", "paths", "fix"), CASES, ids=lambda value: "")
def test_contradiction_by_hand(
    case_pool: Callable[..., PairingProblem], pools: Any, rest: dict[str, Any], paths: list[str], fix: str
) -> None:
    problem = case_pool(**rest)
    explanation = explain(problem, limits=QUICK)
    found = sorted(fact.path for fact in explanation.facts)
    assert found == paths
    assert explanation.fix is not None
    assert explanation.fix.path.startswith(fix)
    assert explanation.fix.to is None
    require_true(pools, problem, explanation)


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"a": "south", "b": "south", "c": "south"}, "all three are southern cities"),
        ({"a": "south", "b": "north", "c": "north"}, "takes two southern cities, and only 'a' is one"),
        ({"a": "north", "b": "north", "c": "north"}, "none of the three is one"),
        ({"a": "south", "b": "south", "c": "north"}, "'a' needs nothing that 'b' offers"),
    ],
)
def test_a_pin_of_three_that_can_form_nothing_says_why(pools: Any, members: dict[str, str], why: str) -> None:
    cities = [pools.city(one, group=group) for one, group in members.items()]
    (fact,) = explain(pools.problem(cities, pins=[list(members)]), limits=QUICK).facts
    assert (fact.path, fact.rule) == ("pins[0]", "pins_kept")
    assert "is pinned, but they can form none." in fact.message
    assert why in fact.message


def test_a_pin_of_three_that_no_challenge_joins_names_who_facilitates_nothing_of_it(pools: Any) -> None:
    cities = [pools.city("a", needs={"water": 3}), pools.city("b", offers={"water": 2})]
    cities.append(pools.city("n", group="north", facilitates=["waste"]))
    (fact,) = explain(pools.problem(cities, pins=[["b", "n", "a"]]), limits=QUICK).facts
    assert "'n' facilitates and offers nothing" in fact.message


def test_same_country_is_named_by_its_flag(pools: Any) -> None:
    problem = pools.problem([pools.city("a", country="AA"), pools.city("b", country="AA")], pins=[["a", "b"]])
    explanation = explain(problem, limits=QUICK)
    assert [fact.path for fact in explanation.facts] == ["pins[0]", "rules.same_country"]
    require_true(pools, problem, explanation)


def test_a_limit_is_raised_to_a_number_where_one_pin_less_is_not_enough(pools: Any) -> None:
    problem = pools.problem([pools.city(one) for one in "abcd"], pins=[["a", "b"], ["a", "c"], ["a", "d"]])
    explanation = explain(problem, limits=QUICK)
    assert explanation.fix is not None
    assert (explanation.fix.path, explanation.fix.to) == ("cities[0].engagements.max", 3)
    require_true(pools, problem, explanation)


def test_two_contradictions_are_mended_together(pools: Any) -> None:
    said = [{"from": "a", "to": "b", "level": "no"}, {"from": "c", "to": "d", "level": "no"}]
    problem = pools.problem([pools.city(one) for one in "abcd"], pins=[["a", "b"], ["c", "d"]], wishes=said)
    explanation = explain(problem, limits=QUICK)
    assert explanation.fix is None
    assert explanation.fixes is not None
    assert [(fix.path, fix.to) for fix in explanation.fixes] == [("pins[0]", None), ("pins[1]", None)]
    require_true(pools, problem, explanation)


def test_a_share_against_a_pin_needs_the_whole_pool(pools: Any) -> None:
    cities = [pools.city("a"), pools.city("b"), pools.city("n", group="north")]
    problem = pools.problem(cities, pins=[["a", "b"]], shares={"north-south": {"min": 0.5}})
    explanation = explain(problem, limits=QUICK)
    assert set(rules(explanation.facts)) == {"pins_kept", "modality_shares_met", "engagements_within_limits"}
    require_true(pools, problem, explanation)


def can_be_paired(pools: Any, problem: PairingProblem, city: str, least: int) -> bool:
    """Whether some plan gives the city a partnership while no fewer than ``least`` others are reached."""
    for plan in pools.every_plan(problem):
        held = [one for partnership in plan for one in partnership.ids]
        others = sum(held.count(one.id) >= one.engagements.min for one in problem.cities if one.id != city)
        if city in held and others >= least:
            return True
    return False


def others_reached(problem: PairingProblem, plan: PairingSolution, city: str) -> int:
    held = [one for partnership in plan.partnerships for one in partnership.ids]
    return sum(held.count(one.id) >= one.engagements.min for one in problem.cities if one.id != city)


def check_unpaired(pools: Any, problem: PairingProblem) -> tuple[int, int]:
    """Every fact named helps alone, or the set helps together and no part of it does; counts of both kinds."""
    plan = solve(problem, limits=QUICK).solution
    assert plan is not None
    explanation = explain(problem, solution=plan, limits=QUICK)
    assert explanation.status == "feasible"
    assert explanation.unpaired is not None
    assert [one.id for one in explanation.unpaired] == [one.id for one in plan.unpaired]
    alone = together = 0
    for unpaired in explanation.unpaired:
        least = others_reached(problem, plan, unpaired.id)
        paths = [fact.path for fact in unpaired.blocked_by]
        if not unpaired.together:
            alone += len(paths)
            for path in paths:
                assert can_be_paired(pools, pools.without(problem, path), unpaired.id, least), path
            if not can_be_paired(pools, problem, unpaired.id, least):
                for path in set(every_path(problem)) - set(paths):
                    assert not can_be_paired(pools, pools.without(problem, path), unpaired.id, least), path
            continue
        together += 1
        assert len(paths) > 1
        assert can_be_paired(pools, pools.without(problem, *paths), unpaired.id, least)
        for path in every_path(problem):
            assert not can_be_paired(pools, pools.without(problem, path), unpaired.id, least), path
        for index in range(len(paths)):
            rest = paths[:index] + paths[index + 1 :]
            assert not can_be_paired(pools, pools.without(problem, *rest), unpaired.id, least)
    return alone, together


def test_facts_that_leave_a_city_unpaired_are_shown_by_solving_again(pools: Any) -> None:
    """PAIR-07: each fact listed, relaxed alone, gives the city a partnership; a set together, no part of it."""
    counts = [check_unpaired(pools, pools.drawn(seed, cities=4, most=1, tight=seed % 2 == 1)) for seed in range(30)]
    assert sum(alone for alone, _ in counts) > 20
    assert sum(together for _, together in counts) > 2


@pytest.mark.parametrize("seed", range(40))
def test_facts_that_leave_a_city_unpaired_with_every_rule_at_work(pools: Any, seed: int) -> None:
    """PAIR-07: the same with pins, several partnerships a city, shares and changes first; every fact of the file."""
    for drawn in ({"cities": 4, "most": 2, "pins": seed % 2}, {"cities": 5, "most": 1, "tight": seed % 3 == 0}):
        problem = pools.drawn(1000 + seed, **drawn)
        if solve(problem, limits=QUICK).status == "optimal":
            check_unpaired(pools, problem)


def test_an_explanation_that_runs_out_of_time_is_unknown(pools: Any) -> None:
    problem = pools.drawn(2, cities=40, most=1, tight=True)
    plan = solve(problem, limits=QUICK).solution
    assert plan is not None
    assert plan.unpaired
    explanation = explain(problem, solution=plan, limits=Limits(time_limit=0.001, workers=1))
    assert explanation.status == "unknown"
    assert explanation.unpaired is not None
    assert all(one.unproven for one in explanation.unpaired)


def blocked(problem: PairingProblem, city: str) -> tuple[set[str], bool]:
    explanation = explain(problem, limits=QUICK)
    assert explanation.unpaired is not None
    one = next(unpaired for unpaired in explanation.unpaired if unpaired.id == city)
    return {fact.path for fact in one.blocked_by}, one.together


def test_a_city_without_partner_by_hand(pools: Any) -> None:
    cities = [pools.city("a", engagements={"max": 2}), pools.city("b"), pools.city("c", needs={"w": 1})]
    no = [{"from": "a", "to": "c", "level": "no"}, {"from": "b", "to": "c", "level": "want"}]
    rest: dict[str, Any] = {"pins": [["a", "b"]], "wishes": no}
    assert blocked(pools.problem(cities, **rest), "c") == ({"wishes[0]", "cities[1].engagements.max"}, False)


def test_a_veto_of_both_sides_is_a_set(pools: Any) -> None:
    cities = [pools.city("a"), pools.city("b")]
    no = [{"from": "a", "to": "b", "level": "no"}, {"from": "b", "to": "a", "level": "no"}]
    assert blocked(pools.problem(cities, wishes=no), "a") == ({"wishes[0]", "wishes[1]"}, True)


@pytest.mark.parametrize("seed", range(12))
def test_facts_that_need_no_search_are_among_those_that_a_search_proves(pools: Any, seed: int) -> None:
    """PAIR-07: what is named at once, before there was time to search, gives the city a partner all the same."""
    problem = pools.drawn(300 + seed, cities=5 + seed % 3)
    outcome = solve(problem, limits=QUICK)
    if outcome.solution is None:
        return
    explained = {one.id: one for one in explain(problem, solution=outcome.solution, limits=QUICK).unpaired or ()}
    for city in outcome.solution.unpaired:
        at_once = {fact.path for fact in facts_that_let_in(problem, outcome.solution, city.id)}
        proved = explained[city.id]
        if proved.together or not proved.blocked_by:
            continue
        assert at_once <= {fact.path for fact in proved.blocked_by}


def test_a_city_alone_is_blocked_by_nothing(pools: Any) -> None:
    assert blocked(pools.problem([pools.city("a")]), "a") == (set(), False)


def test_a_city_that_lost_its_place_to_another_that_wants_none(pools: Any) -> None:
    """Either of two cities could have the partner; what is named would spare both."""
    cities = [pools.city("a"), pools.city("b", engagements={"min": 0}), pools.city("c", engagements={"min": 0})]
    rest: dict[str, Any] = {"wishes": [{"from": "b", "to": "c", "level": "no"}]}
    problem = pools.problem(cities, **rest)
    left = {one.id for one in solve(problem, limits=QUICK).solution.unpaired}
    assert len(left) == 1
    assert blocked(problem, left.pop())[0] == {"cities[0].engagements.max"}


def test_everybody_paired_leaves_nothing_to_explain(pools: Any) -> None:
    explanation = explain(pools.problem([pools.city("a"), pools.city("b")]), limits=QUICK)
    assert (explanation.status, explanation.unpaired, explanation.facts) == ("feasible", (), ())


def test_a_stopped_explanation_is_unknown(pools: Any) -> None:
    control = Control()
    control.stop()
    problem = pools.problem([pools.city(one) for one in "abc"], pins=[["a", "b"], ["b", "c"]])
    assert explain(problem, limits=QUICK, control=control).status == "unknown"


def test_facts_say_whom_they_concern(case_pool: Callable[..., PairingProblem]) -> None:
    problem = case_pool(pins=[["ava", "bo"]], wishes=[{"from": "bo", "to": "ava", "level": "no"}])
    pin, veto = explain(problem, limits=QUICK).facts
    assert (pin.rule, pin.ids, pin.message) == ("pins_kept", ("ava", "bo"), "The pair of 'ava' and 'bo' is pinned.")
    assert (veto.rule, veto.ids, veto.message) == ("no_veto", ("bo", "ava"), "'bo' said no to 'ava'.")


def test_several_entries_of_a_list_are_taken_out_at_their_places(pools: Any) -> None:
    problem = pools.problem([pools.city(one) for one in "abcd"], pins=[["a", "b"], ["a", "c"], ["a", "d"]])
    assert changed(problem, {"pins[0]": None, "pins[2]": None}).pins == (("a", "c"),)
    assert json.loads(changed(problem, {"cities[1].engagements.max": 4}).model_dump_json())["cities"][1][
        "engagements"
    ] == {
        "min": 1,
        "max": 4,
    }


def test_a_set_that_no_smaller_one_can_replace_needs_no_search(pools: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """PAIR-07: three facts stand against the only pair there is, so no two are enough; the whole model is not asked."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the whole model was asked")

    monkeypatch.setattr(unpaired_module, "LooseModel", refuse)
    cities = [pools.city(one, country="KH") for one in "ab"]
    said = [{"from": "a", "to": "b", "level": "no"}]
    problem = pools.problem(cities, wishes=said, rules={"min_pair_value": 5})
    explanation = explain(problem, limits=QUICK)
    assert explanation.status == "feasible"
    assert explanation.unpaired is not None
    for one in explanation.unpaired:
        assert one.together
        assert {fact.path for fact in one.blocked_by} == {"wishes[0]", "rules.same_country", "rules.min_pair_value"}


def test_a_set_that_time_or_room_did_not_let_prove_is_said_to_be_unproven(
    pools: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PAIR-07: of a large pool the whole model would fill the memory; what is shown still helps, the rest is open."""
    monkeypatch.setattr(unpaired_module, "MOST_ASKED", 0)
    monkeypatch.setattr(unpaired_module._Case, "_fewest", lambda _: 1)
    cities = [pools.city(one, country="KH") for one in "ab"]
    said = [{"from": "a", "to": "b", "level": "no"}]
    problem = pools.problem(cities, wishes=said, rules={"min_pair_value": 5})
    explanation = explain(problem, limits=QUICK)
    assert explanation.status == "unknown"
    assert explanation.unpaired is not None
    for one in explanation.unpaired:
        assert one.unproven
        assert {fact.path for fact in one.blocked_by} == {"wishes[0]", "rules.same_country", "rules.min_pair_value"}
