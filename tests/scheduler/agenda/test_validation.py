"""Each hard rule, kept and broken (AGD-02, AGD-04, AGD-05, AGD-07)."""

from typing import Any

import pytest

from scheduler.agenda.validation import CHECKS, validate


def session(name: str, duration: int = 4, **fields: Any) -> dict[str, Any]:
    return {"id": name, "duration": duration, **fields}


A, B = session("a"), session("b")
TWO_ROOMS = [{"id": "r1", "capacity": 100}, {"id": "r2", "capacity": 100}]
TWO_DAYS = [{"id": "d1", "start": 0, "end": 10, "closed": [[4, 6]]}, {"id": "d2", "start": 10, "end": 20}]
FAR_ROOMS = [{"id": "r1", "site": "C"}, {"id": "r2", "site": "M"}]
WITH_P = [session("a", people=["p"]), session("b", people=["p"])]
P = [{"id": "p"}]
X = [{"id": "x", "capacity": 2, "taken": [[10, 20, 1]]}]

# rule, fields of the problem, placements and what is left out of a plan that keeps it and of one that breaks it
CASES: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("session_placed_once", {"sessions": [A]}, [("a", 0, "r1")], ([], ["a"])),
    ("session_placed_once", {"sessions": [{**A, "optional": True}]}, ([], ["a"]), [("a", 0, "r1"), ("a", 8, "r1")]),
    (
        "session_placed_once",
        {"sessions": [{**A, "optional": True, "pin": {"start": 0}}]},
        [("a", 0, "r1")],
        ([], ["a"]),
    ),
    ("inside_a_day_and_open_hours", {"sessions": [A], "days": TWO_DAYS}, [("a", 0, "r1")], [("a", 8, "r1")]),
    ("inside_a_day_and_open_hours", {"sessions": [A], "days": TWO_DAYS}, [("a", 6, "r1")], [("a", 3, "r1")]),
    ("inside_a_day_and_open_hours", {"sessions": [A]}, [("a", 16, "r1")], [("a", 17, "r1")]),
    ("inside_a_day_and_open_hours", {"sessions": [A]}, [("a", 0, "r1")], [("a", -1, "r1")]),
    (
        "inside_a_day_and_open_hours",
        {"sessions": [A], "rooms": [{"id": "r1", "open": [[0, 3], [3, 6]], "turnover": 5}]},
        [("a", 2, "r1")],
        [("a", 3, "r1")],
    ),
    (
        "inside_a_day_and_open_hours",
        {"sessions": [A], "rooms": [{"id": "r1", "open": []}, {"id": "r2"}]},
        [("a", 2, "r2")],
        [("a", 2, "r1")],
    ),
    ("room_fits", {"sessions": [{**A, "audience": 100}]}, [("a", 0, "r1")], None),
    *(
        (
            "room_fits",
            {"sessions": [{**A, **wish}], "rooms": [{"id": "r1", **offer}, {"id": "r2"}]},
            [("a", 0, "r1")],
            [("a", 0, "r2")],
        )
        for wish, offer in (
            ({"audience": 101}, {"capacity": 101}),
            ({"layout": "round"}, {"layouts": ["theatre", "round"]}),
            ({"features": ["stage", "lift"]}, {"features": ["lift", "screen", "stage"]}),
            ({"booths": 3}, {"booths": 3}),
            ({"rooms": ["r1"]}, {}),
        )
    ),
    (
        "room_hosts_one_session",
        {"sessions": [A, B]},
        [("a", 0, "r1"), ("b", 4, "r1")],
        [("a", 0, "r1"), ("b", 3, "r1")],
    ),
    (
        "room_hosts_one_session",
        {"sessions": [A, B], "rooms": [{"id": "r1", "turnover": 2}]},
        [("a", 0, "r1"), ("b", 6, "r1")],
        [("a", 0, "r1"), ("b", 5, "r1")],
    ),
    (
        "person_in_one_place",
        {"sessions": WITH_P, "people": P, "rooms": TWO_ROOMS},
        [("a", 0, "r1"), ("b", 4, "r2")],
        [("a", 0, "r1"), ("b", 0, "r2")],
    ),
    (
        "person_in_one_place",
        {"sessions": WITH_P, "people": [{"id": "p", "rest": 1}]},
        [("a", 0, "r1"), ("b", 5, "r1")],
        [("a", 0, "r1"), ("b", 4, "r1")],
    ),
    (
        "person_in_one_place",
        {"sessions": WITH_P, "people": P, "rooms": FAR_ROOMS, "walks": [{"from": "M", "to": "C", "grains": 3}]},
        [("a", 0, "r1"), ("b", 7, "r2")],
        [("a", 0, "r1"), ("b", 6, "r2")],
    ),
    (
        "person_in_one_place",
        {
            "sessions": WITH_P,
            "people": [{"id": "p", "rest": 2}],
            "rooms": FAR_ROOMS,
            "walks": [{"from": "M", "to": "C", "grains": 3}, {"from": "C", "to": "M", "grains": 1}],
        },
        [("a", 0, "r1"), ("b", 7, "r2")],
        [("a", 0, "r2"), ("b", 8, "r1")],
    ),
    (
        "person_available",
        {"sessions": WITH_P[:1], "people": [{"id": "p", "available": [[2, 5], [5, 8]]}]},
        [("a", 4, "r1")],
        [("a", 5, "r1")],
    ),
    (
        "person_available",
        {"sessions": [{**A, "people": ["p"], "optional": True}], "people": [{"id": "p", "available": []}]},
        ([], ["a"]),
        [("a", 5, "r1")],
    ),
    ("inside_windows", {"sessions": [{**A, "windows": [[0, 5], [9, 13]]}]}, [("a", 9, "r1")], [("a", 5, "r1")]),
    ("inside_windows", {"sessions": [{**A, "windows": [[0, 5], [6, 10]]}]}, [("a", 6, "r1")], [("a", 4, "r1")]),
    ("pins_kept", {"sessions": [{**A, "pin": {"start": 3}}]}, [("a", 3, "r1")], [("a", 4, "r1")]),
    (
        "pins_kept",
        {"sessions": [{**A, "pin": {"room": "r2"}}], "rooms": TWO_ROOMS},
        [("a", 3, "r2")],
        [("a", 3, "r1")],
    ),
    (
        "order_kept",
        {"sessions": [A, {**B, "after": ["a"]}], "rooms": TWO_ROOMS},
        [("a", 0, "r1"), ("b", 4, "r2")],
        [("a", 0, "r1"), ("b", 3, "r2")],
    ),
    (
        "order_kept",
        {"sessions": [{**A, "optional": True}, {**B, "after": ["a"]}]},
        ([("b", 0, "r1")], ["a"]),
        [("b", 0, "r1"), ("a", 8, "r1")],
    ),
    (
        "not_together",
        {"sessions": [{**A, "not_with": ["b"]}, B], "rooms": TWO_ROOMS},
        [("a", 0, "r1"), ("b", 4, "r2")],
        [("a", 0, "r1"), ("b", 3, "r2")],
    ),
    (
        "not_together",
        {"sessions": [A, {**B, "not_with": ["a"]}], "rooms": TWO_ROOMS},
        [("b", 0, "r1"), ("a", 4, "r2")],
        [("b", 0, "r1"), ("a", 3, "r2")],
    ),
    (
        "same_room",
        {"sessions": [A, {**B, "same_room_as": "a"}], "rooms": TWO_ROOMS},
        [("a", 0, "r2"), ("b", 4, "r2")],
        [("a", 0, "r1"), ("b", 4, "r2")],
    ),
    (
        "resource_not_overused",
        {"sessions": [{**A, "uses": {"x": 1}}, {**B, "uses": {"x": 2}}], "rooms": TWO_ROOMS, "resources": X},
        [("a", 10, "r1"), ("b", 0, "r2")],
        [("a", 0, "r1"), ("b", 3, "r2")],
    ),
    (
        "resource_not_overused",
        {"sessions": [{**A, "uses": {"x": 2}}], "resources": X},
        [("a", 6, "r1")],
        [("a", 7, "r1")],
    ),
    (
        "resource_not_overused",
        {"sessions": [{**A, "uses": {"x": 1}}], "resources": [{"id": "x", "capacity": 1, "open": [[2, 9]]}]},
        [("a", 5, "r1")],
        [("a", 1, "r1")],
    ),
    (
        "plenary_alone",
        {"sessions": [{**A, "plenary": True}, B], "rooms": TWO_ROOMS},
        [("a", 4, "r1"), ("b", 0, "r2")],
        [("a", 3, "r1"), ("b", 0, "r2")],
    ),
    (
        "parallel_limit",
        {"sessions": [A, B, session("c")], "rooms": [*TWO_ROOMS, {"id": "r3"}], "max_parallel": 2},
        [("a", 0, "r1"), ("b", 0, "r2"), ("c", 4, "r3")],
        [("a", 0, "r1"), ("b", 1, "r2"), ("c", 3, "r3")],
    ),
    ("left_out_listed", {"sessions": [{**A, "optional": True}]}, ([], ["a"]), ([], [])),
    ("left_out_listed", {"sessions": [A]}, [("a", 0, "r1")], ([("a", 0, "r1")], ["a"])),
    ("left_out_listed", {"sessions": [{**A, "optional": True}]}, ([], ["a"]), ([], ["a", "a"])),
]


def parts(plan: Any) -> tuple[list[Any], tuple[str, ...]]:
    placements, unplaced = plan if isinstance(plan, tuple) else (plan, ())
    return placements, tuple(unplaced)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_rule_is_kept(case: Any, problem_of: Any, solution_of: Any) -> None:
    _, fields, kept, _ = case
    placements, unplaced = parts(kept)
    assert validate(problem_of(**fields), solution_of(*placements, unplaced=unplaced)) == ()


@pytest.mark.parametrize("case", [case for case in CASES if case[3] is not None], ids=lambda case: case[0])
def test_rule_is_broken(case: Any, problem_of: Any, solution_of: Any) -> None:
    rule, fields, _, broken = case
    placements, unplaced = parts(broken)
    found = validate(problem_of(**fields), solution_of(*placements, unplaced=unplaced))
    assert [violation.rule for violation in found] == [rule]
    assert all(violation.subjects and violation.message.endswith(".") for violation in found)


def test_every_rule_has_a_pair() -> None:
    assert {case[0] for case in CASES if case[3] is not None} == set(CHECKS)


def test_subjects_name_person_and_sessions(problem_of: Any, solution_of: Any) -> None:
    problem = problem_of(sessions=WITH_P, people=P, rooms=TWO_ROOMS)
    (found,) = validate(problem, solution_of(("a", 0, "r1"), ("b", 2, "r2")))
    assert found.subjects == ("p", "a", "b")


def test_a_walk_is_never_routed_through_a_third_site(problem_of: Any, solution_of: Any) -> None:
    rooms = [{"id": f"r{site}", "site": site} for site in "ABC"]
    walks = [{"from": "A", "to": "B", "grains": 1}, {"from": "B", "to": "C", "grains": 1}]
    problem = problem_of(sessions=WITH_P, people=P, rooms=rooms, walks=walks)
    assert validate(problem, solution_of(("a", 0, "rA"), ("b", 4, "rC"))) == ()
    assert validate(problem, solution_of(("a", 0, "rA"), ("b", 4, "rB"))) != ()


def test_a_walk_within_a_site_takes_no_time(problem_of: Any, solution_of: Any) -> None:
    rooms = [{"id": "r1", "site": "A"}, {"id": "r2", "site": "A"}]
    problem = problem_of(sessions=WITH_P, people=P, rooms=rooms, walks=[{"from": "A", "to": "A", "grains": 9}])
    assert validate(problem, solution_of(("a", 0, "r1"), ("b", 4, "r2"))) == ()


def test_what_is_taken_elsewhere_alone_breaks_nothing(problem_of: Any, solution_of: Any) -> None:
    resources = [{"id": "x", "capacity": 1, "taken": [[0, 20, 5]]}]
    problem = problem_of(sessions=[{**A, "uses": {"x": 0}}], resources=resources)
    assert validate(problem, solution_of(("a", 0, "r1"))) == ()


def test_an_empty_closed_time_closes_nothing(problem_of: Any, solution_of: Any) -> None:
    problem = problem_of(sessions=[A], days=[{"id": "d", "start": 0, "end": 20, "closed": [[2, 2]]}])
    assert validate(problem, solution_of(("a", 0, "r1"))) == ()
