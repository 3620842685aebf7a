"""Where a construction looks for a place that others must clear: beside what stays, with a rest, a way or a turnover."""

from typing import Any

from scheduler.agenda.first_plan.board import Board, Place
from scheduler.agenda.first_plan.ground import Grounds, ends_of, positions
from scheduler.agenda.legal_starts import legal_of

A, B = ({"id": name, "duration": 4, "people": ["p"]} for name in "ab")


def test_the_ends_of_spans_are_their_first_and_last_grains() -> None:
    assert positions(ends_of(0b0111_0010_1100)) == [2, 3, 5, 8, 10]


def test_places_beside_what_stays_leave_what_must_lie_between(problem_of: Any) -> None:
    problem = problem_of(
        sessions=[A, B],
        people=[{"id": "p", "rest": 1}],
        rooms=[
            {"id": "r1", "capacity": 9, "turnover": 4, "site": "C"},
            {"id": "r2", "capacity": 9, "site": "M"},
        ],
        walks=[{"from": "C", "to": "M", "grains": 1}],
    )
    grounds = Grounds(problem, legal_of(problem))
    board = Board(grounds)
    board.put(0, Place(4, 0))
    told = board.beside(1)
    beside = {choice.room: positions(told(choice)) for choice in grounds.sessions[1].choices}
    # After a rest of one grain, or a turnover of four; on the other site after the way too, or anywhere in the room.
    assert beside == {0: [9, 12, 16], 1: [0, 10, 16]}


def test_what_everything_else_leaves_counts_beside_the_person(problem_of: Any) -> None:
    problem = problem_of(sessions=[{**A, "people": []}, {**B, "people": [], "not_with": ["a"]}])
    grounds = Grounds(problem, legal_of(problem))
    board = Board(grounds)
    board.put(0, Place(5, 0))
    (choice,) = grounds.sessions[1].choices
    assert positions(board.beside(1)(choice)) == [0, 1, 9, 16]
