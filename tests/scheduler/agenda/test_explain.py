"""Explanations (AGD-03): what is named blocks, each of it is needed, the fix mends; shown by trying everything."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda.explain import explain
from scheduler.agenda.problem import AgendaProblem, read_problem
from scheduler.core.explanation import Explanation, Fix
from scheduler.core.limits import Control, Limits

LIMITS = Limits(time_limit=20, workers=1)

# Written from the text of the file format, not from the code under test.
NEUTRAL: dict[str, Any] = {
    **dict.fromkeys(("windows", "available", "open", "rooms", "layout", "pin", "same_room_as", "max_parallel")),
    **{field: [] for field in ("features", "closed", "taken")},
    **dict.fromkeys(("audience", "booths", "turnover", "rest"), 0),
    "plenary": False,
    "optional": True,
}
LISTED = ("people", "after", "not_with")


def steps_of(path: str) -> list[str | int]:
    found = re.findall(r"\[\d+\]|[^.\[\]]+", path)
    return [int(step[1:-1]) if step.startswith("[") else step for step in found]


def put(raw: Any, path: str, value: Any) -> None:
    steps = steps_of(path)
    for step in steps[:-1]:
        raw = raw[step]
    if value is None and (isinstance(steps[-1], int) or steps[-2:-1] == ["uses"]):
        del raw[steps[-1]]
    else:
        raw[steps[-1]] = value


def last_entries_first(path: str) -> list[tuple[str, int]]:
    return [("", step) if isinstance(step, int) else (step, 0) for step in steps_of(path)]


def neutralised(raw: Any, paths: list[str]) -> AgendaProblem:
    raw = copy.deepcopy(raw)
    for path in sorted(paths, key=last_entries_first, reverse=True):
        last = steps_of(path)[-1]
        put(raw, path, NEUTRAL.get(str(last)))
    return read_problem(json.dumps(raw))


def facts_of(raw: Any) -> list[str]:
    found = ["max_parallel"] if raw["max_parallel"] is not None else []
    for kind, fields in {
        "days": ("closed",),
        "rooms": ("open", "turnover"),
        "people": ("available", "rest"),
        "resources": ("open", "taken"),
        "sessions": ("windows", "pin", "rooms", "layout", "features", "audience", "booths", "same_room_as", "plenary"),
    }.items():
        for index, entry in enumerate(raw[kind]):
            found += [f"{kind}[{index}].{field}" for field in fields if entry[field] != NEUTRAL[field]]
            if kind == "sessions":
                found += [f"{kind}[{index}].{field}[{j}]" for field in LISTED for j in range(len(entry[field]))]
                found += [f"{kind}[{index}].uses.{name}" for name in entry["uses"]]
    return found


def assert_blocking_and_minimal(raw: Any, explanation: Explanation, brute_force: Any) -> None:
    named = [fact.path for fact in explanation.facts]
    everything = facts_of(raw)
    assert named
    if named[0].endswith(".optional"):
        everything += [f"sessions[{index}].optional" for index in range(len(raw["sessions"]))]
    assert set(named) <= set(everything)
    others = [path for path in everything if path not in named]
    assert brute_force(neutralised(raw, others)) is None
    for path in named:
        assert brute_force(neutralised(raw, [*others, path])) is not None, path


def mended(raw: Any, fixes: tuple[Fix, ...]) -> AgendaProblem:
    raw = copy.deepcopy(raw)
    for fix in sorted(fixes, key=lambda one: last_entries_first(one.path), reverse=True):
        put(raw, fix.path, fix.to)
    return read_problem(json.dumps(raw))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_explanations_of_small_problems_hold(seed: int, tiny: Any, brute_force: Any) -> None:
    _holds(tiny(seed), brute_force)


@pytest.mark.long
def test_explanations_of_five_hundred_small_problems_hold(tiny: Any, brute_force: Any) -> None:
    for seed in range(500):
        _holds(tiny(seed), brute_force)


def _holds(problem: AgendaProblem, brute_force: Any) -> None:
    raw = json.loads(problem.model_dump_json())
    explanation = explain(problem, limits=LIMITS)
    if brute_force(problem) is not None:
        assert (explanation.status, explanation.facts, explanation.fix) == ("feasible", (), None)
        return
    assert explanation.status == "infeasible"
    assert_blocking_and_minimal(raw, explanation, brute_force)
    fixes = (explanation.fix,) if explanation.fix else explanation.fixes
    assert fixes
    assert brute_force(mended(raw, fixes)) is not None
    for one in fixes if len(fixes) > 1 else ():
        assert brute_force(mended(raw, tuple(fix for fix in fixes if fix is not one))) is None, one.path


A, B, C = ({"id": name, "duration": 4} for name in "abc")
SHORT = [{"id": "d", "start": 0, "end": 9}]
TWO_ROOMS = [{"id": "r1", "capacity": 100}, {"id": "r2", "capacity": 100}]
WITH_P = [{**A, "people": ["p"]}, {**B, "people": ["p"]}]

# fields, paths of the facts, the cheapest changes (any of them will do)
CASES: dict[str, tuple[dict[str, Any], set[str], dict[str, Any]]] = {
    "a pin against closed hours": (
        {"sessions": [{**A, "pin": {"start": 2}}], "days": [{"id": "d", "start": 0, "end": 20, "closed": [[4, 6]]}]},
        {"sessions[0].pin", "days[0].closed"},
        {"sessions[0].pin": None},
    ),
    "two pins": (
        {"sessions": [{**A, "pin": {"start": 2}}, {**B, "pin": {"start": 4}}]},
        {"sessions[0].pin", "sessions[1].pin"},
        {"sessions[0].pin": None, "sessions[1].pin": None},
    ),
    "a window too short": (
        {"sessions": [{**A, "windows": [[0, 3]]}]},
        {"sessions[0].windows"},
        {"sessions[0].windows": [[0, 4]]},
    ),
    "a person not there in the window": (
        {
            "sessions": [{**A, "people": ["p"], "windows": [[0, 4]]}],
            "people": [{"id": "p", "available": [[2, 20]]}],
        },
        {"sessions[0].people[0]", "sessions[0].windows", "people[0].available"},
        {"people[0].available": [[0, 20]], "sessions[0].windows": [[0, 6]]},
    ),
    "a person's two sessions in one morning": (
        {"sessions": [{**one, "windows": [[0, 7]]} for one in WITH_P], "people": [{"id": "p"}], "rooms": TWO_ROOMS},
        {f"sessions[{index}].{field}" for index in (0, 1) for field in ("people[0]", "windows")},
        {f"sessions[{index}].windows": [[0, 8]] for index in (0, 1)},
    ),
    "an audience without room": (
        {"sessions": [{**A, "audience": 120}], "rooms": TWO_ROOMS},
        {"sessions[0].audience"},
        {"rooms[0].capacity": 120, "rooms[1].capacity": 120},
    ),
    "a stage that no room has": (
        {
            "sessions": [{**A, "features": ["lights", "stage"], "audience": 90}],
            "rooms": [{"id": "r1", "capacity": 100, "features": ["lights"]}, {"id": "r2", "capacity": 50}],
        },
        {"sessions[0].features"},
        {"rooms[0].features": ["lights", "stage"]},
    ),
    "a layout that no room has": (
        {"sessions": [{**A, "layout": "round"}], "rooms": [{**TWO_ROOMS[0], "layouts": ["theatre"]}]},
        {"sessions[0].layout"},
        {"rooms[0].layouts": ["theatre", "round"]},
    ),
    "too few interpreters": (
        {
            "sessions": [{**one, "windows": [[0, 4]], "uses": {"x": 2}} for one in (A, B)],
            "rooms": TWO_ROOMS,
            "resources": [{"id": "x", "capacity": 2}],
            "days": [{"id": "d", "start": 0, "end": 4}],
        },
        {"sessions[0].uses.x", "sessions[1].uses.x"},
        {"resources[0].capacity": 4},
    ),
    "too few at once": (
        {"sessions": [A, B, C], "rooms": TWO_ROOMS, "days": SHORT, "max_parallel": 1},
        {"max_parallel"},
        {"max_parallel": 2},
    ),
    "a plenary that takes the time of both rooms": (
        {
            "sessions": [{"id": name, "duration": 2, "plenary": name == "a"} for name in "abcd"],
            "rooms": TWO_ROOMS,
            "days": [{"id": "d", "start": 0, "end": 4}],
        },
        {"sessions[0].plenary"},
        {f"sessions[{index}].optional": True for index in range(4)},
    ),
    "a circle": (
        {"sessions": [{**A, "after": ["b"]}, {**B, "after": ["a"]}]},
        {"sessions[0].after[0]", "sessions[1].after[0]"},
        {"sessions[0].optional": True, "sessions[1].optional": True},
    ),
    "more session time than room time": (
        {"sessions": [A, B, C], "days": SHORT},
        {f"sessions[{index}].optional" for index in range(3)},
        {f"sessions[{index}].optional": True for index in range(3)},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_by_hand(case: Any, problem_of: Any, brute_force: Any) -> None:
    fields, facts, fixes = case
    problem = problem_of(**fields)
    explanation = explain(problem, limits=LIMITS)
    assert {fact.path for fact in explanation.facts} == facts
    assert explanation.fix is not None
    assert explanation.fixes is None
    assert explanation.fix.path in fixes
    assert explanation.fix.to == fixes[explanation.fix.path]
    raw = json.loads(problem.model_dump_json())
    assert brute_force(mended(raw, (explanation.fix,))) is not None
    assert_blocking_and_minimal(raw, explanation, brute_force)


def test_two_contradictions_are_mended_together(problem_of: Any, brute_force: Any) -> None:
    """No single change is enough: ``fix`` is null and ``fixes`` has one change for each."""
    sessions = [{**A, "audience": 500}, {**B, "windows": [[2, 4]]}, C]
    problem = problem_of(sessions=sessions)
    explanation = explain(problem, limits=LIMITS)
    assert explanation.fix is None
    assert explanation.fixes is not None and len(explanation.fixes) == 2
    raw = json.loads(problem.model_dump_json())
    assert brute_force(mended(raw, explanation.fixes)) is not None
    for fix in explanation.fixes:
        assert brute_force(mended(raw, (fix,))) is None


def test_many_sessions_too_many_are_left_out_together(problem_of: Any) -> None:
    sessions = [{"id": f"s{index}", "duration": 4} for index in range(6)]
    explanation = explain(problem_of(sessions=sessions, days=SHORT), limits=LIMITS)
    assert len(explanation.facts) == 3
    assert explanation.fix is None
    assert explanation.fixes is not None and len(explanation.fixes) == 4


def test_a_feasible_problem_has_nothing_to_explain(problem_of: Any) -> None:
    explanation = explain(problem_of(sessions=[A]), limits=LIMITS)
    assert (explanation.status, explanation.facts, explanation.fix, explanation.fixes) == ("feasible", (), None, None)


def test_a_planted_contradiction_in_a_real_agenda_is_found(planted: Any) -> None:
    problem = planted(3, 40)
    raw = json.loads(problem.model_dump_json())
    for index in (5, 6):
        raw["sessions"][index].update(people=["p0"], windows=[[0, 20]], pin=None, after=[], duration=12)
    explanation = explain(read_problem(json.dumps(raw)), limits=LIMITS)
    assert {fact.path for fact in explanation.facts} == {
        f"sessions[{index}].{field}" for index in (5, 6) for field in ("people[0]", "windows")
    }
    assert explanation.fix is not None
    assert explain(mended(raw, (explanation.fix,)), limits=LIMITS).status == "feasible"


def test_stopped_before_an_answer_is_unknown(problem_of: Any) -> None:
    control = Control()
    control.stop()
    assert explain(problem_of(sessions=[A]), limits=LIMITS, control=control).status == "unknown"
