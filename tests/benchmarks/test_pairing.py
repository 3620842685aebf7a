"""The pairing figures that are asked for beside those reached, with a plain model on the same problems.

Medians of ``ROUNDS`` seeds, one sitting, one machine; seconds in process, so without start and imports.
``BRIDGE_BENCH_SECONDS`` shortens the long runs, ``BRIDGE_BENCH_ROUNDS`` says how many seeds.
"""

import json
import os
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest

from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import StageResult
from scheduler.core.staged import Staged, solve_in_stages
from scheduler.pairing.catalogue import catalogue_of
from scheduler.pairing.explain import explain
from scheduler.pairing.model import build
from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.score import Pool, stages_of
from scheduler.pairing.solve import solve
from scheduler.pairing.validation import validate
from tests.benchmarks.pairing_pools import KINDS, pool_of

ROUNDS = int(os.environ.get("BRIDGE_BENCH_ROUNDS", "5"))
LONG = float(os.environ.get("BRIDGE_BENCH_SECONDS", "60"))
FIRST = ("reached", "paired", "lowest")
Row = tuple[str, str, str, str]


def _problem(kind: str, cities: int, seed: int) -> PairingProblem:
    return read_problem(json.dumps(pool_of(kind, cities=cities, seed=seed)))


def _solved(problem: PairingProblem, seconds: float) -> Any:
    outcome = solve(problem, limits=Limits(time_limit=seconds, workers=2))
    assert outcome.solution is not None and validate(problem, outcome.solution) == ()
    return outcome


def _plain(problem: PairingProblem, seconds: float) -> Staged:
    """A boolean for each candidate given to CP-SAT stage by stage, as it is."""
    stopwatch = Stopwatch()
    pool = Pool(problem)
    catalogue = catalogue_of(pool)
    candidates = [catalogue.candidate(number) for number in range(len(catalogue))]
    built = build(pool, candidates, wanted=set(stages_of(problem)))
    limits = Limits(time_limit=seconds, workers=2)
    return solve_in_stages(built.model, built.stages, limits=limits, control=Control(), stopwatch=stopwatch)


def _gaps(stages: tuple[StageResult, ...]) -> str:
    """How far each stage is from its bound; a stage that was not come to has none."""
    said = []
    for stage in stages:
        if stage.value is None or stage.bound is None:
            said.append(f"{stage.name} no bound")
        elif stage.value != stage.bound:
            said.append(f"{stage.name} {abs(stage.bound - stage.value) / max(1, abs(stage.bound)):.1%}")
    return ", ".join(said) or "all proven"


def _sized(cities: int, kind: str) -> list[Row]:
    outcomes = [_solved(_problem(kind, cities, seed), LONG) for seed in range(1, ROUNDS + 1)]
    first = [sum(stage.seconds for stage in one.stages if stage.name in FIRST) for one in outcomes]
    proven = sum(one.status == "optimal" for one in outcomes)
    open_ = "; ".join(_gaps(one.stages) for one in outcomes if one.status != "optimal")
    plain = _gaps(_plain(_problem(kind, cities, 1), LONG).stages) if cities <= 136 else ""
    seconds = [one.seconds for one in outcomes]
    return [
        (
            f"{cities} {kind}: first three stages, all",
            "10, 60 s" if cities <= 136 else "1 %, 60 s",
            f"{median(first):.1f} s, {median(seconds):.1f} s, worst {max(seconds):.1f} s, proven {proven} of {ROUNDS}",
            plain,
        ),
        *([(f"{cities} {kind}: what is open", "", open_, "")] if open_ else []),
    ]


def _why(kind: str) -> list[Row]:
    times, settled, count = [], 0, 0
    for seed in range(1, ROUNDS + 1):
        problem = _problem(kind, 177, seed)
        plan = _solved(problem, LONG).solution
        for city in plan.unpaired[:3]:
            alone = plan.model_copy(update={"unpaired": (city,)})
            explanation = explain(problem, solution=alone, limits=Limits(time_limit=LONG, workers=2))
            times.append(explanation.seconds)
            settled += explanation.status == "feasible"
            count += 1
    said = (
        f"{median(times):.1f} s, worst {max(times):.1f} s, settled {settled} of {count}" if times else "all are paired"
    )
    return [(f"177 {kind}: why one city has no partner", "a few s", said, "")]


TABLES: dict[str, Callable[[], list[Row]]] = {
    **{f"136-{kind}": lambda kind=kind: _sized(136, kind) for kind in KINDS},  # type: ignore[misc]
    **{f"500-{kind}": lambda kind=kind: _sized(500, kind) for kind in KINDS},  # type: ignore[misc]
    **{f"why-{kind}": lambda kind=kind: _why(kind) for kind in ("wide", "ruled", "kept")},  # type: ignore[misc]
}


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", TABLES)
def test_pairing_figures(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = TABLES[name]()
    with capsys.disabled():
        print(f"\n{'pairing':<48} {'asked':>10}  {'reached':<62} plain model, first seed")
        for what, asked, reached, plain in rows:
            print(f"{what:<48} {asked:>10}  {reached:<62} {plain}")
