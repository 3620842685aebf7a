"""Clauses against the model that they come from, and the proof by processes that end when nobody waits for them."""

import random
import threading
import time
from itertools import product

import pytest
from ortools.sat.python import cp_model
from pysat.solvers import Solver

from scheduler.core.clauses import COUNTERS, NotClauses, clauses_of
from scheduler.core.limits import Control, Stopwatch
from scheduler.core.maxsat import prove
from scheduler.core.prover import SOLVER


def random_model(chance: random.Random) -> cp_model.CpModel:
    """Up to eight decisions under every kind of constraint that the translation knows."""
    model = cp_model.CpModel()
    literals = [model.new_bool_var(f"b{number}") for number in range(chance.randint(4, 8))]
    level = model.new_int_var(chance.choice([0, 1]), chance.randint(2, 4), "level")
    signed = lambda: chance.choice([one if chance.random() < 0.7 else ~one for one in literals])  # noqa: E731
    for _ in range(chance.randint(2, 5)):
        some = [signed() for _ in range(chance.randint(2, 4))]
        kind = chance.randrange(7)
        if kind == 0:
            model.add_bool_or(some)
        elif kind == 1:
            model.add_at_most_one(chance.sample(literals, 3))
        elif kind == 2:
            model.add_exactly_one(chance.sample(literals, 3))
        elif kind == 3:
            model.add_implication(signed(), signed())
        elif kind == 4:
            factors = [chance.choice([1, 1, 2, -1]) for _ in some]
            model.add(cp_model.LinearExpr.weighted_sum(some, factors) <= chance.randint(0, 2))
        elif kind == 5:
            model.add(cp_model.LinearExpr.sum(some) >= level - 1).only_enforce_if(signed())
        else:
            model.add(cp_model.LinearExpr.sum(some) == chance.randint(0, 2))
    weights = [chance.choice([-1, 0, 1, 2, 3]) for _ in literals]
    model.minimize(cp_model.LinearExpr.weighted_sum(literals, weights) + level + 7)
    return model


def proven(model: cp_model.CpModel, *, workers: int = 2, seconds: float = 60, control: Control | None = None):
    return prove(
        model,
        stage="cost",
        workers=workers,
        seconds=seconds,
        control=control or Control(),
        stopwatch=Stopwatch(),
    )


@pytest.mark.parametrize("seed", range(25))
def test_a_proof_says_what_cp_sat_says(seed: int) -> None:
    model = random_model(random.Random(seed))
    solver = cp_model.CpSolver()
    status = solver.solve(model)
    found = proven(model, workers=1 + seed % 2)
    assert found is not None
    if status == cp_model.INFEASIBLE:
        assert (found.status, found.values) == ("infeasible", None)
        return
    assert found.status == "optimal" and found.values is not None
    assert found.objective == found.bound == round(solver.objective_value)
    fixed = model.clone()
    for index, value in enumerate(found.values):
        fixed.add(fixed.get_int_var_from_proto_index(index) == value)
    check = cp_model.CpSolver()
    assert check.solve(fixed) == cp_model.OPTIMAL and round(check.objective_value) == found.objective


@pytest.mark.parametrize("counter", COUNTERS)
def test_what_is_no_clause_is_said_to_be_none(counter) -> None:
    model = cp_model.CpModel()
    many = model.new_int_var(0, 1_000, "many")
    model.minimize(many)
    with pytest.raises(NotClauses):
        clauses_of(model, counter=counter)
    assert proven(model) is None


def test_a_product_is_no_clause() -> None:
    model = cp_model.CpModel()
    first, second, both = (model.new_bool_var(name) for name in "abc")
    model.add_multiplication_equality(both, [first, second])
    with pytest.raises(NotClauses):
        clauses_of(model, counter="totalizer")


@pytest.mark.parametrize("counter", COUNTERS)
def test_a_counted_sum_takes_no_plan_away_and_lets_none_in(counter) -> None:
    for size, most in ((7, 2), (7, 5), (9, 3), (9, 4)):
        model = cp_model.CpModel()
        literals = [model.new_bool_var(f"b{number}") for number in range(size)]
        model.add(cp_model.LinearExpr.sum(literals) <= most)
        clauses = clauses_of(model, counter=counter)
        with Solver(SOLVER, bootstrap_with=clauses.hard) as solver:
            for chosen in product((False, True), repeat=size):
                steps = [meaning[1][0] for meaning in clauses.meaning]
                wanted = [step if holds else -step for step, holds in zip(steps, chosen, strict=True)]
                assert solver.solve(assumptions=wanted) == (sum(chosen) <= most)


def pigeons(holes: int) -> cp_model.CpModel:
    """One pigeon more than holes: as clauses without counting nobody proves that soon."""
    model = cp_model.CpModel()
    sits = [[model.new_bool_var(f"{pigeon}-{hole}") for hole in range(holes)] for pigeon in range(holes + 1)]
    for row in sits:
        model.add_bool_or(row)
    for column in zip(*sits, strict=True):
        for position, one in enumerate(column):
            for other in column[:position]:
                model.add_bool_or([~one, ~other])
    model.minimize(sits[0][0])
    return model


def test_a_stop_ends_the_processes() -> None:
    control = Control()
    threading.Timer(1.0, control.stop).start()
    started = time.monotonic()
    found = proven(pigeons(14), control=control)
    assert found is not None and found.status == "unknown"
    assert time.monotonic() - started < 30


def test_the_time_given_ends_the_processes() -> None:
    found = proven(pigeons(14), seconds=1.5)
    assert found is not None and (found.status, found.values) == ("unknown", None)
