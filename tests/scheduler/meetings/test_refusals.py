"""What is plainly wrong is refused before any solving, with the path and the identifier."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.core.refusal import Refused
from scheduler.meetings.problem import MeetingsProblem, read_problem
from scheduler.meetings.solution import MeetingsSolution, read_solution

Facts = dict[str, Any]
Read = Callable[[Facts], MeetingsProblem]
Changed = Callable[[Facts, str, Any], Facts]

WRONG: list[tuple[str, Any, str]] = [
    ("wishes[0].people", ["ana", "nobody"], "wishes[0].people[1]: no person 'nobody'"),
    ("wishes[0].people", ["ana", "ana"], "wishes[0].people[1]: person 'ana' is there twice"),
    ("wishes[0].people", [], "wishes[0].people"),
    ("wishes[0].slots", ["s9"], "wishes[0].slots[0]: no slot 's9'"),
    ("wishes[0].slots", ["s1", "s1"], "wishes[0].slots[1]: slot 's1' is there twice"),
    ("wishes[0].block", "night", "wishes[0].block: no block 'night'"),
    ("wishes[0].zone", "attic", "wishes[0].zone: no zone 'attic'"),
    ("wishes[0].after", ["w9"], "wishes[0].after[0]: no wish 'w9'"),
    ("wishes[0].after", ["w1"], "wishes[0].after[0]: wish 'w1' cannot come after itself"),
    ("wishes[0].after", ["w2", "w2"], "wishes[0].after[1]: wish 'w2' is there twice"),
    ("wishes[0].uses", {"x": 1}, "wishes[0].uses.x: no resource 'x'"),
    ("wishes[0].uses", {"x": -1}, "wishes[0].uses.x"),
    ("wishes[0].pin", {"slot": "s9"}, "wishes[0].pin.slot: no slot 's9'"),
    ("wishes[0].pin", {"table": "t9"}, "wishes[0].pin.table: no table 't9'"),
    ("wishes[0].pin", {}, "wishes[0].pin: the pin of wish 'w1' has neither slot nor table"),
    ("wishes[0].level", "no", "wishes[0].level"),
    ("wishes[0].value", -1, "wishes[0].value"),
    ("wishes[0].value", 2**31 + 1, "wishes[0].value"),
    ("wishes[0].value", "3", "wishes[0].value"),
    ("wishes[0].value", 1.5, "wishes[0].value"),
    ("wishes[0].value", True, "wishes[0].value"),
    ("wishes[0].value", float("nan"), "wishes[0].value"),
    ("wishes[0].id", "w2", "wishes[1]: wish 'w2' is there twice"),
    ("wishes[0].id", "", "wishes[0].id"),
    ("wishes[0].colour", "red", "wishes[0].colour"),
    ("slots[0].end", 0, "slots[0].end: slot 's1' ends at 0, not after its start 0"),
    ("slots[0].end", -1, "slots[0].end: slot 's1' ends at -1, not after its start 0"),
    ("slots[0].id", "s2", "slots[1]: slot 's2' is there twice"),
    ("tables[0].id", "t2", "tables[1]: table 't2' is there twice"),
    ("tables[0].open", ["s9"], "tables[0].open[0]: no slot 's9'"),
    ("tables[0].seats", -2, "tables[0].seats"),
    ("people[0].id", "ben", "people[1]: person 'ben' is there twice"),
    ("people[0].busy", ["s9"], "people[0].busy[0]: no slot 's9'"),
    ("people[0].busy", ["s1", "s1"], "people[0].busy[1]: slot 's1' is there twice"),
    ("people[0].absent", ["s9"], "people[0].absent[0]: no slot 's9'"),
    ("people[0].table", "t9", "people[0].table: no table 't9'"),
    ("people[0].max", -1, "people[0].max"),
    ("resources", [{"id": "i", "capacity": 1, "taken": {"s9": 1}}], "resources[0].taken.s9: no slot 's9'"),
    (
        "resources",
        [{"id": "i", "capacity": 1, "zones": ["hall"] * 2}],
        "resources[0].zones[1]: zone 'hall' is there twice",
    ),
    ("resources", [{"id": "i", "capacity": -1}], "resources[0].capacity"),
    ("resources", [{"id": "i", "capacity": 1}] * 2, "resources[1]: resource 'i' is there twice"),
    ("vetoes", [["ana", "nobody"]], "vetoes[0][1]: no person 'nobody'"),
    ("vetoes", [["ana", "ana"]], "vetoes[0]: person 'ana' cannot refuse themselves"),
    ("vetoes", [["ana", "ben"], ["ana", "ben"]], "vetoes[1]: the veto between 'ana' and 'ben' is there twice"),
    ("vetoes", [["ana"]], "vetoes[0]"),
    ("previous", [{"wish": "w9", "slot": "s1", "table": "t1"}], "previous[0].wish: no wish 'w9'"),
    ("previous", [{"wish": "w1", "slot": "s9", "table": "t1"}], "previous[0].slot: no slot 's9'"),
    ("previous", [{"wish": "w1", "slot": "s1", "table": "t9"}], "previous[0].table: no table 't9'"),
    ("previous", [{"wish": "w1", "slot": "s1", "table": "t1"}] * 2, "previous[1]: wish 'w1' is there twice"),
    ("weights", {"idle_run": -1}, "weights.idle_run"),
    ("weights", {"charm": 1}, "weights.charm"),
    ("fairness", {"term": "luck", "max_difference": 1}, "fairness.term"),
    ("fairness", {"term": "idle_run", "max_difference": -1}, "fairness.max_difference"),
    ("moves_first", 1, "moves_first"),
    ("format", "bridge-meetings/2", "format"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=[f"{row[0]}={row[1]}"[:60] for row in WRONG])
def test_what_is_wrong_is_refused_with_its_path(
    path: str, value: Any, message: str, facts: Facts, changed: Changed
) -> None:
    with pytest.raises(Refused) as refused:
        read_problem(json.dumps(changed(facts, path, value)))
    assert any(str(complaint).startswith(message) for complaint in refused.value.complaints)


@pytest.mark.parametrize(
    ("field", "value"), [("slots", ["s2"]), ("slots", []), ("block", "pm")], ids=["slots", "no slots", "block"]
)
def test_a_pin_outside_the_wish_s_own_times_is_refused(field: str, value: Any, facts: Facts) -> None:
    facts["slots"].append({"id": "late", "block": "pm", "start": 40, "end": 44})
    facts["wishes"][0].update({"pin": {"slot": "s1"}, field: value})
    with pytest.raises(Refused) as refused:
        read_problem(json.dumps(facts))
    assert [complaint.path for complaint in refused.value.complaints] == ["wishes[0].pin.slot"]


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "7", '{"format": "bridge-meetings/1", "slots": {}}', "\u0000"])
def test_what_is_no_problem_at_all_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_problem(text)


def test_everything_wrong_is_named_in_one_go(facts: Facts) -> None:
    facts["wishes"][0]["people"] = ["x", "y"]
    facts["people"][0]["busy"] = ["z"]
    with pytest.raises(Refused) as refused:
        read_problem(json.dumps(facts))
    assert {complaint.path for complaint in refused.value.complaints} == {
        "wishes[0].people[0]",
        "wishes[0].people[1]",
        "people[0].busy[0]",
    }


def test_what_needs_two_facts_together_is_not_refused(facts: Facts, read: Read) -> None:
    facts["wishes"][0].update(level="must", slots=[], zone="salon", after=["w2"])
    facts["wishes"][1]["after"] = ["w1"]
    facts["people"][0].update(min=3, max=1, busy=["s1"], absent=["s1"])
    facts["vetoes"] = [["ana", "ben"], ["ben", "ana"]]
    assert read(facts).wishes[0].slots == ()


def test_fields_left_out_take_their_defaults(read: Read) -> None:
    problem = read(
        {
            "format": "bridge-meetings/1",
            "slots": [{"id": "s", "block": "b", "start": 0, "end": 1}],
            "tables": [{"id": "t"}],
            "people": [{"id": "p"}, {"id": "q"}],
            "wishes": [{"id": "w", "people": ["p", "q"], "level": "want"}],
        }
    )
    table, person, wish = problem.tables[0], problem.people[0], problem.wishes[0]
    assert (table.zone, table.seats, table.open) == (None, 4, None)
    assert (person.busy, person.absent, person.min, person.max, person.table) == ((), (), 0, None, None)
    assert (wish.value, wish.block, wish.slots, wish.pin, wish.zone, wish.after, wish.uses) == (
        0, None, None, None, None, (), {},
    )  # fmt: skip
    assert problem.fairness is None and not problem.moves_first and not problem.previous
    assert problem.weights.model_dump() == {"idle_slot": 0, "idle_run": 1, "table_change": 0, "moved": 0}
    assert read({"format": "bridge-meetings/1"}).wishes == ()


def solution(**more: Any) -> Facts:
    return {
        "format": "bridge-meetings-solution/1",
        "meetings": [{"wish": "w1", "slot": "s1", "table": "t1"}],
        "unheld": [{"wish": "w2", "reason": ""}, {"wish": "w3", "reason": ""}],
        **more,
    }


def outcome(found: Facts | None) -> Facts:
    return {
        "format": "bridge-outcome/1",
        "status": "unknown" if found is None else "feasible",
        "solution": found,
        "score": {},
        "stages": [],
        "seconds": 1.0,
        "first_seconds": None,
        "seed": 0,
        "workers": 1,
    }


def test_a_solution_and_an_outcome_read_alike(facts: Facts, read: Read) -> None:
    problem = read(facts)
    one = read_solution(json.dumps(solution()), problem)
    other = read_solution(json.dumps(outcome(solution())), problem)
    assert one == other and isinstance(one, MeetingsSolution)


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("wish", "meetings[0].wish: no wish 'x'"),
        ("slot", "meetings[0].slot: no slot 'x'"),
        ("table", "meetings[0].table: no table 'x'"),
    ],
)
def test_unknown_references_of_a_solution_are_refused(field: str, message: str, facts: Facts, read: Read) -> None:
    problem = read(facts)
    wrong = solution(meetings=[{"wish": "w1", "slot": "s1", "table": "t1", field: "x"}])
    for text, prefix in ((json.dumps(wrong), ""), (json.dumps(outcome(wrong)), "solution.")):
        with pytest.raises(Refused) as refused:
            read_solution(text, problem)
        assert str(refused.value) == prefix + message


def test_unknown_left_out_wishes_and_empty_outcomes_are_refused(facts: Facts, read: Read) -> None:
    problem = read(facts)
    with pytest.raises(Refused, match=r"unheld\[0\]\.wish: no wish 'x'"):
        read_solution(json.dumps(solution(unheld=[{"wish": "x", "reason": ""}])), problem)
    with pytest.raises(Refused, match="the outcome holds no solution"):
        read_solution(json.dumps(outcome(None)), problem)
    with pytest.raises(Refused):
        read_solution("{", problem)
