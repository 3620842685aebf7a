"""The whole looked at together: some plan before a good one, never without time, and rooms that plenaries empty."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda import whole
from scheduler.agenda.first_plan import Attempt
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import build
from scheduler.agenda.solve import solve
from scheduler.agenda.validation import validate
from scheduler.core.cpsat import Solved, decided, run
from scheduler.core.limits import Limits

ONE = Limits(time_limit=20, workers=1)
NOTHING = Solved("unknown", None, None, None, 0.0, 0.0)


@pytest.fixture
def nothing_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """No construction comes to a plan."""
    monkeypatch.setattr(
        "scheduler.agenda.first_plan.constructing.first_plan", lambda *_given, **_more: Attempt((), is_complete=False)
    )


def _with_optional(problem: Any) -> Any:
    """The last session may be left out, which is then what the first stage counts."""
    *others, last = problem.sessions
    return problem.model_copy(update={"sessions": (*others, last.model_copy(update={"optional": True, "value": 5}))})


@pytest.mark.usefixtures("nothing_built")
def test_where_no_plan_is_known_any_will_do_before_a_good_one_is_looked_for(
    planted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any, bool]] = []

    def watched(*given: Any, **more: Any) -> Solved:
        asked.append((more["stage"], more["sense"], bool(more["hint"])))
        return run(*given, **more)

    monkeypatch.setattr(whole, "run", watched)
    problem = _with_optional(planted(3, 20, fullness=0.6))
    outcome = solve(problem, limits=ONE)
    assert outcome.status == "optimal"
    assert outcome.solution is not None and not validate(problem, outcome.solution)
    # Afterwards each stage starts from a plan.
    assert asked[0] == ("cost", None, False)
    assert asked[1:] and all(sense == "min" and is_hinted for _, sense, is_hinted in asked[1:])


@pytest.mark.usefixtures("nothing_built")
def test_no_search_begins_without_time_for_it(planted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def in_vain(*_given: Any, **more: Any) -> Solved:
        given.append(more["seconds"])
        time.sleep(max(0.0, more["seconds"]))
        return NOTHING

    monkeypatch.setattr(whole, "run", in_vain)
    outcome = solve(_with_optional(planted(3, 20, fullness=0.6)), limits=Limits(time_limit=0.4, workers=1))
    assert outcome.status == "unknown"
    assert given and min(given) > 0


@pytest.mark.usefixtures("nothing_built")
def test_what_one_seed_does_not_find_another_one_looks_for(planted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int | None] = []

    def in_vain(*given: Any, **more: Any) -> Solved:
        seeds.append(more["parameters"].get("random_seed"))
        return NOTHING if len(seeds) == 1 else run(*given, **more)

    monkeypatch.setattr(whole, "run", in_vain)
    outcome = solve(planted(3, 20, fullness=0.6), limits=Limits(workers=1, seed=7, budget=20))
    assert outcome.solution is not None
    assert seeds[:2] == [7, 8]


@pytest.mark.parametrize(("few", "searches"), [(120, None), (10, ("no_lp", "default_lp"))])
@pytest.mark.usefixtures("nothing_built")
def test_of_many_sessions_every_worker_looks_for_any_plan_in_a_tree(
    planted: Any, monkeypatch: pytest.MonkeyPatch, few: int, searches: tuple[str, ...] | None
) -> None:
    """Left to itself CP-SAT gives one of two workers to jumps, which find none where rooms are full."""
    asked: list[tuple[Any, Any]] = []

    def watched(*given: Any, **more: Any) -> Solved:
        asked.append((more["sense"], more["parameters"].get("subsolvers")))
        return run(*given, **more)

    monkeypatch.setattr(whole, "run", watched)
    monkeypatch.setattr("scheduler.agenda.solve.LARGE", few)
    monkeypatch.setattr("scheduler.agenda.turns.LARGE", few)
    problem = _with_optional(planted(3, 20, fullness=0.6))
    outcome = solve(problem, limits=Limits(time_limit=20, workers=2))
    assert outcome.status == "optimal"
    assert outcome.solution is not None and not validate(problem, outcome.solution)
    assert asked[0] == (None, searches)
    # A good plan is looked for with everything that CP-SAT has.
    assert asked[1:] and all(one == ("min", None) for one in asked[1:])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_with_plenaries_in_any_room_the_best_plan_is_found(seed: int, tiny: Any, brute_force: Any) -> None:
    """The time that they take from other rooms, turnover beside it, rules out no plan."""
    problem = tiny(seed)
    alone = [
        session.model_copy(update={"plenary": True, "optional": False}) if number == 0 else session
        for number, session in enumerate(problem.sessions)
    ]
    problem = problem.model_copy(update={"sessions": tuple(alone)})
    best = brute_force(problem)
    outcome = solve(problem, limits=ONE)
    assert (tuple(stage.value for stage in outcome.stages) or None) == best
    assert outcome.status == ("infeasible" if best is None else "optimal")
    legal = legal_of(problem)
    if all(legal[one.id].rooms for one in problem.sessions if one.is_required):
        found = decided(build(problem, legal, rooms_know_plenaries=True).cp, seconds=20)
        assert (found == "none") is (best is None)


@pytest.mark.parametrize(("longer", "answer"), [(0, True), (1, False)])
def test_a_room_holds_no_more_than_plenaries_elsewhere_leave_of_it(problem_of: Any, longer: int, answer: bool) -> None:
    """Twenty sessions in one room, a plenary in the other: told apart with hardly any search."""
    lengths = [3, 5] * 9 + [4, 4 + longer]
    sessions = [{"id": f"s{index}", "duration": length, "rooms": ["r1"]} for index, length in enumerate(lengths)]
    problem = problem_of(
        days=[{"id": "d", "start": 0, "end": sum(lengths) - longer + len(lengths) + 12}],
        rooms=[{"id": "r1", "capacity": 9, "turnover": 1}, {"id": "r2", "capacity": 9}],
        sessions=[*sessions, {"id": "all", "duration": 14, "rooms": ["r2"], "plenary": True}],
    )
    found = decided(build(problem, legal_of(problem), rooms_know_plenaries=True).cp, seconds=0.1)
    assert (found == "none") is not answer
    assert found != "unknown"
