"""Sessions taken out and put back by the compiled kernel: right plans, whose cost is the one counted (AGD-01)."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.agenda.first_plan import first_plan
from scheduler.agenda.first_plan.board import Place
from scheduler.agenda.first_plan.ground import Grounds
from scheduler.agenda.legal import Legal
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import solution_of
from scheduler.agenda.problem import AgendaProblem
from scheduler.agenda.reinserting import arrays, improving, may_reinsert
from scheduler.agenda.reinserting.annealing import anneal
from scheduler.agenda.reinserting.improving import reinsert
from scheduler.agenda.reinserting.kernel import OUT
from scheduler.agenda.reinserting.loading import Kernel
from scheduler.agenda.score import stage_values
from scheduler.agenda.solution import AgendaSolution, Placement
from scheduler.agenda.solve import solve
from scheduler.agenda.turns import Turn
from scheduler.agenda.validation import validate
from scheduler.core.limits import Limits

many = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)


def _told_by_sessions(problem: AgendaProblem) -> AgendaProblem:
    """Without the one term that cannot be told session by session."""
    return problem.model_copy(update={"weights": problem.weights.model_copy(update={"day_balance": 0})})


def _can_move(problem: AgendaProblem, seed: int) -> bool:
    """Whether the construction has a plan in which some session could be elsewhere."""
    legal = legal_of(problem)
    attempt = first_plan(problem, legal, seed=seed)
    return attempt.is_complete and any(_places(legal[one.session]) > 1 for one in attempt.placements)


def _places(legal: Legal) -> int:
    return sum(end - start for spans in legal.rooms.values() for start, end in spans)


def _laid_out(problem: AgendaProblem, seed: int) -> tuple[Grounds, Any, Any]:
    attempt = first_plan(problem, legal_of(problem), seed=seed)
    assert attempt.is_complete
    grounds = Grounds(problem, legal_of(problem))
    places = {
        grounds.number[one.session]: Place(one.start - grounds.origin, grounds.room_number[one.room])
        for one in attempt.placements
    }
    facts = arrays.facts_of(grounds)
    return grounds, facts, arrays.plan_of(grounds, facts, places, seed=seed)


def _solution(grounds: Grounds, starts: Any, rooms: Any) -> AgendaSolution:
    problem = grounds.problem
    return solution_of(
        problem,
        [
            Placement(session=one.id, start=int(starts[number]) + grounds.origin, room=problem.rooms[rooms[number]].id)
            for number, one in enumerate(problem.sessions)
            if starts[number] != OUT
        ],
    )


def _keeps_every_rule_and_counts(problem: AgendaProblem, seed: int) -> None:
    grounds, facts, plan = _laid_out(problem, seed)
    before = stage_values(problem, _solution(grounds, plan.start, plan.room))
    known = int(plan.cost[0])
    for temperature in (50.0, 5.0, 1.0, 0.1):
        for most in (1, 3, 8):
            anneal(facts, plan, 15, most, temperature)
            for starts, rooms, cost in (
                (plan.start, plan.room, plan.cost[0]),
                (plan.best_start, plan.best_room, plan.cost[1]),
            ):
                solution = _solution(grounds, starts, rooms)
                assert validate(problem, solution) == ()
                values = stage_values(problem, solution)
                assert values["unplaced"] == before["unplaced"]
                assert values["cost"] - before["cost"] == cost - known
            assert plan.cost[1] <= plan.cost[0]


@many
@given(seed=st.integers(0, 100_000))
def test_whatever_is_moved_no_rule_is_broken_and_the_cost_is_the_one_counted(seed: int, tiny: Any) -> None:
    """Beside every rule there is: people, ways, rests, order, units, the limit at once, plenaries, shared rooms."""
    problem = _told_by_sessions(tiny(seed))
    assume(_can_move(problem, seed))
    _keeps_every_rule_and_counts(problem, seed)


def test_who_joins_two_sessions_by_its_room_goes_in_where_both_are_or_not_at_all(tiny: Any) -> None:
    """The first is put into one room and the third into another while the second, which is with both, is out."""
    _keeps_every_rule_and_counts(_told_by_sessions(tiny(2392)), 2392)


@pytest.mark.parametrize("seed", range(6))
def test_the_same_holds_in_full_rooms(planted: Any, seed: int) -> None:
    _keeps_every_rule_and_counts(_told_by_sessions(planted(seed, 40, fullness=0.85)), seed)


@pytest.mark.parametrize("forgotten", ["beside", "apart", "after", "uses", "together"])
def test_a_kernel_that_forgets_a_rule_is_found(tiny: Any, monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    """The control: without what it knows of a rule, some plan of many breaks it."""
    whole = arrays.facts_of

    def without(grounds: Grounds) -> Any:
        facts = whole(grounds)
        return facts._replace(**{f"{forgotten}_at": np.zeros_like(getattr(facts, f"{forgotten}_at"))})

    monkeypatch.setattr(arrays, "facts_of", without)
    found = 0
    for seed in range(400):
        problem = _told_by_sessions(tiny(seed))
        if not _can_move(problem, seed):
            continue
        grounds, facts, plan = _laid_out(problem, seed)
        for _ in range(10):
            anneal(facts, plan, 5, 3, 100.0)
            found += bool(validate(problem, _solution(grounds, plan.start, plan.room)))
        if found:
            return
    pytest.fail("no plan broke the rule")


def test_it_comes_to_the_optimum_of_small_problems(tiny: Any, brute_force: Any) -> None:
    reached = 0
    for seed in range(60):
        problem = _told_by_sessions(tiny(seed))
        attempt = first_plan(problem, legal_of(problem), seed=seed)
        if not attempt.is_complete or any(not one.is_required for one in problem.sessions):
            continue
        offered = [list(attempt.placements)]
        reinsert(
            problem,
            legal_of(problem),
            attempt.placements,
            limits=Limits(workers=1, budget=1),
            seconds=0,
            is_over=lambda: False,
            offer=offered.append,
        )
        values = stage_values(problem, solution_of(problem, offered[-1]))
        assert (values["unplaced"], values["cost"]) == brute_force(problem)
        reached += 1
    assert reached > 5


def test_one_worker_seed_and_budget_give_the_same_plans_twice(planted: Any) -> None:
    problem = _told_by_sessions(planted(3, 40, fullness=0.9))
    attempt = first_plan(problem, legal_of(problem), seed=3)
    assert attempt.is_complete

    def offers() -> list[list[Placement]]:
        offered: list[list[Placement]] = []
        reinsert(
            problem,
            legal_of(problem),
            attempt.placements,
            limits=Limits(workers=1, seed=2, budget=1),
            seconds=0,
            is_over=lambda: False,
            offer=offered.append,
        )
        return offered

    first = offers()
    assert first and first == offers()


@pytest.mark.parametrize("kernel", ["there", "not there"])
def test_the_solve_goes_on_with_parts_where_the_kernel_is_not_there(
    planted: Any, monkeypatch: pytest.MonkeyPatch, kernel: str
) -> None:
    problem = planted(3, 40, fullness=0.9)
    assert may_reinsert(problem)
    moved = 0
    whole = improving.reinsert

    def counted(*given: Any, **more: Any) -> float:
        nonlocal moved
        moved += 1
        return whole(*given, **more)

    monkeypatch.setattr(improving, "reinsert", counted)
    if kernel == "not there":
        monkeypatch.setattr(Kernel, "_load", lambda _self: None)

    def waited_for() -> Kernel:
        found = Kernel()
        found.wait()
        return found

    monkeypatch.setattr("scheduler.agenda.solve.Kernel", waited_for)
    turns = (Turn(patience=3, parts_until=0.5, whole_until=0.9, reinserts=True),)
    monkeypatch.setattr("scheduler.agenda.solve.turns_of", lambda *_given: turns)
    outcome = solve(problem, limits=Limits(time_limit=20, workers=1))
    assert outcome.status == "optimal"
    assert outcome.solution is not None and validate(problem, outcome.solution) == ()
    assert moved == (kernel == "there")
