"""The command line: exit statuses, what goes to which stream, schemas, and what a signal does."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scheduler.__main__ import main
from scheduler.registry import KINDS

ROOT = Path(__file__).parents[3]
FEASIBLE: dict[str, Any] = {
    "format": "bridge-agenda/1",
    "days": [{"id": "d", "start": 0, "end": 20}],
    "rooms": [{"id": "r", "capacity": 100}],
    "walks": [{"from": "C", "to": "M", "grains": 2}],
    "sessions": [{"id": "a", "duration": 4}, {"id": "b", "duration": 4, "after": ["a"]}],
}
INFEASIBLE = {**FEASIBLE, "sessions": [{"id": "a", "duration": 4, "windows": [[0, 3]]}]}
UNKNOWN_PERSON = {**FEASIBLE, "sessions": [{"id": "a", "duration": 4, "people": ["p99"]}]}
WRONG = {
    "format": "bridge-agenda-solution/1",
    "placements": [{"session": "a", "start": 0, "room": "r"}],
    "unplaced": [],
}


def hard_problem(sessions: int = 60) -> dict[str, Any]:
    """Sessions that all clash with all others in too little time: a plan is found at once, no proof for long."""
    ids = [f"s{index}" for index in range(sessions)]
    return {
        "format": "bridge-agenda/1",
        "days": [{"id": "d", "start": 0, "end": 80}],
        "rooms": [{"id": f"r{index}"} for index in range(12)],
        "sessions": [{"id": name, "duration": 5 + index % 7} for index, name in enumerate(ids)],
        "clashes": [
            {"sessions": [one, other], "weight": 1 + (i * j) % 5}
            for i, one in enumerate(ids)
            for j, other in enumerate(ids[:i])
        ],
    }


class Folder:
    """A folder with problem files, in which commands are run."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self._capsys = path, capsys

    def file(self, content: Any, name: str = "problem.json") -> str:
        spot = self.path / name
        spot.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(spot)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        shown = self._capsys.readouterr()
        return status, shown.out, shown.err


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capsys)


def schema(folder: Folder, what: str, kind: str = "agenda") -> Any:
    status, out, err = folder.run("schema", kind, what)
    assert (status, err) == (0, "")
    found = json.loads(out)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def test_a_solved_problem_checks_and_hints(folder: Folder) -> None:
    problem = folder.file(FEASIBLE)
    status, out, err = folder.run("solve", "agenda", problem, "--workers", "1", "--seed", "5")
    assert (status, err) == (0, "")
    outcome = json.loads(out)
    assert (outcome["status"], outcome["seed"], outcome["workers"]) == ("optimal", 5, 1)
    assert [stage["name"] for stage in outcome["stages"]] == ["unplaced", "cost"]
    jsonschema.validate(outcome, schema(folder, "outcome"))

    for solution in (outcome, outcome["solution"]):
        status, out, err = folder.run("check", "agenda", problem, folder.file(solution, "solution.json"))
        assert (status, err) == (0, "")
        report = json.loads(out)
        assert report["violations"] == []
        assert report["score"] == outcome["score"]
        assert report["stages"] == {stage["name"]: stage["value"] for stage in outcome["stages"]}

    status, out, _ = folder.run("solve", "agenda", problem, "--hint", folder.file(outcome, "hint.json"))
    assert json.loads(out)["solution"] == outcome["solution"]


def test_the_answer_goes_to_a_file_and_progress_to_standard_error(folder: Folder) -> None:
    target = folder.path / "outcome.json"
    status, out, err = folder.run("solve", "agenda", folder.file(FEASIBLE), "--progress", "-o", str(target))
    assert (status, out) == (0, "")
    assert json.loads(target.read_text())["status"] == "optimal"
    lines = [json.loads(line) for line in err.splitlines()]
    assert lines
    assert all(set(line) == {"seconds", "stage", "incumbent", "bound"} for line in lines)
    assert list(folder.path.glob("*.part")) == []


def test_broken_rules_exit_1(folder: Folder) -> None:
    status, out, _ = folder.run("check", "agenda", folder.file(FEASIBLE), folder.file(WRONG, "solution.json"))
    assert status == 1
    rules = [violation["rule"] for violation in json.loads(out)["violations"]]
    assert rules == ["session_placed_once", "left_out_listed"]


def test_infeasible_exits_3_with_an_outcome_and_an_explanation(folder: Folder) -> None:
    problem = folder.file(INFEASIBLE)
    status, out, _ = folder.run("solve", "agenda", problem)
    assert status == 3
    outcome = json.loads(out)
    assert (outcome["status"], outcome["solution"], outcome["stages"]) == ("infeasible", None, [])
    jsonschema.validate(outcome, schema(folder, "outcome"))

    status, out, _ = folder.run("explain", "agenda", problem)
    assert status == 3
    explanation = json.loads(out)
    jsonschema.validate(explanation, schema(folder, "explanation"))
    assert [fact["path"] for fact in explanation["facts"]] == ["sessions[0].windows"]
    assert explanation["fix"]["to"] == [[0, 4]]


def test_an_outcome_without_solution_cannot_be_checked(folder: Folder) -> None:
    problem = folder.file(INFEASIBLE)
    _, out, _ = folder.run("solve", "agenda", problem)
    status, out, err = folder.run("check", "agenda", problem, folder.file(out, "outcome.json"))
    assert (status, out) == (2, "")
    assert "no solution" in err


def test_feasible_explains_to_0(folder: Folder) -> None:
    status, out, _ = folder.run("explain", "agenda", folder.file(FEASIBLE))
    assert (status, json.loads(out)["status"]) == (0, "feasible")


def test_nothing_found_in_time_exits_4(folder: Folder) -> None:
    # Each room is filled to the last grain by three sessions, which a construction does not see.
    rng, packed = random.Random(4), hard_problem()
    durations = []
    for _ in packed["rooms"]:
        one, other = rng.randint(190, 260), rng.randint(190, 260)
        durations += [one, other, 720 - one - other]
    packed["clashes"], packed["days"][0]["end"] = [], 720
    packed["sessions"] = [{"id": f"s{index}", "duration": duration} for index, duration in enumerate(durations)]
    status, out, _ = folder.run("solve", "agenda", folder.file(packed), "--time-limit", "0.001", "--workers", "1")
    outcome = json.loads(out)
    assert (status, outcome["status"], outcome["solution"]) == (4, "unknown", None)
    status, out, _ = folder.run("explain", "agenda", folder.file(packed), "--time-limit", "0.001")
    assert (status, json.loads(out)["status"]) == (4, "unknown")


@pytest.mark.parametrize("command", ["solve", "explain", "check"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (UNKNOWN_PERSON, "sessions[0].people[0]: no person 'p99'"),
        ("{", "problem.json: Invalid JSON"),
        ({"format": "bridge-pairing/1"}, "format"),
        ({**FEASIBLE, "max_parallel": float("nan")}, "max_parallel"),
    ],
)
def test_refused_input_exits_2_and_names_the_place(folder: Folder, command: str, content: Any, said: str) -> None:
    more = [folder.file(WRONG, "solution.json")] if command == "check" else []
    status, out, err = folder.run(command, "agenda", folder.file(content), *more)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["solve", "explain", "check"])
@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (
            "pairing",
            '{"format": "bridge-pairing/1", "cities": [{"id": "a", "country": "A", "group": "south", '
            '"needs": {"waste": 1, "water": 2, "waste": 5}}]}',
            "cities[0].needs.waste: the key 'waste' is there twice",
        ),
        ("agenda", '{"format": "bridge-agenda/1", "days": [], "days": []}', "days: the key 'days' is there twice"),
        (
            "meetings",
            '{"format": "bridge-meetings/1", "tables": [{"id": "t", "seats": 4, "\\u0073eats": 4}]}',
            "tables[0].seats: the key 'seats' is there twice",
        ),
    ],
)
def test_a_key_that_is_there_twice_is_refused_with_its_path(
    folder: Folder, command: str, kind: str, text: str, said: str
) -> None:
    problem = folder.path / "twice.json"
    problem.write_text(text)
    more = [folder.file(WRONG, "solution.json")] if command == "check" else []
    status, out, err = folder.run(command, kind, str(problem), *more)
    assert (status, out) == (2, "")
    assert err.strip().endswith(said)


def test_files_that_cannot_be_read_or_written_are_refused(folder: Folder) -> None:
    problem = folder.file(FEASIBLE)
    for arguments in (
        ("solve", "agenda", str(folder.path / "nowhere.json")),
        ("solve", "agenda", str(folder.path)),
        ("solve", "agenda", problem, "-o", str(folder.path / "nowhere" / "outcome.json")),
        ("solve", "agenda", problem, "-o", str(folder.path)),
        ("check", "agenda", problem, str(folder.path / "nowhere.json")),
        ("solve", "agenda", problem, "--hint", problem),
    ):
        status, out, err = folder.run(*arguments)
        assert (status, out) == (2, ""), arguments
        assert err
        assert "Traceback" not in err


def test_what_a_link_points_at_is_replaced_and_the_link_stays(folder: Folder) -> None:
    target, link = folder.path / "target.json", folder.path / "link.json"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    assert folder.run("solve", "agenda", folder.file(FEASIBLE), "-o", str(link))[0] == 0
    assert link.is_symlink()
    assert json.loads(target.read_text())["status"] == "optimal"
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_pipe_is_written_into_and_stays_a_pipe(folder: Folder) -> None:
    pipe, read = folder.path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    assert folder.run("solve", "agenda", folder.file(FEASIBLE), "-o", str(pipe))[0] == 0
    reader.join(20)
    assert json.loads(read[0])["status"] == "optimal"
    assert pipe.is_fifo()
    assert list(folder.path.glob("*.part")) == []


@pytest.mark.parametrize("command", ["solve", "explain", "check"])
def test_a_full_device_is_said_and_stays_a_device(folder: Folder, command: str) -> None:
    full = folder.path / "full"
    try:
        os.mknod(full, 0o600 | stat.S_IFCHR, os.makedev(1, 7))
        full.write_text("")
    except PermissionError:
        pytest.skip("only root makes devices, and not on every file system")
    more = [folder.file(WRONG, "solution.json")] if command == "check" else []
    status, _, err = folder.run(command, "agenda", folder.file(FEASIBLE), *more, "-o", str(full))
    assert (status, err) == (2, f"{full}: No space left on device\n")
    assert full.is_char_device()


def test_a_full_standard_output_is_said(folder: Folder) -> None:
    if not Path("/dev/full").is_char_device():
        pytest.skip("there is no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scheduler", "schema", "agenda", "problem"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "standard output: No space left on device\n")


def test_a_mark_of_the_encoding_is_no_part_of_the_file(folder: Folder) -> None:
    marked = folder.path / "marked.json"
    marked.write_bytes(b"\xef\xbb\xbf" + json.dumps(FEASIBLE).encode())
    status, out, err = folder.run("solve", "agenda", str(marked))
    assert (status, err) == (0, "")
    marked_too = folder.path / "solution.json"
    marked_too.write_bytes(b"\xef\xbb\xbf" + out.encode())
    assert folder.run("check", "agenda", str(marked), str(marked_too))[0] == 0


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("agenda", FEASIBLE),
        ("pairing", {"format": "bridge-pairing/1", "cities": []}),
        ("meetings", {"format": "bridge-meetings/1"}),
    ],
)
def test_an_empty_object_is_no_solution(folder: Folder, kind: str, problem: Any) -> None:
    status, out, err = folder.run("check", kind, folder.file(problem), folder.file({}, "solution.json"))
    assert (status, out) == (2, "")
    assert err.startswith("format: is missing")


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve"],
        ["solve", "party", "x.json"],
        ["solve", "agenda", "x.json", "--time-limit", "0"],
        ["solve", "agenda", "x.json", "--time-limit", "nan"],
        ["solve", "agenda", "x.json", "--workers", "0"],
        ["solve", "agenda", "x.json", "--seed", "-1"],
        ["solve", "agenda", "x.json", "--budget", "many"],
        ["schema", "agenda", "everything"],
    ],
)
def test_wrong_arguments_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("what", ["problem", "solution", "outcome", "explanation"])
@pytest.mark.parametrize("kind", KINDS)
def test_schemas_are_schemas(folder: Folder, kind: str, what: str) -> None:
    assert schema(folder, what, kind)["type"] == "object"


def test_the_schema_accepts_a_problem_and_refuses_a_wrong_one(folder: Folder) -> None:
    found = schema(folder, "problem")
    jsonschema.validate(FEASIBLE, found)
    for wrong in ({**FEASIBLE, "colour": 1}, {**FEASIBLE, "days": [{"id": "d"}]}, {**FEASIBLE, "max_parallel": -1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, found)


def test_handlers_of_signals_are_put_back(folder: Folder) -> None:
    before = signal.getsignal(signal.SIGTERM)
    folder.run("solve", "agenda", folder.file(FEASIBLE))
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_solve_and_keeps_its_best(folder: Folder, number: signal.Signals) -> None:
    problem = folder.file(hard_problem())
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduler", "solve", "agenda", problem, "--progress", "--workers", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stderr is not None
        process.stderr.readline()
        time.sleep(1.0)
        started = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=40)
    finally:
        process.kill()
    assert time.monotonic() - started < 30
    assert process.returncode == 0
    outcome = json.loads(out)
    assert outcome["status"] == "stopped"
    assert "Traceback" not in err
    assert outcome["solution"]["placements"]
    status, _, _ = folder.run("check", "agenda", problem, folder.file(outcome, "outcome.json"))
    assert status == 0


def test_check_and_schema_do_without_the_solver(folder: Folder) -> None:
    solved = folder.file(json.loads(folder.run("solve", "agenda", folder.file(FEASIBLE))[1]), "outcome.json")
    code = (
        "import sys; from scheduler.__main__ import main; "
        f"main(['check', 'agenda', {folder.file(FEASIBLE)!r}, {solved!r}]); main(['schema', 'agenda', 'problem']); "
        "sys.exit(any(name.startswith('ortools') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60).returncode == 0


def test_the_beginning_of_the_search_is_said_where_it_is_asked_for(folder: Folder) -> None:
    """Whoever watches counts the time limit from there: imports and reading are over."""
    target = folder.path / "outcome.json"
    status, _, err = folder.run(
        "solve", "agenda", folder.file(FEASIBLE), "--say-begin", "--progress", "-o", str(target)
    )
    first, *others = [json.loads(line) for line in err.splitlines()]
    assert (status, first) == (0, {"begins": True})
    assert all("stage" in line for line in others)
