"""1,000 sessions stopped by a signal: what is written, how soon, and how much memory all processes had; by ``make bench``.

``BRIDGE_BENCH_SECONDS`` says how long each solve goes on before it is stopped.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.agenda.problem import read_problem
from scheduler.agenda.solution import read_solution
from scheduler.agenda.validation import validate
from tests.benchmarks.agenda_events import event_of
from tests.benchmarks.loads import machine_load

LONG = float(os.environ.get("BRIDGE_BENCH_SECONDS", "60"))
MOST_MEGABYTES = 300
"""What the design asks for (section "Size and speed expected")."""


def _family(process: int) -> Iterator[int]:
    """A process and all that it started."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            started = children.read_text().split()
        except OSError:
            continue
        for child in started:
            yield from _family(int(child))


def _megabytes(process: int) -> float:
    """What they hold together; what they share is counted once."""
    kilobytes = 0
    for one in _family(process):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def _steps(progress: Path) -> list[int]:
    """What the plans cost that were told of so far."""
    lines = [json.loads(line) for line in progress.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return [line["incumbent"] for line in lines if line["stage"] == "cost" and line["incumbent"] is not None]


@pytest.mark.timeout(0)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_large_solve_is_stopped(number: signal.Signals, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The best plan so far is written with status ``stopped`` and exit status 0, and keeps every rule."""
    text = json.dumps(event_of("mixed", seed=1, sessions=1000, rooms=30, days=5))
    problem, outcome = tmp_path / "problem.json", tmp_path / "outcome.json"
    problem.write_text(text)
    command = [sys.executable, "-m", "scheduler", "solve", "agenda", problem, "-o", outcome]
    command += ["--time-limit", "3600", "--workers", "2", "--progress"]
    progress = tmp_path / "progress"
    with progress.open("w") as told, subprocess.Popen(command, stderr=told) as running:
        while not (steps := _steps(progress)):
            assert running.poll() is None
            time.sleep(0.1)
        until, most = time.monotonic() + LONG, 0.0
        while time.monotonic() < until and running.poll() is None:
            most = max(most, _megabytes(running.pid))
            time.sleep(0.25)
        running.send_signal(number)
        asked = time.monotonic()
        status = running.wait()
        needed = time.monotonic() - asked

    assert status == 0
    written = json.loads(outcome.read_text())
    assert written["status"] == "stopped"
    solved = read_problem(text)
    assert validate(solved, read_solution(outcome.read_text(), solved)) == ()
    with capsys.disabled():
        print(f"\n1,000 sessions, {number.name} after {LONG:.0f} s, load of the machine {machine_load()}")
        print(
            f"  written after {needed:.1f} s, exit status {status}, first plan after {written['first_seconds']:.2f} s"
        )
        cost = next(stage for stage in written["stages"] if stage["name"] == "cost")
        print(f"  cost {steps[0]} at first, {cost['value']} at the end, bound {cost['bound']}")
        print(f"  most memory of all processes {most:.0f} MB, asked {MOST_MEGABYTES} MB")
    assert most <= MOST_MEGABYTES
