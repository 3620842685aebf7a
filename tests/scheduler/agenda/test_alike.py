"""Questions that are the same are asked once (AGD-03): which facts may change places, and that no more are dropped."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda.crowds.filling import filled
from scheduler.agenda.explain import explain
from scheduler.agenda.explain.alike import facts_alike
from scheduler.agenda.explain.facts import blockers_of
from scheduler.agenda.explain.relaxing import ProblemFile, neutral
from scheduler.agenda.problem import AgendaProblem
from scheduler.core.blocking import shrink_alike
from scheduler.core.limits import Limits
from tests.scheduler.agenda.test_explain import mended, neutralised

LIMITS = Limits(time_limit=60, workers=1)
DAYS = [
    {"id": f"d{day}", "start": 100 * day, "end": 100 * day + 30, "closed": [[100 * day + 14, 100 * day + 16]]}
    for day in range(3)
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_facts_that_are_alike_block_alike(seed: int, tiny: Any, brute_force: Any) -> None:
    _block_alike(tiny(seed), brute_force)


@pytest.mark.long
def test_facts_of_two_hundred_problems_that_are_alike_block_alike(tiny: Any, brute_force: Any) -> None:
    for seed in range(200):
        _block_alike(tiny(seed), brute_force)


def _block_alike(problem: AgendaProblem, brute_force: Any) -> None:
    for group in facts_alike(problem, blockers_of(problem)):
        without = [ProblemFile(problem).changed(neutral([fact.steps])) for fact in (group[0], group[-1])]
        assert len({brute_force(one) is None for one in without}) == 1, group


@given(
    kinds=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    needs=st.lists(st.integers(0, 8), min_size=5, max_size=5),
)
def test_of_facts_that_are_alike_as_many_stay_as_are_needed(kinds: list[int], needs: list[int]) -> None:
    facts = list(enumerate(kinds))
    wanted = [min(need, kinds.count(kind)) for kind, need in enumerate(needs)]

    def count(kept: Sequence[tuple[int, int]], kind: int) -> int:
        return sum(own == kind for _, own in kept)

    def block(kept: Sequence[tuple[int, int]]) -> bool:
        return all(count(kept, kind) >= wanted[kind] for kind in range(5))

    def alike(kept: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
        return [[fact for fact in kept if fact[1] == kind] for kind in range(5) if count(kept, kind)]

    kept = shrink_alike(facts, block, alike)
    assert [count(kept, kind) for kind in range(5)] == wanted


def test_days_are_alike_only_where_nothing_is_bound_to_one(problem_of: Any) -> None:
    sessions: list[dict[str, Any]] = [{"id": f"s{index}", "duration": 4} for index in range(3)]
    free = problem_of(sessions=sessions, days=DAYS)
    assert len(facts_alike(free, blockers_of(free))) == 1
    sessions[0]["windows"] = [[0, 14]]
    bound = problem_of(sessions=sessions, days=DAYS)
    assert len(facts_alike(bound, blockers_of(bound))) == 4


@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=6),
    wanted=st.dictionaries(st.integers(1, 9), st.integers(1, 5), min_size=1, max_size=4),
    closed=st.sets(st.tuples(st.integers(0, 5), st.integers(1, 9))),
)
def test_what_is_filled_holds_all_and_no_more_than_it_can(
    lengths: list[int], wanted: dict[int, int], closed: set[tuple[int, int]]
) -> None:
    steps = [{size: size for size in wanted if (index, size) not in closed} for index in range(len(lengths))]
    found = filled(wanted, lengths, steps)
    if found is None:
        return
    for index, here in enumerate(found):
        assert set(here) <= set(steps[index])
        assert sum(size * number for size, number in here.items()) <= lengths[index]
    assert {size: sum(here.get(size, 0) for here in found) for size in wanted} == wanted


def test_what_fills_every_stretch_to_the_brim_is_found() -> None:
    wanted = {18: 5, 12: 6, 9: 4, 6: 6}
    lengths = [54, 42, 54, 42, 42]
    assert sum(size * count for size, count in wanted.items()) == sum(lengths)
    assert filled(wanted, lengths, [dict.fromkeys(wanted) | {size: size for size in wanted} for _ in lengths])


def test_two_sessions_a_morning_and_one_too_many(problem_of: Any) -> None:
    """Six of seven go into three mornings of fourteen, which have time for eight by the sum."""
    sessions = [{"id": f"s{index}", "duration": 5, "people": ["vip"]} for index in range(7)]
    mornings = [[100 * day, 100 * day + 14] for day in range(3)]
    problem = problem_of(
        sessions=sessions, days=DAYS, rooms=[{"id": "r"}], people=[{"id": "vip", "available": mornings}]
    )
    explanation = explain(problem, limits=LIMITS)
    assert {fact.path for fact in explanation.facts} == {
        "people[0].available",
        *(f"sessions[{index}].people[0]" for index in range(7)),
    }
    assert explanation.fix is not None and explanation.fix.path == "people[0].available"
    raw = json.loads(problem.model_dump_json())
    assert explain(mended(raw, (explanation.fix,)), limits=LIMITS).status == "feasible"


def test_more_on_the_stage_on_all_days_than_it_has_time(problem_of: Any) -> None:
    """Two rooms have 168 grains on three days, for which there are 174."""
    sessions = [{"id": f"s{index}", "duration": 4 if index % 3 else 6, "booths": 2} for index in range(37)]
    rooms = [{"id": f"r{index}", "capacity": 50, "booths": 2 if index < 2 else 1} for index in range(4)]
    problem = problem_of(sessions=sessions, rooms=rooms, days=DAYS)
    explanation = explain(problem, limits=LIMITS)
    raw, named = json.loads(problem.model_dump_json()), {fact.path for fact in explanation.facts}
    asked = [f"sessions[{index}].booths" for index in range(37)] + [f"days[{index}].closed" for index in range(3)]
    others = [path for path in asked if path not in named]
    assert named <= set(asked)
    assert explain(neutralised(raw, others), limits=LIMITS).status == "infeasible"
    for path in sorted(named)[::5]:
        assert explain(neutralised(raw, [*others, path]), limits=LIMITS).status == "feasible", path
    assert explanation.fix is not None
    assert explain(mended(raw, (explanation.fix,)), limits=LIMITS).status == "feasible"


def test_the_pin_of_a_session_that_may_be_left_out_without_it_is_another_fact(
    problem_of: Any, brute_force: Any
) -> None:
    """Four places; two optional sessions take two of them as long as they are pinned, so one of three others has none."""
    pin = {"room": "r2"}
    sessions = [
        {"id": "a", "duration": 1, "optional": True, "pin": pin},
        {"id": "b", "duration": 1, "optional": True, "pin": pin},
        {"id": "c", "duration": 1, "pin": pin},
        {"id": "d", "duration": 1},
        {"id": "e", "duration": 1},
    ]
    rooms = [{"id": "r1", "capacity": 9}, {"id": "r2", "capacity": 9}]
    days = [{"id": "d0", "start": 0, "end": 1}, {"id": "d1", "start": 1, "end": 2}]
    problem = problem_of(sessions=sessions, rooms=rooms, days=days)
    named = [fact.path for fact in explain(problem, limits=LIMITS).facts]
    assert named == ["sessions[0].pin", "sessions[1].pin"]
    raw = json.loads(problem.model_dump_json())
    assert brute_force(neutralised(raw, ["sessions[2].pin"])) is None
    for path in named:
        assert brute_force(neutralised(raw, ["sessions[2].pin", path])) is not None
