"""The agenda figures that are asked for beside those reached, with a plain interval model on the same problems.

Medians of ``ROUNDS`` seeds, one sitting, one machine; seconds in process, so without start and imports, which the last
row has. ``BRIDGE_BENCH_SECONDS`` shortens the long runs.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from statistics import median
from time import process_time
from typing import Any

import pytest

from scheduler.agenda.explain import explain
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import build
from scheduler.agenda.problem import AgendaProblem, read_problem
from scheduler.agenda.solve import solve
from scheduler.agenda.validation import validate
from scheduler.core.cpsat import run
from scheduler.core.explanation import Fix
from scheduler.core.limits import Control, Limits, Progress, Stopwatch
from tests.benchmarks.agenda_contradictions import CONTRADICTIONS, SEVERAL, with_a_contradiction
from tests.benchmarks.agenda_events import event_of, with_a_change
from tests.scheduler.agenda.test_explain import mended

ROUNDS = 5
LONG = float(os.environ.get("BRIDGE_BENCH_SECONDS", "60"))
Row = tuple[str, str, str, str]


def _problem(kind: str, **size: Any) -> AgendaProblem:
    return read_problem(json.dumps(event_of(kind, **size)))


def _solved(problem: AgendaProblem, seconds: float) -> tuple[Any, int]:
    """The outcome, and what the first plan costs."""
    told: list[Progress] = []
    outcome = solve(problem, limits=Limits(time_limit=seconds, workers=2), control=Control(told.append))
    assert outcome.solution is not None and validate(problem, outcome.solution) == ()
    first = next(one.incumbent for one in told if one.stage == "cost")
    assert first is not None
    return outcome, first


def _plain(problem: AgendaProblem, seconds: float) -> tuple[float, int | None, bool]:
    """An interval model given to CP-SAT as it is: seconds, the cost found, whether that is proven."""
    stopwatch = Stopwatch()
    model = build(problem, legal_of(problem))
    model.cp.minimize(model.stage("cost").expression)
    solved = run(
        model.cp,
        stage="cost",
        sense="min",
        limits=Limits(workers=2),
        seconds=seconds,
        control=Control(),
        stopwatch=stopwatch,
    )
    return stopwatch.seconds, solved.objective, solved.status == "optimal"


def _small() -> list[Row]:
    problems = [
        _problem(kind, seed=seed, sessions=sessions, days=2)
        for kind in ("mixed", "clashes", "vips", "rooms")
        for sessions in (20, 40, 60, 80)
        for seed in range(ROUNDS)
    ]
    ours = [_solved(problem, 10)[0] for problem in problems]
    plain = [_plain(problem, 10) for problem in problems]
    quick = sum(one.status == "optimal" and one.seconds <= 1 for one in ours)
    plain_quick = sum(proven and seconds <= 1 for seconds, _, proven in plain)
    first = median(one.first_seconds * 1000 for one in ours)
    worst = max(one.first_seconds * 1000 for one in ours)
    return [
        ("20 to 80 sessions: first plan", "50 ms", f"{first:.0f} ms, worst {worst:.0f} ms", "none"),
        (
            f"20 to 80 sessions: proven in 1 s, of {len(ours)}",
            "95 %",
            f"{quick / len(ours):.0%}",
            f"{plain_quick / len(ours):.0%}",
        ),
    ]


def _large(sessions: int, rooms: int, days: int) -> list[Row]:
    name = f"{sessions} x {rooms} x {days}"
    found = []
    for seed in range(1, ROUNDS + 1):
        problem = _problem("mixed", seed=seed, sessions=sessions, rooms=rooms, days=days)
        outcome, first = _solved(problem, LONG)
        cost = outcome.stages[1]
        plain = _plain(problem, LONG)[1] if seed == 1 else None
        found.append(
            (outcome.first_seconds, cost.value / first, cost.value / max(1, cost.bound) - 1, plain, cost.value)
        )
    asked = ("0.2 s", "any", "10 %") if sessions <= 300 else ("0.5 s", "0.35", "any")
    return [
        (f"{name}: first plan", asked[0], f"{median(one[0] for one in found):.2f} s", "none"),
        (f"{name}: cost at {LONG:.0f} s, of the first plan's", asked[1], f"{median(one[1] for one in found):.2f}", ""),
        (f"{name}: above the bound", asked[2], f"{median(one[2] for one in found):.1%}", ""),
        (f"{name}: cost, first seed", "", str(found[0][4]), str(found[0][3])),
    ]


def _dense() -> list[Row]:
    rows = []
    for kind, days, events in (("mixed", 2, ROUNDS), ("vips", 2, ROUNDS), ("clashes", 1, 2 * ROUNDS)):
        problems = [_problem(kind, seed=seed, sessions=80, days=days, fullness=0.84) for seed in range(1, events + 1)]
        ours = [_solved(problem, 10)[0] for problem in problems]
        plain = [_plain(problem, LONG) for problem in problems]
        name = f"80 sessions, 84 % full, {kind}, days: {days}"
        costs = [one.stages[1].value for one in ours]
        rows += [
            (f"{name}: cost at 10 s (plain at {LONG:.0f} s)", "less", str(costs), str([one[1] for one in plain])),
            (f"{name}: ended after", "", _ended([one.seconds for one in ours]), _ended([one[0] for one in plain])),
        ]
    return rows


def _ended(seconds: list[float]) -> str:
    return f"{median(seconds):.1f} s, worst {max(seconds):.1f} s"


def _again(sessions: int, rooms: int | None, days: int, asked: str) -> list[Row]:
    rows = []
    for change in ("day lost", "room closed"):
        times, proven = [], 0
        for seed in count(1):
            document = event_of("mixed", seed=seed, sessions=sessions, rooms=rooms, days=days)
            outcome = _solved(read_problem(json.dumps(document)), 3)[0]
            plan = [json.loads(one.model_dump_json()) for one in outcome.solution.placements]
            changed = read_problem(json.dumps(with_a_change(document, plan, change)))
            again = solve(changed, limits=Limits(time_limit=20, workers=2))
            # That a change leaves no plan at all mostly shows at once: such events say nothing about moves.
            if again.status == "infeasible":
                continue
            assert again.solution is not None and validate(changed, again.solution) == ()
            times.append(again.seconds)
            proven += again.status == "optimal"
            if len(times) == ROUNDS:
                break
        said = f"{median(times):.2f} s, worst {max(times):.2f} s, proven {proven} of {ROUNDS}"
        rows.append((f"{sessions} sessions, {change}: fewest moves", asked, said, ""))
    return rows


def _why(sessions: int, rooms: int | None, days: int, asked: str) -> list[Row]:
    rows = []
    for contradiction in ("one morning", "large room"):
        times, named = [], []
        for seed in range(1, ROUNDS + 1):
            document = event_of("mixed", seed=seed, sessions=sessions, rooms=rooms, days=days)
            explanation = explain(
                read_problem(json.dumps(with_a_contradiction(document, contradiction))),
                limits=Limits(time_limit=30, workers=2),
            )
            times.append(explanation.seconds)
            named.append(len(explanation.facts))
        said = f"{median(times):.2f} s, {median(named):.0f} facts"
        rows.append((f"{sessions} sessions, {contradiction}: blocking set and fix", asked, said, ""))
    return rows


def _survey(sessions: int, rooms: int | None, days: int, asked: str) -> list[Row]:
    """Every kind of contradiction, one event each: how long it takes to explain, and whether what is offered mends.

    Processor time stands beside the seconds, since it says more where the machine is busy.
    """
    rows = []
    for kind in (*CONTRADICTIONS, *SEVERAL):
        document = event_of("mixed", seed=1, sessions=sessions, rooms=rooms, days=days)
        problem = read_problem(json.dumps(with_a_contradiction(document, kind)))
        before = process_time()
        explanation = explain(problem, limits=Limits(time_limit=30, workers=2))
        worked = process_time() - before
        fixes = (explanation.fix,) if explanation.fix is not None else explanation.fixes or ()
        facts = f"{len(explanation.facts)} facts, {_mends(problem, fixes)}"
        said = f"{explanation.seconds:.2f} s ({worked:.2f} of CPU), {facts}"
        rows.append((f"{sessions} sessions, {kind}", asked, said, ""))
    return rows


def _mends(problem: AgendaProblem, fixes: tuple[Fix, ...]) -> str:
    """What is offered, and whether a solve from nothing finds a plan with it that keeps every rule."""
    if not fixes:
        return "nothing offered"
    changed = mended(json.loads(problem.model_dump_json()), fixes)
    found = solve(changed, limits=Limits(time_limit=5, workers=2)).solution
    shown = "a plan" if found is not None and not validate(changed, found) else "no plan in 5 s"
    return f"{fixes[0].path}: {shown}" if len(fixes) == 1 else f"{len(fixes)} changes: {shown}"


def _start_up() -> list[Row]:
    code = "import time; t = time.monotonic(); import scheduler.agenda.solve; print(time.monotonic() - t)"
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(ROUNDS)
    ]
    return [("imports, once a process", "", f"{median(times):.2f} s", "")]


TABLES: dict[str, Callable[[], list[Row]]] = {
    "small": _small,
    "300": lambda: _large(300, 15, 4),
    "1000": lambda: _large(1000, 30, 5),
    "dense": _dense,
    "replan-80": lambda: _again(80, None, 2, "0.3 s"),
    "replan-300": lambda: _again(300, 15, 4, "2 s"),
    "explain-80": lambda: _why(80, None, 2, "0.2 s"),
    "explain-1000": lambda: _why(1000, 30, 5, "1 s"),
    "contradictions-80": lambda: _survey(80, None, 2, "0.2 s"),
    "contradictions-1000": lambda: _survey(1000, 30, 5, "1 s"),
    "start-up": _start_up,
}


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", TABLES)
def test_agenda_figures(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = TABLES[name]()
    with capsys.disabled():
        print(f"\n{'agenda':<64} {'asked':>8}  {'reached':<44} plain interval model")
        for what, asked, reached, plain in rows:
            print(f"{what:<64} {asked:>8}  {reached:<44} {plain}")
