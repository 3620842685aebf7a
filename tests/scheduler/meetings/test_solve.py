"""The solver against trying everything, planted plans, hints, pins, stops and row order."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.core.limits import Control, Limits, Progress
from scheduler.meetings.problem import MeetingsProblem, read_problem
from scheduler.meetings.score import score
from scheduler.meetings.solution import Meeting, MeetingsOutcome, MeetingsSolution
from scheduler.meetings.solve import solve
from scheduler.meetings.validation import CHECKS, validate

Facts = dict[str, Any]
Read = Callable[[Facts], MeetingsProblem]
LIMITS = Limits(time_limit=20, workers=1)
MANY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def values(outcome: MeetingsOutcome) -> dict[str, int | None]:
    return {stage.name: stage.value for stage in outcome.stages}


@MANY
@given(seed=st.integers(0, 2**32))
def test_each_stage_equals_the_best_of_all_plans(
    seed: int, random_facts: Callable[..., Facts], read: Read, best_by_trying: Callable[..., Any]
) -> None:
    problem = read(random_facts(random.Random(seed)))
    best = best_by_trying(problem)
    found = solve(problem, limits=LIMITS)
    if best is None:
        assert (found.status, found.solution, found.stages) == ("infeasible", None, ())
    else:
        assert found.status == "optimal" and found.solution is not None
        assert values(found) == best
        assert validate(problem, found.solution) == ()


@pytest.mark.parametrize("seed", range(40))
def test_two_workers_agree(
    seed: int, random_facts: Callable[..., Facts], read: Read, best_by_trying: Callable[..., Any]
) -> None:
    problem = read(random_facts(random.Random(seed)))
    found = solve(problem, limits=Limits(time_limit=20, workers=2))
    assert (values(found) or None) == best_by_trying(problem)


@pytest.mark.parametrize("seed", range(25))
def test_a_planted_plan_is_found(seed: int, planted_facts: Callable[..., Facts], read: Read) -> None:
    problem = read(planted_facts(random.Random(seed)))
    found = solve(problem, limits=LIMITS)
    assert found.solution is not None and validate(problem, found.solution) == ()
    assert len(found.solution.meetings) == len(problem.wishes)


@pytest.mark.parametrize("seed", range(1000))
def test_a_no_is_never_scheduled(seed: int, random_facts: Callable[..., Facts], read: Read) -> None:
    """MTG-05."""
    chance = random.Random(seed)
    facts = random_facts(chance, wishes=6)
    ids = [person["id"] for person in facts["people"]]
    facts["vetoes"] = [list(pair) for pair in {tuple(chance.sample(ids, 2)) for _ in range(3)}]
    facts["fairness"] = None
    for wish in facts["wishes"]:
        wish.update(level="want", pin=None, value=chance.randint(1, 4))
    found = solve(read(facts), limits=LIMITS)
    assert found.status == "optimal" and found.solution is not None
    people_of = {wish["id"]: set(wish["people"]) for wish in facts["wishes"]}
    for meeting in found.solution.meetings:
        assert not any(set(veto) <= people_of[meeting.wish] for veto in facts["vetoes"])


@pytest.mark.parametrize("seed", range(30))
def test_the_order_of_rows_changes_nothing(seed: int, random_facts: Callable[..., Facts], read: Read) -> None:
    """MTG-09."""
    chance = random.Random(seed)
    facts = random_facts(chance)
    other = json.loads(json.dumps(facts))
    for rows in ("slots", "tables", "people", "wishes", "resources", "vetoes", "previous"):
        chance.shuffle(other[rows] or [])
    limits = Limits(time_limit=20, workers=1, budget=20)
    first, second = solve(read(facts), limits=limits), solve(read(other), limits=limits)
    assert first.status == second.status
    assert values(first) == values(second)
    assert first.solution is None or (
        second.solution is not None and first.solution.meetings == second.solution.meetings
    )


@pytest.mark.parametrize("field", ["slots", "tables", "people", "wishes"])
def test_nothing_to_plan_with_is_an_optimal_empty_plan(field: str, facts: Facts, read: Read) -> None:
    facts["wishes"] = [] if field in ("people", "wishes") else facts["wishes"]
    facts[field] = []
    found = solve(read(facts), limits=LIMITS)
    assert found.status == "optimal" and found.solution is not None and found.solution.meetings == ()
    assert len(found.solution.unheld) == len(facts["wishes"])


def test_an_empty_file_is_an_optimal_empty_plan(read: Read) -> None:
    found = solve(read({"format": "bridge-meetings/1"}), limits=LIMITS)
    assert found.status == "optimal" and found.solution == MeetingsSolution()


@pytest.mark.parametrize("field", ["slots", "tables"])
def test_a_must_without_any_place_is_infeasible(field: str, facts: Facts, read: Read) -> None:
    facts["wishes"][0]["level"] = "must"
    facts[field] = []
    assert solve(read(facts), limits=LIMITS).status == "infeasible"


def test_a_hint_is_kept_where_it_is_as_good_as_any(
    facts: Facts, read: Read, plan: Callable[..., MeetingsSolution]
) -> None:
    problem = read(facts)
    hint = plan(problem, ("w3", "s2", "t2"), ("w1", "s3", "t2"), ("w2", "s4", "t2"))
    found = solve(problem, hint=hint, limits=LIMITS)
    assert found.solution is not None and set(found.solution.meetings) == set(hint.meetings)


def test_a_hint_that_breaks_a_rule_does_no_harm(
    facts: Facts, read: Read, plan: Callable[..., MeetingsSolution]
) -> None:
    problem = read(facts)
    hint = plan(problem, ("w3", "s2", "t1"), ("w1", "s2", "t1"))
    found = solve(problem, hint=hint, limits=LIMITS)
    assert validate(problem, hint) != ()
    assert found.status == "optimal" and found.solution is not None and len(found.solution.meetings) == 3


def test_pins_hold_even_where_they_cost(facts: Facts, read: Read) -> None:
    facts["wishes"][0]["pin"] = {"slot": "s1", "table": "t2"}
    facts["wishes"][1]["pin"] = {"slot": "s4"}
    found = solve(read(facts), limits=LIMITS)
    assert found.solution is not None
    assert Meeting(wish="w1", slot="s1", table="t2") in found.solution.meetings
    assert {meeting.slot for meeting in found.solution.meetings if meeting.wish == "w2"} == {"s4"}


def test_what_is_confirmed_and_pinned_stays_when_wishes_are_added(facts: Facts, read: Read) -> None:
    """MTG-15: a top-up moves nothing that is kept; else as few as possible."""
    facts["previous"] = [
        {"wish": "w1", "slot": "s4", "table": "t2"},
        {"wish": "w2", "slot": "s1", "table": "t1"},
    ]
    facts["wishes"][2]["value"] = 5
    facts["people"][3]["absent"] = ["s2", "s3", "s4"]
    moved = solve(read(facts), limits=LIMITS)
    assert values(moved)["moved"] == 1 and moved.status == "optimal"
    for wish, entry in zip(facts["wishes"], facts["previous"], strict=False):
        wish["pin"] = {"slot": entry["slot"], "table": entry["table"]}
    kept = solve(read(facts), limits=LIMITS)
    assert values(kept)["moved"] == 0 and values(kept)["value"] == 2


def test_blocks_of_different_length_keep_host_tables(facts: Facts, read: Read) -> None:
    """MTG-10: meetings of different length, own tables and a zone in one event."""
    facts["slots"] += [
        {"id": "l1", "block": "long", "start": 0, "end": 9},
        {"id": "l2", "block": "long", "start": 10, "end": 19},
        {"id": "s5", "block": "am", "start": 20, "end": 24},
    ]
    facts["people"][0]["table"] = "t2"
    facts["wishes"][0].update(block="long", level="must")
    facts["wishes"].append({"id": "w4", "people": ["ben", "cho", "dee"], "level": "must", "zone": "hall"})
    problem = read(facts)
    found = solve(problem, limits=LIMITS)
    assert found.status == "optimal" and found.solution is not None
    assert {meeting.table for meeting in found.solution.meetings if meeting.wish != "w4"} == {"t2"}
    assert values(found)["value"] == 2


def test_a_group_of_eight_meets_only_where_an_interpreter_is_free(facts: Facts, read: Read) -> None:
    """MTG-11."""
    facts["people"] += [{"id": f"g{number}"} for number in range(8)]
    facts["tables"].append({"id": "big", "zone": "forum", "seats": 8})
    facts["resources"] = [{"id": "zh", "capacity": 1, "taken": {"s1": 1, "s2": 1, "s4": 1}, "zones": ["forum"]}]
    facts["wishes"].append(
        {"id": "group", "people": [f"g{number}" for number in range(8)], "level": "must", "uses": {"zh": 1}}
    )
    found = solve(read(facts), limits=LIMITS)
    assert found.solution is not None
    assert Meeting(wish="group", slot="s3", table="big") in found.solution.meetings


def test_the_largest_shortfall_comes_before_the_sum(facts: Facts, read: Read) -> None:
    """MTG-09: one person two short is worse than two people one short each."""
    facts["slots"] = facts["slots"][:2]
    facts["tables"] = facts["tables"][:1]
    facts["wishes"] = [
        {"id": "a", "people": ["ana", "ben"], "level": "want"},
        {"id": "b", "people": ["ana", "cho"], "level": "want"},
        {"id": "c", "people": ["cho", "dee"], "level": "want"},
        {"id": "d", "people": ["cho", "ben"], "level": "want"},
    ]
    facts["people"][0]["min"] = 2
    facts["people"][3]["min"] = 1
    found = solve(read(facts), limits=LIMITS)
    assert values(found) == {"value": 0, "largest_shortfall": 1, "shortfall": 1, "cost": 0}


def test_what_is_left_out_says_which_rule_binds(facts: Facts, read: Read) -> None:
    facts["people"] += [{"id": "eve", "max": 0}, {"id": "fay", "busy": ["s1", "s2", "s3", "s4"]}]
    facts["vetoes"] = [["ben", "cho"]]
    facts["slots"] = facts["slots"][:1]
    facts["people"][5]["busy"] = ["s1"]
    facts["tables"].append({"id": "stool", "zone": "attic", "seats": 1})
    asked = {
        "limits_of_person": {"people": ["dee", "eve"]},
        "person_not_busy": {"people": ["dee", "fay"]},
        "no_veto": {"people": ["ben", "cho"]},
        "seats_fit": {"people": ["ana", "ben", "dee", "eve", "fay"]},
        "zone_kept": {"people": ["ben", "dee"], "zone": "attic"},
        "inside_block_and_slots": {"people": ["cho", "dee"], "slots": []},
        "person_in_one_meeting": {"people": ["ana", "cho"]},
    }
    facts["wishes"] = [{"id": "held", "people": ["ana", "ben"], "level": "must"}]
    facts["wishes"] += [{"id": rule, "level": "want", **more} for rule, more in asked.items()]
    found = solve(read(facts), limits=LIMITS)
    assert found.solution is not None
    reasons = {left.wish: left.reason.split(":")[0] for left in found.solution.unheld}
    assert reasons == {rule: rule for rule in asked}
    assert set(reasons.values()) <= set(CHECKS)


def test_one_worker_a_seed_and_a_budget_give_the_same_answer_twice(
    planted_facts: Callable[..., Facts], read: Read
) -> None:
    problem = read(planted_facts(random.Random(5), people=20, slots=8, tables=7))
    limits = Limits(workers=1, seed=7, budget=1)
    first, second = (solve(problem, limits=limits) for _ in range(2))
    assert first.solution == second.solution and values(first) == values(second)
    assert [stage.bound for stage in first.stages] == [stage.bound for stage in second.stages]


def test_a_stopped_solve_keeps_the_best_so_far(facts: Facts, read: Read) -> None:
    control = Control()
    control.stop()
    facts["people"][1]["busy"] = ["s1", "s2"]
    facts["weights"] = {"table_change": 1}
    facts["tables"][0]["open"] = ["s1", "s3"]
    facts["tables"][1]["open"] = ["s2", "s4"]
    found = solve(read(facts), limits=LIMITS, control=control)
    assert found.status == "stopped" and found.solution is not None
    assert validate(read(facts), found.solution) == ()


def test_progress_tells_of_the_first_plan(facts: Facts, read: Read) -> None:
    seen: list[Progress] = []
    found = solve(read(facts), limits=LIMITS, control=Control(seen.append))
    assert seen and seen[0].stage == "value" and seen[0].incumbent is not None
    assert found.first_seconds is not None and found.first_seconds <= found.seconds


OVERSUBSCRIBED = Limits(time_limit=8, workers=1)


def first_come(facts: Facts) -> tuple[int, list[tuple[str, str, str]]]:
    """Each wish in the order of the file in its first free slot at the first free table, as a clerk would book."""
    taken: set[tuple[str, str]] = set()
    value, meetings = 0, []
    busy = {(person["id"], slot) for person in facts["people"] for slot in person["busy"]}
    for wish in facts["wishes"]:
        place = next(
            (
                (slot["id"], table["id"])
                for slot in facts["slots"]
                if not any((person, slot["id"]) in taken | busy for person in wish["people"])
                for table in facts["tables"]
                if (table["id"], slot["id"]) not in taken
            ),
            None,
        )
        if place is not None:
            taken.update((name, place[0]) for name in (*wish["people"], place[1]))
            value += wish["value"]
            meetings.append((wish["id"], *place))
    return value, meetings


def oversubscribed(people: int, wishes: int, slots: int, tables: int) -> Facts:
    chance = random.Random(11)
    names = [f"s{number}" for number in range(slots)]
    ids = [f"p{number}" for number in range(people)]
    pairs: set[tuple[str, str]] = set()
    while len(pairs) < wishes:
        one, other = chance.sample(ids, 2)
        pairs.add((min(one, other), max(one, other)))
    return {
        "format": "bridge-meetings/1",
        "slots": [
            {"id": name, "block": f"b{number // 6}", "start": 5 * number, "end": 5 * number + 4}
            for number, name in enumerate(names)
        ],
        "tables": [{"id": f"t{number}"} for number in range(tables)],
        "people": [{"id": name, "busy": [slot for slot in names if chance.random() < 0.1]} for name in ids],
        "wishes": [
            {"id": f"w{number}", "people": list(pair), "level": "want", "value": chance.randint(1, 5)}
            for number, pair in enumerate(sorted(pairs))
        ],
    }


def test_an_oversubscribed_event_beats_first_come(read: Read, plan: Callable[..., MeetingsSolution]) -> None:
    """MTG-06 with half the people and half the places: searched part by part; more value, no more idle time, a valid bound."""
    facts = oversubscribed(people=500, wishes=1600, slots=24, tables=20)
    problem = read(facts)
    value, meetings = first_come(facts)
    booked = plan(problem, *meetings)
    assert validate(problem, booked) == ()
    found = solve(problem, limits=OVERSUBSCRIBED)
    assert found.solution is not None and validate(problem, found.solution) == ()
    stage = found.stages[0]
    assert stage.value is not None and stage.bound is not None
    assert value < stage.value <= stage.bound
    assert found.score["idle_run"].units <= score(problem, booked)["idle_run"].units


PUBLISHED = {"tic-12": 0, "tic-12crafc": 0, "tic-13": 0, "forumt-14": 5, "forumt-14crafc": 5, "tic-14crafa": 0}
"""Optima that Bofill et al., JAIR 74 (2022), report for instances that close within seconds."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_literature_s_optima_are_proven(name: str) -> None:
    folder = os.environ.get("BRIDGE_B2B_DATA")
    if folder is None:
        pytest.skip("BRIDGE_B2B_DATA names no folder with the instances")
    problem = read_problem(Path(folder, f"{name}.json").read_bytes())
    found = solve(problem, limits=Limits(time_limit=60, workers=2))
    assert found.solution is not None and validate(problem, found.solution) == ()
    assert (found.status, values(found)["cost"]) == ("optimal", PUBLISHED[name])
