"""What can be seen wrong without search is refused, with path and ID; everything else is read."""

import json
from typing import Any

import pytest

from scheduler.agenda.problem import read_problem
from scheduler.agenda.solution import read_solution
from scheduler.core.refusal import Refused

GOOD: dict[str, Any] = {
    "format": "bridge-agenda/1",
    "days": [{"id": "d1", "start": 0, "end": 120, "closed": [[48, 60]]}],
    "rooms": [{"id": "r1", "capacity": 400, "site": "C", "open": [[0, 60], [60, 120]]}],
    "walks": [{"from": "C", "to": "M", "grains": 2}],
    "people": [{"id": "p1", "available": [[0, 60]]}],
    "resources": [{"id": "x", "capacity": 2, "taken": [[10, 20, 1]]}],
    "sessions": [
        {"id": "s1", "duration": 12, "people": ["p1"], "windows": [[0, 24]], "uses": {"x": 1}},
        {"id": "s2", "duration": 6, "after": ["s1"], "not_with": ["s1"], "same_room_as": "s1", "rooms": ["r1"]},
    ],
    "clashes": [{"sessions": ["s1", "s2"], "weight": 3}],
    "previous": [{"session": "gone", "start": 0, "room": "gone"}],
}


def changed(path: tuple[Any, ...], value: Any) -> str:
    raw = json.loads(json.dumps(GOOD))
    spot = raw
    for step in path[:-1]:
        spot = spot[step]
    spot[path[-1]] = value
    return json.dumps(raw)


S1, S2 = ("sessions", 0), ("sessions", 1)

REFUSED: list[tuple[tuple[Any, ...], Any, str, str]] = [
    ((*S1, "people"), ["p99"], "sessions[0].people[0]", "p99"),
    ((*S1, "people"), ["p1", "p1"], "sessions[0].people[1]", "p1"),
    ((*S1, "uses"), {"nobody": 1}, "sessions[0].uses.nobody", "nobody"),
    ((*S2, "rooms"), ["attic"], "sessions[1].rooms[0]", "attic"),
    ((*S2, "after"), ["s9"], "sessions[1].after[0]", "s9"),
    ((*S2, "after"), ["s2"], "sessions[1].after[0]", "s2"),
    ((*S2, "not_with"), ["s2"], "sessions[1].not_with[0]", "s2"),
    ((*S2, "same_room_as"), "s9", "sessions[1].same_room_as", "s9"),
    ((*S2, "same_room_as"), "s2", "sessions[1].same_room_as", "s2"),
    ((*S2, "id"), "s1", "sessions[1]", "s1"),
    ((*S2, "pin"), {"room": "attic"}, "sessions[1].pin.room", "attic"),
    ((*S2, "pin"), {}, "sessions[1].pin", "s2"),
    ((*S1, "pin"), {"start": 13}, "sessions[0].pin.start", "s1"),
    ((*S1, "windows"), [[0, 24], [9, 8]], "sessions[0].windows[1]", "8"),
    ((*S1, "duration"), 0, "sessions[0].duration", "0"),
    ((*S1, "duration"), -3, "sessions[0].duration", "-3"),
    ((*S1, "duration"), "12", "sessions[0].duration", "12"),
    ((*S1, "duration"), 1.5, "sessions[0].duration", "1.5"),
    ((*S1, "duration"), True, "sessions[0].duration", ""),
    ((*S1, "duration"), 2**31 + 1, "sessions[0].duration", "2147483649"),
    ((*S1, "audience"), -1, "sessions[0].audience", "-1"),
    ((*S1, "audience"), float("nan"), "sessions[0].audience", ""),
    ((*S1, "audience"), float("inf"), "sessions[0].audience", ""),
    ((*S1, "colour"), "red", "sessions[0].colour", "red"),
    ((*S1, "plenary"), 1, "sessions[0].plenary", "1"),
    (("days", 0, "end"), -1, "days[0].end", "d1"),
    (("days", 0, "closed"), [[60, 48]], "days[0].closed[0]", "48"),
    (("rooms", 0, "open"), [[5, 4]], "rooms[0].open[0]", "4"),
    (("people", 0, "available"), [[5, 4]], "people[0].available[0]", "4"),
    (("resources", 0, "open"), [[5, 4]], "resources[0].open[0]", "4"),
    (("resources", 0, "taken"), [[5, 4, 1]], "resources[0].taken[0]", "4"),
    (("resources", 0, "taken"), [[4, 5, -1]], "resources[0].taken[0][2]", "-1"),
    (("rooms",), [{"id": "r1"}, {"id": "r1"}], "rooms[1]", "r1"),
    (("people",), [{"id": "p1"}, {"id": "p1"}], "people[1]", "p1"),
    (("walks",), [{"from": "C", "to": "M", "grains": 1}] * 2, "walks[1]", "M"),
    (("clashes", 0, "sessions"), ["s1", "s9"], "clashes[0].sessions[1]", "s9"),
    (("clashes", 0, "sessions"), ["s1", "s1"], "clashes[0]", "s1"),
    (("clashes", 0, "sessions"), ["s1"], "clashes[0].sessions[1]", ""),
    (("clashes",), [{"sessions": ["s1", "s2"]}, {"sessions": ["s2", "s1"]}], "clashes[1]", "s2"),
    (("clashes", 0, "weight"), -3, "clashes[0].weight", "-3"),
    (("weights",), {"clash": -1}, "weights.clash", "-1"),
    (("weights",), {"colour": 1}, "weights.colour", "1"),
    (("max_parallel",), -1, "max_parallel", "-1"),
    (("format",), "bridge-agenda/2", "format", "bridge-agenda/2"),
    (("grain_minutes",), 0, "grain_minutes", "0"),
    (("previous",), [{"session": "s1", "start": 0, "room": "r1"}] * 2, "previous[1]", "s1"),
]


@pytest.mark.parametrize(("path", "value", "where", "named"), REFUSED, ids=[f"{one[2]}={one[1]}" for one in REFUSED])
def test_refused_with_path_and_id(path: tuple[Any, ...], value: Any, where: str, named: str) -> None:
    with pytest.raises(Refused) as refused:
        read_problem(changed(path, value))
    found = [complaint for complaint in refused.value.complaints if complaint.path == where]
    assert found, refused.value.complaints
    assert named in found[0].message


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '"x"', "\x00", b"\xff\xfe", '{"format": "bridge-agenda/1",}']
)
def test_what_is_no_problem_is_refused(text: str | bytes) -> None:
    with pytest.raises(Refused):
        read_problem(text)


def test_everything_wrong_is_told_at_once() -> None:
    raw = json.loads(changed((*S1, "people"), ["p99"]))
    raw["sessions"][1]["after"] = ["s9"]
    with pytest.raises(Refused) as refused:
        read_problem(json.dumps(raw))
    assert {complaint.path for complaint in refused.value.complaints} == {
        "sessions[0].people[0]",
        "sessions[1].after[0]",
    }


ACCEPTED: list[tuple[tuple[Any, ...], Any]] = [
    # What needs two facts together is infeasible, not refused.
    ((*S1, "after"), ["s2"]),
    ((*S1, "audience"), 9999),
    ((*S1, "pin"), {"start": 0, "room": "r1"}),
    ((*S2, "rooms"), []),
    ((*S2, "windows"), []),
    ((*S2, "windows"), [[3, 3]]),
    (("previous",), None),
    (("previous",), []),
    (("max_parallel",), 0),
    (("walks",), [{"from": "C", "to": "M", "grains": 2}, {"from": "M", "to": "C", "grains": 5}]),
    ((*S1, "not_with"), ["s2"]),
    ((*S1, "uses"), {"x": 99}),
    (("days",), []),
]


@pytest.mark.parametrize(("path", "value"), ACCEPTED, ids=[f"{one[0]}={one[1]}" for one in ACCEPTED])
def test_accepted(path: tuple[Any, ...], value: Any) -> None:
    read_problem(changed(path, value))


def test_fields_may_be_left_out() -> None:
    problem = read_problem('{"format": "bridge-agenda/1", "sessions": [{"id": "s", "duration": 1}]}')
    session = problem.sessions[0]
    assert (session.rooms, session.windows, session.pin, session.people, session.audience) == (None, None, None, (), 0)
    assert (problem.max_parallel, problem.previous, problem.days) == (None, None, ())


def test_a_problem_survives_its_json() -> None:
    problem = read_problem(json.dumps(GOOD))
    assert read_problem(problem.model_dump_json()) == problem
    assert '"from":"C"' in problem.model_dump_json()


def solution_text(**fields: Any) -> str:
    return json.dumps({"format": "bridge-agenda-solution/1", **fields})


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (solution_text(placements=[{"session": "s9", "start": 0, "room": "r1"}]), "placements[0].session"),
        (solution_text(placements=[{"session": "s1", "start": 0, "room": "attic"}]), "placements[0].room"),
        (solution_text(placements=[{"session": "s1", "start": "0", "room": "r1"}]), "placements[0].start"),
        (solution_text(unplaced=["s1", "s9"]), "unplaced[1]"),
        ("[]", ""),
        ("not json", ""),
    ],
)
def test_solution_refused(text: str, where: str) -> None:
    with pytest.raises(Refused) as refused:
        read_solution(text, read_problem(json.dumps(GOOD)))
    assert where in {complaint.path for complaint in refused.value.complaints}


def outcome_text(solution: Any) -> str:
    return json.dumps(
        {
            "format": "bridge-outcome/1",
            "status": "unknown",
            "solution": solution,
            "score": {},
            "stages": [],
            "seconds": 1.0,
            "first_seconds": None,
            "seed": 0,
            "workers": 1,
        }
    )


def test_an_outcome_stands_for_its_solution() -> None:
    problem = read_problem(json.dumps(GOOD))
    inner = json.loads(solution_text(placements=[{"session": "s1", "start": 0, "room": "r1"}], unplaced=["s2"]))
    assert read_solution(outcome_text(inner), problem) == read_solution(json.dumps(inner), problem)


def test_an_outcome_without_solution_or_with_unknown_references_is_refused() -> None:
    problem = read_problem(json.dumps(GOOD))
    with pytest.raises(Refused):
        read_solution(outcome_text(None), problem)
    with pytest.raises(Refused) as refused:
        read_solution(outcome_text(json.loads(solution_text(unplaced=["s9"]))), problem)
    assert refused.value.complaints[0].path == "solution.unplaced[0]"
