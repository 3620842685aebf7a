"""Each stage of large pairings: value, bound, gap and seconds; at 136 cities beside a plain model.

Asked: 136 cities, the first three stages proven in 10 s and all in 60 s; 500 cities, each stage within 1 % of its bound
in 60 s. Seconds in process, so without start and imports; on a machine with other work the seconds of the processor
say more. ``BRIDGE_BENCH_SECONDS`` shortens the long runs, ``BRIDGE_BENCH_ROUNDS`` says how many seeds;
``pytest tests/benchmarks/test_pairing.py -k 500-ruled`` runs one table.
"""

import json
import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import pytest

from scheduler.core.limits import Control, Limits, Stopwatch
from scheduler.core.outcome import StageResult
from scheduler.core.staged import Staged, solve_in_stages
from scheduler.pairing.catalogue import catalogue_of
from scheduler.pairing.explain import explain_city
from scheduler.pairing.model import build
from scheduler.pairing.problem import PairingProblem, read_problem
from scheduler.pairing.score import Pool, stages_of
from scheduler.pairing.solve import solve
from scheduler.pairing.validation import validate
from tests.benchmarks.pairing_pools import KINDS, pool_of

ROUNDS = int(os.environ.get("BRIDGE_BENCH_ROUNDS", "5"))
LONG = float(os.environ.get("BRIDGE_BENCH_SECONDS", "60"))
Row = tuple[str, str, str, str, str]


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


def _gap(stage: StageResult) -> str:
    if stage.value is None or stage.bound is None:
        return "no bound"
    if stage.value == stage.bound:
        return "proven"
    return f"{abs(stage.bound - stage.value) / max(1, abs(stage.bound)):.2%}"


def _stage_rows(stages: tuple[StageResult, ...]) -> list[Row]:
    return [(f"  {one.name}", f"{one.value}", f"{one.bound}", _gap(one), f"{one.seconds:.1f}") for one in stages]


def _sized(cities: int, kind: str) -> list[Row]:
    """A line for each seed, and below it one for each stage; at 136 cities the plain model as well."""
    rows: list[Row] = []
    for seed in range(1, ROUNDS + 1):
        problem, before = _problem(kind, cities, seed), time.process_time()
        outcome = _solved(problem, LONG)
        said = f"{outcome.status}, {time.process_time() - before:.1f} s of processor"
        rows.append((f"{cities} {kind}, seed {seed}: {said}", "", "", "", f"{outcome.seconds:.1f}"))
        rows += _stage_rows(outcome.stages)
    if cities <= 136:
        plain = _plain(_problem(kind, cities, 1), LONG)
        seconds = sum(one.seconds for one in plain.stages)
        rows.append((f"{cities} {kind}, seed 1: plain model", "", "", "", f"{seconds:.1f}"))
        rows += _stage_rows(plain.stages)
    return rows


def _why(cities: int, kind: str) -> list[Row]:
    """Why cities have no partner, one city at a time, three of each pool."""
    times, settled, count = [], 0, 0
    for seed in range(1, ROUNDS + 1):
        problem = _problem(kind, cities, seed)
        plan = _solved(problem, LONG).solution
        for city in plan.unpaired[:3]:
            explanation = explain_city(problem, plan=plan, city=city.id, limits=Limits(time_limit=LONG, workers=2))
            times.append(explanation.seconds)
            settled += explanation.status == "feasible"
            count += 1
    said = f"settled {settled} of {count}, median {median(times):.1f} s" if times else "all are paired"
    return [(f"{cities} {kind}: why, {said}", "", "", "worst", f"{max(times, default=0.0):.1f}")]


TABLES: dict[str, Callable[[], list[Row]]] = {
    **{f"{cities}-{kind}": partial(_sized, cities, kind) for cities in (136, 500) for kind in KINDS},
    **{
        f"why-{cities}-{kind}": partial(_why, cities, kind)
        for cities in (177, 500)
        for kind in ("wide", "ruled", "kept")
    },
}


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", TABLES)
def test_pairing_figures(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = TABLES[name]()
    with capsys.disabled():
        print(f"\n{'pairing':<62} {'value':>8} {'bound':>8} {'gap':>9} {'seconds':>8}")
        for what, value, bound, gap, seconds in rows:
            print(f"{what:<62} {value:>8} {bound:>8} {gap:>9} {seconds:>8}")
