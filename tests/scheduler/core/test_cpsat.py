"""The one place that runs CP-SAT: answers, bounds, hints, limits, stop; and objectives in stages."""

import os
import random
import signal
import threading
import time
from typing import Any

import pytest
from ortools.sat.python import cp_model

from scheduler.core.cpsat import hint_of, run
from scheduler.core.limits import Control, Limits, Progress, Stopwatch
from scheduler.core.staged import Stage, solve_in_stages

ONE = Limits(time_limit=10, workers=1)
LONG = Limits(time_limit=60, workers=1)
WEIGHTS = [random.Random(index).randint(-9, 9) for index in range(60)]


def solve(model: cp_model.CpModel, **options: Any) -> Any:
    given = {"stage": "cost", "sense": "min", "limits": ONE, "seconds": 10.0, "control": Control()}
    return run(model, **{**given, "stopwatch": Stopwatch(), **options})


def hard_model() -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """One whose optimum nobody proves in a few seconds, and its variables."""
    rng = random.Random(1)
    model = cp_model.CpModel()
    starts = [model.new_int_var(0, 1000, "") for _ in WEIGHTS]
    for _ in range(60):
        some = rng.sample(starts, 30)
        model.add_no_overlap([model.new_fixed_size_interval_var(one, rng.randint(5, 15), "") for one in some])
    model.minimize(sum(weight * one for weight, one in zip(WEIGHTS, starts, strict=True)))
    return model, starts


def test_a_value_that_is_known_to_be_the_best_ends_the_search() -> None:
    model, _ = hard_model()
    first = solve(model, deterministic_time=0.5)
    again = solve(model, hint=hint_of(first.values), deterministic_time=20.0, enough=first.objective)
    assert (again.status, again.objective) == ("feasible", first.objective)
    assert again.deterministic_time < 10


def test_an_optimum_has_its_own_value_as_bound() -> None:
    model = cp_model.CpModel()
    x = model.new_int_var(0, 9, "x")
    model.add(2 * x >= 7)
    model.minimize(x)
    solved = solve(model)
    assert (solved.status, solved.objective, solved.bound, solved.value(x)) == ("optimal", 4, 4, 4)


def test_infeasible_has_no_values() -> None:
    model = cp_model.CpModel()
    model.add_bool_or([])
    solved = solve(model, sense=None)
    assert (solved.status, solved.values, solved.objective) == ("infeasible", None, None)


def test_an_invalid_model_is_an_error() -> None:
    model = cp_model.CpModel()
    x = model.new_int_var(0, 2**40, "x")
    model.add(2**40 * x <= 5)
    with pytest.raises(ValueError, match="invalid model"):
        solve(model, sense=None)


def test_a_hint_is_taken_and_replaced() -> None:
    model = cp_model.CpModel()
    x = model.new_int_var(0, 1000, "x")
    # Where presolve settles everything a hint is not looked at; this makes the library show which one it was given.
    shown = {"fix_variables_to_their_hinted_value": True}
    solved = solve(model, sense=None, hint={x.index: 421}, parameters=shown)
    assert solved.value(x) == 421
    assert solve(model, sense=None, hint={x.index: 7}, parameters=shown).value(x) == 7
    assert hint_of(solved.values) == {x.index: 421}


def test_progress_carries_stage_value_and_bound() -> None:
    told: list[Progress] = []
    model = cp_model.CpModel()
    model.minimize(model.new_int_var(3, 9, "x"))
    solve(model, control=Control(told.append), stage="lowest")
    assert (told[-1].stage, told[-1].incumbent, told[-1].bound) == ("lowest", 3, 3)


def test_a_search_without_objective_reports_no_value() -> None:
    told: list[Progress] = []
    model = cp_model.CpModel()
    model.new_int_var(3, 9, "x")
    assert solve(model, sense=None, control=Control(told.append)).status == "optimal"
    assert told == []


def test_deterministic_time_ends_a_search() -> None:
    started = time.monotonic()
    solved = solve(hard_model()[0], deterministic_time=0.2, seconds=60)
    assert solved.status in ("feasible", "unknown")
    assert time.monotonic() - started < 30


def test_a_stop_from_another_thread_ends_a_search() -> None:
    control, started = Control(), time.monotonic()
    timer = threading.Timer(0.5, control.stop)
    timer.start()
    solved = solve(hard_model()[0], control=control, seconds=60)
    assert solved.status in ("feasible", "unknown")
    assert time.monotonic() - started < 30


def test_a_stop_before_the_search_is_not_forgotten() -> None:
    control, started = Control(), time.monotonic()
    control.stop()
    solve(hard_model()[0], control=control, seconds=60)
    assert time.monotonic() - started < 30


def test_a_signal_is_handled_while_the_search_runs() -> None:
    control, started = Control(), time.monotonic()
    before = signal.signal(signal.SIGUSR1, lambda *_: control.stop())
    try:
        threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGUSR1)).start()
        solve(hard_model()[0], control=control, seconds=60)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert control.is_stopped
    assert time.monotonic() - started < 30


def staged(model: cp_model.CpModel, stages: list[Stage], **options: Any) -> Any:
    given = {"limits": ONE, "control": Control(), "stopwatch": Stopwatch()}
    return solve_in_stages(model, stages, **{**given, **options})


def test_a_later_stage_never_worsens_an_earlier_one() -> None:
    model = cp_model.CpModel()
    x, y = model.new_int_var(0, 10, "x"), model.new_int_var(0, 10, "y")
    model.add(x + y <= 12)
    found = staged(model, [Stage("first", "max", x), Stage("second", "max", y), Stage("third", "min", x - y)])
    assert found.status == "optimal"
    assert [(one.name, one.value, one.bound) for one in found.stages] == [
        ("first", 10, 10),
        ("second", 2, 2),
        ("third", 8, 8),
    ]
    assert (found.last.value(x), found.last.value(y)) == (10, 2)


def test_infeasible_stages_are_none() -> None:
    model = cp_model.CpModel()
    model.add_bool_or([])
    assert staged(model, [Stage("first", "min", model.new_int_var(0, 1, ""))]).status == "infeasible"


def test_a_stopped_stage_keeps_its_best() -> None:
    control = Control()
    timer = threading.Timer(1.5, control.stop)
    timer.start()
    model, starts = hard_model()
    spread = sum(weight * one for weight, one in zip(WEIGHTS, starts, strict=True))
    found = staged(
        model, [Stage("first", "min", spread), Stage("second", "max", starts[0])], control=control, limits=LONG
    )
    timer.cancel()
    assert found.status == "stopped"
    assert [one.name for one in found.stages] == ["first"]
    assert found.stages[0].bound < found.stages[0].value
    assert found.last.value(starts[0]) >= 0
