"""Each soft term costs nothing on one plan and, counted by hand, n on another; stages likewise."""

from collections.abc import Callable
from typing import Any

import pytest

from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.score import score, stage_names, stage_values
from scheduler.meetings.solution import MeetingsSolution

Facts = dict[str, Any]
Read = Callable[[Facts], MeetingsProblem]
Plan = Callable[..., MeetingsSolution]


def units(problem: MeetingsProblem, solution: MeetingsSolution) -> dict[str, int]:
    return {name: term.units for name, term in score(problem, solution).items()}


def test_meetings_one_after_the_other_cost_nothing(facts: Facts, read: Read, plan: Plan) -> None:
    problem = read(facts)
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s2", "t1"), ("w3", "s3", "t1")))
    assert found == {"idle_slot": 0, "idle_run": 0, "table_change": 0, "moved": 0}


def test_a_gap_of_two_slots_is_one_run(facts: Facts, read: Read, plan: Plan) -> None:
    problem = read(facts)
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s4", "t1")))
    assert (found["idle_slot"], found["idle_run"]) == (2, 1)


def test_two_gaps_are_two_runs(facts: Facts, read: Read, plan: Plan) -> None:
    facts["slots"].append({"id": "s5", "block": "am", "start": 20, "end": 24})
    problem = read(facts)
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s3", "t1"), ("w3", "s5", "t1")))
    assert (found["idle_slot"], found["idle_run"]) == (2, 2)


def test_busy_slots_neither_count_nor_end_a_run(facts: Facts, read: Read, plan: Plan) -> None:
    facts["slots"].append({"id": "s5", "block": "am", "start": 20, "end": 24})
    facts["people"][0]["busy"] = ["s3"]
    problem = read(facts)
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s5", "t1")))
    assert (found["idle_slot"], found["idle_run"]) == (2, 1)


def test_a_gap_that_is_all_busy_is_none(facts: Facts, read: Read, plan: Plan) -> None:
    facts["people"][0]["busy"] = ["s2", "s3"]
    problem = read(facts)
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s4", "t1")))
    assert (found["idle_slot"], found["idle_run"]) == (0, 0)


def test_absent_slots_count_as_idle(facts: Facts, read: Read, plan: Plan) -> None:
    facts["people"][0]["absent"] = ["s2"]
    problem = read(facts)
    assert units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s3", "t1")))["idle_slot"] == 1


def test_time_between_blocks_is_not_idle(facts: Facts, read: Read, plan: Plan) -> None:
    facts["slots"][2]["block"] = facts["slots"][3]["block"] = "pm"
    problem = read(facts)
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s4", "t2")))
    assert found == {"idle_slot": 0, "idle_run": 0, "table_change": 0, "moved": 0}


def test_a_slot_that_overlaps_a_meeting_is_filled(facts: Facts, read: Read, plan: Plan) -> None:
    facts["slots"].append({"id": "x", "block": "am", "start": 8, "end": 11})
    problem = read(facts)
    # The meeting in x fills s2 and s3, so that nothing is idle between s1 and s4.
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "x", "t1"), ("w3", "s4", "t1")))
    assert (found["idle_slot"], found["idle_run"]) == (0, 0)


def test_a_slot_that_overlaps_a_busy_one_is_busy(facts: Facts, read: Read, plan: Plan) -> None:
    facts["slots"].append({"id": "x", "block": "other", "start": 6, "end": 8})
    facts["people"][0]["busy"] = ["x"]
    problem = read(facts)
    assert units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s3", "t1")))["idle_slot"] == 0


def test_each_step_to_another_table_counts_for_each_person(facts: Facts, read: Read, plan: Plan) -> None:
    facts["wishes"] = [{"id": f"w{n}", "people": ["ana", "ben"], "level": "want"} for n in (1, 2, 3)]
    problem = read(facts)
    found = units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s2", "t2"), ("w3", "s4", "t1")))
    assert found["table_change"] == 4


def test_moved_counts_what_is_elsewhere_and_what_is_not_held(facts: Facts, read: Read, plan: Plan) -> None:
    facts["previous"] = [
        {"wish": "w1", "slot": "s1", "table": "t1"},
        {"wish": "w2", "slot": "s2", "table": "t1"},
        {"wish": "w3", "slot": "s3", "table": "t1"},
    ]
    problem = read(facts)
    assert units(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s2", "t2")))["moved"] == 2
    kept = plan(problem, ("w1", "s1", "t1"), ("w2", "s2", "t1"), ("w3", "s3", "t1"))
    assert units(problem, kept)["moved"] == 0


def test_cost_is_units_times_weight(facts: Facts, read: Read, plan: Plan) -> None:
    facts["weights"] = {"idle_slot": 5, "idle_run": 7, "table_change": 11}
    problem = read(facts)
    solution = plan(problem, ("w1", "s1", "t1"), ("w2", "s4", "t2"))
    assert {name: term.cost for name, term in score(problem, solution).items()} == {
        "idle_slot": 10,
        "idle_run": 7,
        "table_change": 11,
        "moved": 0,
    }
    assert stage_values(problem, solution)["cost"] == 28


def test_stages_count_value_and_shortfalls(facts: Facts, read: Read, plan: Plan) -> None:
    """MTG-09."""
    facts["wishes"][0].update(level="must", value=9)
    facts["wishes"][1]["value"] = 4
    facts["people"][0]["min"] = 3
    facts["people"][3]["min"] = 2
    problem = read(facts)
    found = stage_values(problem, plan(problem, ("w1", "s1", "t1"), ("w2", "s2", "t1")))
    assert found == {"value": 4, "largest_shortfall": 2, "shortfall": 3, "cost": 0}


@pytest.mark.parametrize(
    ("previous", "moves_first", "names"),
    [
        ([], False, ("value", "largest_shortfall", "shortfall", "cost")),
        ([], True, ("value", "largest_shortfall", "shortfall", "cost")),
        (None, True, ("value", "largest_shortfall", "shortfall", "cost")),
        (["w1"], False, ("value", "largest_shortfall", "shortfall", "moved", "cost")),
        (["w1"], True, ("moved", "value", "largest_shortfall", "shortfall", "cost")),
    ],
)
def test_the_order_of_stages(
    previous: list[str] | None, moves_first: bool, names: tuple[str, ...], facts: Facts, read: Read
) -> None:
    if previous is not None:
        facts["previous"] = [{"wish": wish, "slot": "s1", "table": "t1"} for wish in previous]
    else:
        facts["previous"] = None
    facts["moves_first"] = moves_first
    assert stage_names(read(facts)) == names
