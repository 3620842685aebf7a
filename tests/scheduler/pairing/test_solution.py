"""A solution or an outcome is read; what the problem does not know is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.core.limits import Limits
from scheduler.core.refusal import Refused
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution, read_solution
from scheduler.pairing.solve import solve


def test_solution_and_outcome_are_read_alike(case_pool: Callable[..., PairingProblem]) -> None:
    problem = case_pool()
    outcome = solve(problem, limits=Limits(workers=1))
    assert outcome.solution is not None
    assert read_solution(outcome.model_dump_json(), problem) == outcome.solution
    assert read_solution(outcome.solution.model_dump_json(), problem) == outcome.solution


def test_reasons_are_written_with_from_and_to(case_pool: Callable[..., PairingProblem], pools: Any) -> None:
    written = json.loads(pools.plan(case_pool(), ("ava", "bo", "unit")).model_dump_json())
    reason = written["partnerships"][0]["reasons"][0]
    assert set(reason) == {"kind", "from", "to", "challenge", "value"}


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("partnerships", 0, "members", 1, "id"), "x", "partnerships[0].members[1].id: no city or facilitator 'x'"),
        (("partnerships", 0, "reasons", 0, "to"), "x", "partnerships[0].reasons[0].to: no city or facilitator 'x'"),
        (("unpaired", 0, "id"), "unit", "unpaired[0].id: no city 'unit'"),
    ],
)
def test_unknown_reference_is_refused(
    case_pool: Callable[..., PairingProblem], pools: Any, where: tuple[str | int, ...], value: str, said: str
) -> None:
    problem = case_pool()
    document = json.loads(pools.plan(problem, ("ava", "bo")).model_dump_json())
    place = document
    for part in where[:-1]:
        place = place[part]
    place[where[-1]] = value
    with pytest.raises(Refused) as caught:
        read_solution(json.dumps(document), problem)
    assert said in [str(complaint) for complaint in caught.value.complaints]


def test_outcome_without_solution_is_refused(case_pool: Callable[..., PairingProblem]) -> None:
    problem = case_pool(pins=[["ava", "bo"], ["bo", "cal"]])
    outcome = solve(problem, limits=Limits(workers=1))
    assert outcome.status == "infeasible"
    with pytest.raises(Refused, match="holds no solution"):
        read_solution(outcome.model_dump_json(), problem)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"partnerships": [{"members": []}]}', '{"format": "bridge-outcome/1"}']
)
def test_what_is_no_solution_is_refused(case_pool: Callable[..., PairingProblem], text: str) -> None:
    with pytest.raises(Refused):
        read_solution(text, case_pool())


def test_an_empty_solution_is_read(case_pool: Callable[..., PairingProblem]) -> None:
    assert read_solution('{"format": "bridge-pairing-solution/1"}', case_pool()) == PairingSolution()
