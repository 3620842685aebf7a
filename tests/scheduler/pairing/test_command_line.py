"""The pairing problem through the command line: streams, exit statuses, and files that come round unchanged."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scheduler.__main__ import main
from scheduler.pairing.problem import PairingProblem

SOLVED, BROKEN, REFUSED, INFEASIBLE, NOTHING = 0, 1, 2, 3, 4
PINNED_TWICE = {"pins": [["ava", "bo"], ["bo", "cal"]]}


@pytest.fixture
def written(tmp_path: Path, case_pool: Callable[..., PairingProblem]) -> Callable[..., str]:
    def write(**rest: Any) -> str:
        path = tmp_path / "problem.json"
        path.write_text(case_pool(**rest).model_dump_json())
        return str(path)

    return write


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, str]:
    """Exit status, what is on standard output as JSON, what is on standard error."""
    status = main(arguments)
    streams = capsys.readouterr()
    return status, json.loads(streams.out) if streams.out else None, streams.err


def test_solve_then_check(written: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = written(previous=[["ava", "cal"]])
    status, outcome, said = run(capsys, "solve", "pairing", problem, "--workers", "1", "--seed", "4")
    assert (status, outcome["status"], said) == (SOLVED, "optimal", "")
    assert (outcome["format"], outcome["seed"], outcome["workers"]) == ("bridge-outcome/1", 4, 1)
    assert [stage["name"] for stage in outcome["stages"]] == ["reached", "paired", "lowest", "value", "changes"]
    assert [stage["sense"] for stage in outcome["stages"]] == ["max", "max", "max", "max", "min"]
    assert set(outcome["solution"]["partnerships"][0]["reasons"][0]) == {"kind", "from", "to", "challenge", "value"}
    answer = tmp_path / "outcome.json"
    answer.write_text(json.dumps(outcome))
    status, report, _ = run(capsys, "check", "pairing", problem, str(answer))
    assert (status, report["violations"], report["score"]) == (SOLVED, [], outcome["score"])
    assert report["stages"] == {stage["name"]: stage["value"] for stage in outcome["stages"]}


def test_check_of_a_broken_plan(
    written: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"format": "bridge-pairing-solution/1", "partnerships": [], "unpaired": []}')
    status, report, _ = run(capsys, "check", "pairing", written(), str(plan))
    assert status == BROKEN
    assert {violation["rule"] for violation in report["violations"]} == {"left_out_listed"}
    assert report["violations"][0]["subjects"] == ["ava"]


def test_infeasible_is_answered_and_explained(written: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    problem = written(**PINNED_TWICE)
    status, outcome, _ = run(capsys, "solve", "pairing", problem, "--workers", "1")
    assert (status, outcome["status"], outcome["solution"]) == (INFEASIBLE, "infeasible", None)
    status, explanation, _ = run(capsys, "explain", "pairing", problem, "--workers", "1")
    assert (status, explanation["status"]) == (INFEASIBLE, "infeasible")
    assert explanation["fix"]["to"] is None


def test_feasible_explanation(written: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    status, explanation, _ = run(capsys, "explain", "pairing", written(pins=[["ava", "bo"]]), "--workers", "1")
    assert (status, explanation["status"]) == (SOLVED, "feasible")
    assert [one["id"] for one in explanation["unpaired"]] == ["cal"]
    assert explanation["unpaired"][0]["blocked_by"]


@pytest.mark.parametrize("command", ["solve", "explain"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ""),
        ('{"format": "bridge-pairing/1", "pins": [["a", "b"]]}', "pins[0][0]: no city 'a'"),
        ('{"format": "bridge-pairing/1", "weights": {"wish": -1}}', "weights.wish: "),
    ],
)
def test_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, text: str, said: str) -> None:
    path = tmp_path / "problem.json"
    path.write_text(text)
    status, answer, complaints = run(capsys, command, "pairing", str(path))
    assert (status, answer) == (REFUSED, None)
    assert said in complaints
    assert "Traceback" not in complaints


def test_nothing_found_in_time_is_said(
    tmp_path: Path, pools: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a first simple plan and without time to search there is no answer, and that is no infeasibility."""
    monkeypatch.setattr("scheduler.pairing.solve.greedy_plan", lambda *_, **__: None)
    large = tmp_path / "large.json"
    large.write_text(pools.drawn(1, cities=90, most=3).model_dump_json())
    status, outcome, _ = run(capsys, "solve", "pairing", str(large), "--time-limit", "0.001", "--workers", "1")
    assert (status, outcome["status"], outcome["solution"], outcome["stages"]) == (NOTHING, "unknown", None, [])


def test_hint_from_an_outcome(written: Callable[..., str], tmp_path: Path, capsys: Any) -> None:
    problem, first = written(), str(tmp_path / "first.json")
    assert main(["solve", "pairing", problem, "-o", first, "--workers", "1"]) == SOLVED
    status, outcome, _ = run(capsys, "solve", "pairing", problem, "--hint", first, "--workers", "1")
    assert (status, outcome["status"]) == (SOLVED, "optimal")
    (tmp_path / "bad.json").write_text('{"format": "bridge-pairing-solution/1", "unpaired": [{"id": "x"}]}')
    status, _, said = run(capsys, "solve", "pairing", problem, "--hint", str(tmp_path / "bad.json"))
    assert (status, said) == (REFUSED, "unpaired[0].id: no city 'x'\n")


def test_files_fit_their_schemas(written: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    schemas = {
        what: run(capsys, "schema", "pairing", what)[1] for what in ("problem", "outcome", "solution", "explanation")
    }
    problem = written(shares={"triangular": {"min": 0.1}}, wishes=[{"from": "ava", "to": "bo", "level": "want"}])
    jsonschema.validate(json.loads(Path(problem).read_text()), schemas["problem"])
    outcome = run(capsys, "solve", "pairing", problem, "--workers", "1")[1]
    jsonschema.validate(outcome, schemas["outcome"])
    jsonschema.validate(outcome["solution"], schemas["solution"])
    jsonschema.validate(run(capsys, "explain", "pairing", problem, "--workers", "1")[1], schemas["explanation"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {"format": "bridge-pairing/1", "shares": {"triangular": {"min": "0.1"}}}, schemas["problem"]
        )


def test_an_interrupted_solve_writes_the_best_so_far(tmp_path: Path, pools: Any) -> None:
    path = tmp_path / "large.json"
    large = pools.drawn(1, cities=90, most=3)
    path.write_text(large.model_dump_json())
    started = subprocess.Popen(
        [sys.executable, "-m", "scheduler", "solve", "pairing", str(path), "--progress", "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert started.stderr is not None
    assert started.stdout is not None
    first = json.loads(started.stderr.readline())
    assert set(first) == {"seconds", "stage", "incumbent", "bound"}
    before = time.monotonic()
    started.send_signal(signal.SIGINT)
    outcome = json.loads(started.stdout.read())
    assert started.wait(timeout=60) == SOLVED
    assert time.monotonic() - before < 60
    assert outcome["status"] in ("stopped", "optimal")
    assert outcome["solution"] is not None
