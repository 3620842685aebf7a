"""The command line on meetings: streams, exit codes, the round trip from solve to check."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scheduler import __main__ as command
from scheduler.core.limits import Stopwatch
from scheduler.meetings import compiling, search, strategy

Facts = dict[str, Any]
Ran = subprocess.CompletedProcess[str]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    def write(facts: Any, name: str = "problem.json") -> str:
        path = tmp_path / name
        path.write_text(facts if isinstance(facts, str) else json.dumps(facts))
        return str(path)

    return write


def run(*arguments: str) -> Ran:
    command = [sys.executable, "-m", "scheduler", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_solve_then_check(facts: Facts, file: Callable[..., str], tmp_path: Path) -> None:
    problem, outcome = file(facts), str(tmp_path / "outcome.json")
    solved = run("solve", "meetings", problem, "--workers", "1", "-o", outcome)
    assert (solved.returncode, solved.stdout) == (0, "")
    found = json.loads(Path(outcome).read_text())
    assert found["status"] == "optimal" and found["format"] == "bridge-outcome/1"
    checked = run("check", "meetings", problem, outcome)
    report = json.loads(checked.stdout)
    assert checked.returncode == 0 and report["violations"] == []
    assert report["score"] == found["score"]
    assert report["stages"] == {stage["name"]: stage["value"] for stage in found["stages"]}
    again = run("solve", "meetings", problem, "--workers", "1", "--hint", outcome, "--budget", "1")
    assert again.returncode == 0 and json.loads(again.stdout)["status"] == "optimal"


def test_check_of_a_broken_plan_exits_1(facts: Facts, file: Callable[..., str]) -> None:
    twice = [{"wish": wish, "slot": "s1", "table": "t1"} for wish in ("w1", "w2")]
    solution = {"format": "bridge-meetings-solution/1", "meetings": twice, "unheld": []}
    checked = run("check", "meetings", file(facts), file(solution, "solution.json"))
    rules = {violation["rule"] for violation in json.loads(checked.stdout)["violations"]}
    assert checked.returncode == 1
    assert rules == {"person_in_one_meeting", "table_hosts_one_meeting", "left_out_listed"}


def test_refused_input_exits_2_and_names_the_path(facts: Facts, file: Callable[..., str]) -> None:
    facts["wishes"][0]["people"][0] = "p99"
    path = file(facts)
    for arguments in (("solve", path), ("explain", path), ("check", path, path)):
        refused = run(arguments[0], "meetings", *arguments[1:])
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "wishes[0].people[0]: no person 'p99'" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_infeasible_exits_3_and_is_explained(facts: Facts, file: Callable[..., str]) -> None:
    facts["wishes"][0].update(level="must", slots=[])
    path = file(facts)
    solved = run("solve", "meetings", path, "--workers", "1")
    assert solved.returncode == 3
    outcome = json.loads(solved.stdout)
    assert (outcome["status"], outcome["solution"], outcome["score"]) == ("infeasible", None, {})
    explained = run("explain", "meetings", path)
    assert explained.returncode == 3
    found = json.loads(explained.stdout)
    assert {fact["path"] for fact in found["facts"]} == {"wishes[0].level", "wishes[0].slots"}


def test_a_feasible_problem_is_explained_with_exit_0(facts: Facts, file: Callable[..., str]) -> None:
    explained = run("explain", "meetings", file(facts))
    assert explained.returncode == 0 and json.loads(explained.stdout)["status"] == "feasible"


def test_nothing_found_in_time_exits_4(planted_facts: Callable[..., Facts], file: Callable[..., str]) -> None:
    import random

    facts = planted_facts(random.Random(2), people=60, slots=14, tables=29)
    facts["fairness"] = {"term": "idle_slot", "max_difference": 0}
    solved = run("solve", "meetings", file(facts), "--workers", "1", "--time-limit", "0.001")
    assert solved.returncode == 4
    assert json.loads(solved.stdout)["status"] == "unknown"


def test_an_interrupted_solve_writes_its_best(planted_facts: Callable[..., Facts], file: Callable[..., str]) -> None:
    import random

    facts = planted_facts(random.Random(2), people=60, slots=14, tables=29)
    for wish in facts["wishes"]:
        wish.update(level="want", value=1)
    facts["weights"] = {"idle_slot": 3, "idle_run": 5, "table_change": 2}
    command = [sys.executable, "-m", "scheduler", "solve", "meetings", file(facts), "--workers", "1", "--progress"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert json.loads(process.stderr.readline())["stage"] == "value"
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    outcome = json.loads(out)
    assert process.returncode == 0
    assert outcome["status"] == "stopped" and outcome["solution"]["meetings"]


@pytest.mark.parametrize("what", ["problem", "solution", "outcome", "explanation"])
def test_schemas_are_schemas(what: str, facts: Facts) -> None:
    printed = run("schema", "meetings", what)
    schema = json.loads(printed.stdout)
    assert printed.returncode == 0
    jsonschema.Draft202012Validator.check_schema(schema)
    if what == "problem":
        jsonschema.validate(facts, schema)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**facts, "colour": "red"}, schema)


def test_the_kernel_stands_before_the_time_of_a_solve_begins(
    facts: Facts, file: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compiling takes half a minute where nobody has yet: neither the watcher's clock nor our own runs meanwhile."""
    order: list[str] = []
    facts["people"][1]["busy"] = ["s1"]
    monkeypatch.setattr(strategy, "WORTH_COOLING", 11)
    monkeypatch.setattr(compiling, "load_kernel", lambda: order.append("kernel"))
    monkeypatch.setattr(command, "_print_begin", lambda: order.append("begins"))
    monkeypatch.setattr(search, "Stopwatch", lambda: order.append("clock") or Stopwatch())
    arguments = ["solve", "meetings", file(facts), "--say-begin", "--workers", "1", "-o", file({}, "outcome.json")]
    assert command.main(arguments) == 0
    assert order == ["kernel", "begins", "kernel", "clock"]
    order.clear()
    monkeypatch.setattr(strategy, "WORTH_COOLING", 12)
    assert command.main(arguments) == 0
    assert order == ["begins", "clock"], "a small problem is spared it"
