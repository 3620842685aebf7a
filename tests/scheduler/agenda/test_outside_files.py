"""Files from outside that are at the edge of what a file may be: the answer and the exit status to the letter."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from scheduler.__main__ import main

LARGEST = 2**31
DAY = {"id": "d", "start": 0, "end": 20}
ROOM = {"id": "r", "capacity": 100}
A, B, C = ({"id": name, "duration": 4} for name in "abc")

FEASIBLE: dict[str, dict[str, Any]] = {
    "nothing at all": {"days": [], "rooms": []},
    "no sessions": {},
    "only optional ones and nowhere to go": {"rooms": [], "sessions": [{**A, "optional": True, "value": 5}]},
    "one room, full to the last grain": {"sessions": [{"id": f"s{index}", "duration": 4} for index in range(5)]},
    "the largest weights": {
        "sessions": [A, B],
        "clashes": [{"sessions": ["a", "b"], "weight": LARGEST}],
        "weights": {"clash": LARGEST, "room_too_large": LARGEST, "late_start": LARGEST, "day_balance": LARGEST},
    },
    "two that name each other's room": {"sessions": [{**A, "same_room_as": "b"}, {**B, "same_room_as": "a"}]},
    "an order that an optional one would break": {
        "sessions": [{**A, "after": ["b"]}, {**B, "after": ["a"], "optional": True}]
    },
    "a plan before of sessions and rooms that are gone": {
        "sessions": [A],
        "previous": [{"session": "x", "start": 3, "room": "y"}, {"session": "a", "start": 900, "room": "z"}],
    },
    "the latest times there are": {
        "days": [{"id": "d", "start": LARGEST - 20, "end": LARGEST}],
        "sessions": [{**A, "pin": {"start": LARGEST - 4}}],
    },
}

# What is against a plan, by the paths of the facts.
INFEASIBLE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "no rooms": ({"rooms": [], "sessions": [A]}, {"sessions[0].optional"}),
    "no days": ({"days": [], "sessions": [A]}, {"sessions[0].optional"}),
    "longer than the day": ({"sessions": [{"id": "a", "duration": 21}]}, {"sessions[0].optional"}),
    "nothing fits": ({"sessions": [{**A, "audience": LARGEST}]}, {"sessions[0].audience"}),
    "never": ({"sessions": [{**A, "windows": []}]}, {"sessions[0].windows"}),
    "no room allowed": ({"sessions": [{**A, "rooms": []}]}, {"sessions[0].rooms"}),
    "nothing may run at once": ({"max_parallel": 0, "sessions": [A]}, {"max_parallel"}),
    "pins in each other's way": (
        {"sessions": [{**A, "pin": {"start": 2, "room": "r"}}, {**B, "pin": {"start": 5, "room": "r"}}]},
        {"sessions[0].pin", "sessions[1].pin"},
    ),
    "a pin on an optional one": (
        {"sessions": [{**A, "optional": True, "pin": {"start": 18}}]},
        {"sessions[0].pin"},
    ),
    "an order in a circle": (
        {"sessions": [{**A, "after": ["c"]}, {**B, "after": ["a"]}, {**C, "after": ["b"]}]},
        {f"sessions[{index}].after[0]" for index in range(3)},
    ),
    "two plenaries in the time of one": (
        {
            "days": [{"id": "d", "start": 0, "end": 7}],
            "rooms": [ROOM, {"id": "q"}],
            "sessions": [{**A, "plenary": True}, B],
        },
        {"sessions[0].plenary"},
    ),
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a session after itself": ({"sessions": [{**A, "after": ["a"]}]}, "sessions[0].after[0]"),
    "an unknown room": ({"sessions": [{**A, "rooms": ["x"]}]}, "sessions[0].rooms[0]"),
    "an unknown neighbour": ({"sessions": [{**A, "same_room_as": "x"}]}, "sessions[0].same_room_as"),
    "a pin outside the windows": (
        {"sessions": [{**A, "windows": [[0, 4]], "pin": {"start": 1}}]},
        "sessions[0].pin.start",
    ),
    "a negative weight": ({"weights": {"clash": -1}}, "weights.clash"),
    "a number too large": ({"sessions": [{**A, "audience": LARGEST + 1}]}, "sessions[0].audience"),
    "no length": ({"sessions": [{"id": "a", "duration": 0}]}, "sessions[0].duration"),
    "a field that there is not": ({"sessions": [{**A, "colour": "red"}]}, "sessions[0].colour"),
}


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command on a file; its status, its answer and what it says."""

    def call(command: str, fields: dict[str, Any]) -> tuple[int, Any, str]:
        path = tmp_path / "problem.json"
        path.write_text(json.dumps({"format": "bridge-agenda/1", "days": [DAY], "rooms": [ROOM], **fields}))
        status = main([command, "agenda", str(path), "--time-limit", "6"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else None, said.err

    return call


@pytest.mark.parametrize("fields", FEASIBLE.values(), ids=FEASIBLE)
def test_there_is_a_plan(run: Any, fields: dict[str, Any]) -> None:
    status, outcome, _ = run("solve", fields)
    assert status == 0 and outcome["status"] in ("optimal", "feasible") and outcome["solution"] is not None
    status, explanation, _ = run("explain", fields)
    assert (status, explanation["status"]) == (0, "feasible")


@pytest.mark.parametrize("case", INFEASIBLE.values(), ids=INFEASIBLE)
def test_there_is_none_and_why(run: Any, case: Any) -> None:
    """AGD-03."""
    fields, facts = case
    status, outcome, _ = run("solve", fields)
    assert (status, outcome["status"], outcome["solution"]) == (3, "infeasible", None)
    status, explanation, _ = run("explain", fields)
    assert (status, explanation["status"]) == (3, "infeasible")
    assert {fact["path"] for fact in explanation["facts"]} == facts


@pytest.mark.parametrize("command", ["solve", "explain"])
@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_refused_with_its_path(run: Any, command: str, case: Any) -> None:
    fields, path = case
    status, answer, said = run(command, fields)
    assert (status, answer) == (2, None)
    assert path in said


def test_progress_that_nobody_reads_any_more_ends_the_search_with_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: Any
) -> None:
    problem, answer = tmp_path / "problem.json", tmp_path / "outcome.json"
    problem.write_text(planted(0, 60, days=2, fullness=0.6).model_dump_json())
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        monkeypatch.setattr(sys, "stderr", closed)
        status = main(["solve", "agenda", str(problem), "--progress", "--time-limit", "60", "-o", str(answer)])
        monkeypatch.undo()
    outcome = json.loads(answer.read_text())
    assert status == 0 and outcome["solution"] is not None
    assert outcome["status"] in ("stopped", "optimal")
