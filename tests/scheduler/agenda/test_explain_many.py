"""Explanations of more sessions than are asked for at once (AGD-03): a fix is there, and is proved."""

import json
from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.agenda.crowds.sizes import Size, Stretch
from scheduler.agenda.crowds.tracks import in_order
from scheduler.agenda.explain import explain
from scheduler.agenda.explain.changing import RAISE_A_CAPACITY, Change
from scheduler.agenda.explain.leaving import sessions_left_out
from scheduler.agenda.explain.mending import Proposal, eased
from scheduler.agenda.explain.oracle import Oracle
from scheduler.agenda.explain.packing import packed
from scheduler.agenda.model import solution_of as complete_solution
from scheduler.agenda.problem import AgendaProblem, read_problem
from scheduler.agenda.validation import validate
from scheduler.core.explanation import Explanation
from scheduler.core.limits import Control, Limits
from tests.scheduler.agenda.test_explain import facts_of, mended, neutralised

LIMITS = Limits(time_limit=60, workers=1)
ROOMS = [{"id": f"r{index}", "capacity": 100} for index in range(6)]
DAYS = [{"id": "d", "start": 0, "end": 60, "closed": [[28, 32]]}]


def raw_of(problem: AgendaProblem) -> Any:
    return json.loads(problem.model_dump_json())


def assert_mended(problem: AgendaProblem, explanation: Explanation) -> None:
    fixes = (explanation.fix,) if explanation.fix else explanation.fixes
    assert fixes
    assert explain(mended(raw_of(problem), fixes), limits=LIMITS).status == "feasible"


def assert_needed(problem: AgendaProblem, explanation: Explanation) -> None:
    raw, named = raw_of(problem), [fact.path for fact in explanation.facts]
    others = [path for path in facts_of(raw) if path not in named]
    assert explain(neutralised(raw, others), limits=LIMITS).status == "infeasible"
    for path in named:
        assert explain(neutralised(raw, [*others, path]), limits=LIMITS).status == "feasible", path


def test_so_many_at_once_are_raised_to_what_adds_up(problem_of: Any) -> None:
    """90 sessions of four at least, 7 at once: 392 grains of the 400 that they take together."""
    sessions = [
        {"id": f"s{index}", "duration": 8 if index < 10 else 4, "people": [f"p{index % 45}"]} for index in range(90)
    ]
    people = [{"id": f"p{index}"} for index in range(45)]
    rooms = [{"id": f"r{index}", "capacity": 100} for index in range(10)]
    problem = problem_of(sessions=sessions, rooms=rooms, people=people, days=DAYS, max_parallel=7)
    explanation = explain(problem, limits=LIMITS)
    # Without the closed time there would be 420.
    assert {fact.path for fact in explanation.facts} == {"max_parallel", "days[0].closed"}
    assert_needed(problem, explanation)
    assert explanation.fix is not None
    assert_mended(problem, explanation)
    alone = problem_of(sessions=sessions, rooms=rooms, people=people, days=DAYS, max_parallel=6)
    explanation = explain(alone, limits=LIMITS)
    assert {fact.path for fact in explanation.facts} == {"max_parallel"}
    assert explanation.fix is not None
    assert (explanation.fix.path, explanation.fix.to) == ("max_parallel", 8)
    assert_mended(alone, explanation)


def test_numbers_that_leave_no_time_for_what_was_left_are_passed_over(problem_of: Any) -> None:
    """Seven sessions at one time: two at once leave five, so that three or four more are not asked about."""
    sessions = [{"id": f"s{index}", "duration": 10} for index in range(7)]
    rooms = [{"id": f"r{index}", "capacity": 100} for index in range(7)]
    problem = problem_of(sessions=sessions, rooms=rooms, days=[{"id": "d", "start": 0, "end": 10}], max_parallel=1)
    least = Proposal(Change(RAISE_A_CAPACITY, ("max_parallel",)), 2, ())
    left = {f"s{index}" for index in range(2, 7)}
    further = eased(problem, least, left, Oracle(LIMITS, Control()))
    assert further is not None
    assert further.value == 7


def test_three_contradictions_among_many_sessions_are_mended_together(planted: Any) -> None:
    raw = raw_of(planted(5, 60))
    raw["sessions"][3].update(audience=5_000)
    for index in (10, 11):
        raw["sessions"][index].update(pin={"start": 4, "room": raw["rooms"][0]["id"]}, people=[], windows=None)
        raw["sessions"][index].update(rooms=None, layout=None, features=[], audience=0, booths=0, after=[], uses={})
    for index in (20, 21):
        raw["sessions"][index].update(people=["p0"], windows=[[0, 20]], pin=None, after=[], duration=12)
    problem = read_problem(json.dumps(raw))
    explanation = explain(problem, limits=LIMITS)
    assert explanation.fix is None
    assert explanation.fixes is not None and len(explanation.fixes) == 3
    assert_mended(problem, explanation)


def test_two_contradictions_of_which_one_is_of_a_crowd(problem_of: Any) -> None:
    """A stage in one room of ten for a morning that is too short for what needs it, and two pins at one place."""
    rooms = [{"id": f"r{index}", "capacity": 100, "features": ["stage"] if not index else []} for index in range(10)]
    sessions = [{"id": f"s{index}", "duration": 4} for index in range(120)]
    sessions += [{"id": f"t{index}", "duration": 2, "features": ["stage"], "windows": [[0, 84]]} for index in range(44)]
    sessions += [{"id": f"p{index}", "duration": 4, "pin": {"start": 90, "room": "r1"}} for index in range(2)]
    problem = problem_of(sessions=sessions, rooms=rooms, days=[{"id": "d", "start": 0, "end": 100}])
    explanation = explain(problem, limits=LIMITS)
    assert explanation.fix is None
    assert explanation.fixes is not None and len(explanation.fixes) == 2
    assert_mended(problem, explanation)


def test_of_many_sessions_those_too_many_are_left_out(problem_of: Any) -> None:
    """60 grains of one room, four of them closed, hold fourteen sessions of four."""
    sessions = [{"id": f"s{index}", "duration": 4} for index in range(50)]
    problem = problem_of(sessions=sessions, rooms=ROOMS[:1], days=DAYS)
    explanation = explain(problem, limits=LIMITS)
    assert explanation.fix is None
    assert explanation.fixes is not None and len(explanation.fixes) == 36
    assert_mended(problem, explanation)


class _Asked(Oracle):
    """Counts how often a plan was tried or one was seen not to be there."""

    asked = 0

    def seen_against(self, problem: AgendaProblem) -> frozenset[str] | None:
        self.asked += 1
        return super().seen_against(problem)


def test_of_those_that_are_alike_one_says_that_no_other_can_be_taken_back(problem_of: Any) -> None:
    """Six go, one of them finds its place again, and of the five that do not only one is asked about."""
    sessions = [{"id": f"s{index}", "duration": 10} for index in range(45)]
    days = [{"id": "d", "start": 0, "end": 400}]
    problem, oracle = problem_of(sessions=sessions, days=days), _Asked(LIMITS, Control())
    fixes = sessions_left_out(problem, oracle)
    assert fixes is not None
    assert len(fixes) == 5
    # Six tries until enough have gone, one of those that are alike, and the proof of what is left.
    assert oracle.asked == 8


def test_a_pin_goes_before_its_session_does(problem_of: Any) -> None:
    sessions: list[dict[str, Any]] = [{"id": f"s{index}", "duration": 4} for index in range(44)]
    sessions[40]["pin"] = {"start": 27}
    problem = problem_of(sessions=sessions, rooms=ROOMS[:1], days=DAYS)
    explanation = explain(problem, limits=LIMITS)
    assert explanation.fixes is not None
    assert "sessions[40].pin" in {fix.path for fix in explanation.fixes}
    assert len(explanation.fixes) == 31
    assert_mended(problem, explanation)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_what_is_packed_keeps_every_rule(seed: int, tiny: Any) -> None:
    raw = raw_of(tiny(seed))
    of_sessions = [path for path in facts_of(raw) if path.startswith("sessions")]
    problem = neutralised(raw, of_sessions)
    placements = packed(problem)
    if placements is None:
        return
    optional = {one.id for one in problem.sessions if one.optional}
    solution = complete_solution(problem, placements)
    assert set(solution.unplaced) <= optional
    assert not validate(problem, solution)


@settings(max_examples=100, deadline=None)
@given(
    end=st.integers(6, 14),
    turnover=st.integers(0, 1),
    drawn=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 8), st.integers(1, 6)), min_size=1, max_size=4),
)
def test_an_order_is_found_where_there_is_one(end: int, turnover: int, drawn: list[tuple[int, int, int]]) -> None:
    stretch = Stretch(0, end, turnover, "r")
    sizes = [Size(duration, (("r", ((start, start + length),)),)) for duration, start, length in drawn]
    counts = {size: sizes.count(size) for size in sizes}
    found = in_order(counts, stretch)
    free = 0
    for size, start in found:
        assert start >= free and any(from_ <= start < to for from_, to in size.rooms[0][1])
        free = start + size.duration + turnover
        assert start + size.duration <= end
    assert len(found) == max(_held(order, stretch) for order in permutations(sizes))


def _held(order: tuple[Size, ...], stretch: Stretch) -> int:
    """How many of an order are held, those skipped for which it is too late."""
    free, held = stretch.start, 0
    for size in order:
        ((first, last),) = size.rooms[0][1]
        start = max(first, free)
        if start < last and start + size.duration <= stretch.end:
            held, free = held + 1, start + size.duration + stretch.turnover
    return held
