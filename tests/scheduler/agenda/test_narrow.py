"""What an explanation sees without search (AGD-03): never against a plan that there is, never for one that is not."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.agenda.crowds.succession import one_after_the_other
from scheduler.agenda.explain.contradiction import contradictions
from scheduler.agenda.explain.facts import Blocker, blockers_of, field_of
from scheduler.agenda.explain.packing import goes_beside
from scheduler.agenda.explain.relaxing import ProblemFile, neutral
from scheduler.agenda.explain.stretches import fill_stretches
from scheduler.agenda.first_plan import first_plan
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.model import build
from scheduler.agenda.restricting import only
from scheduler.core.cpsat import run
from scheduler.core.limits import Control, Limits, Stopwatch

# About half of the small problems have no plan, and now and then one after the other has none.
UNUSUAL = [HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
many = settings(max_examples=150, deadline=None, suppress_health_check=UNUSUAL)
ROOMS = [{"id": "r1", "capacity": 100}, {"id": "r2", "capacity": 100}, {"id": "r3", "capacity": 100}]
DAY = [{"id": "d", "start": 0, "end": 24}]


def _tight(problem: Any) -> set[frozenset[str]]:
    return {found for _, found in contradictions(problem, legal_of(problem))}


@many
@given(seed=st.integers(0, 100_000))
def test_what_is_too_tight_has_no_plan(seed: int, tiny: Any, brute_force: Any) -> None:
    problem = tiny(seed)
    legal = legal_of(problem)
    assume(all(legal[one.id].rooms for one in problem.sessions if one.is_required))
    for _, names in contradictions(problem, legal):
        assert brute_force(only(problem, names)) is None, names


def _is_among(fact: Blocker, names: set[str]) -> bool:
    relates = field_of(fact.steps) in ("after", "not_with", "same_room_as")
    return fact.ids[0] in names and (not relates or fact.ids[1] in names)


@many
@given(seed=st.integers(0, 100_000))
def test_what_goes_beside_a_plan_has_one_with_it(seed: int, tiny: Any, brute_force: Any) -> None:
    """Half of the sessions are placed with all their facts, the others ask for nothing but time."""
    problem = tiny(seed)
    few = {one.id for index, one in enumerate(problem.sessions) if index % 2}
    alone = only(problem, few)
    placed = first_plan(alone, legal_of(alone)).placements
    assume({one.id for one in alone.sessions if one.is_required} <= {one.session for one in placed})
    others = [one for one in problem.sessions if one.id not in few and not one.optional]
    if goes_beside(alone, placed, [one.duration for one in others]):
        facts = [fact for fact in blockers_of(problem) if fact.steps[0] == "sessions" and not _is_among(fact, few)]
        assert brute_force(ProblemFile(problem).changed(neutral(fact.steps for fact in facts))) is not None


@many
@given(seed=st.integers(0, 100_000))
def test_what_a_stretch_holds_forbids_no_plan(seed: int, tiny: Any, brute_force: Any) -> None:
    problem = tiny(seed)
    legal = legal_of(problem)
    assume(all(legal[one.id].rooms for one in problem.sessions if one.is_required))
    model = build(problem, legal)
    fill_stretches(model)
    solved = run(
        model.cp,
        stage="test",
        sense=None,
        limits=Limits(workers=1),
        seconds=20,
        control=Control(),
        stopwatch=Stopwatch(),
    )
    assert (solved.status == "infeasible") == (brute_force(problem) is None)


def test_a_person_with_three_sessions_in_the_time_of_two(problem_of: Any) -> None:
    sessions = [{"id": name, "duration": 4, "people": ["p"], "windows": [[0, 11]]} for name in "abc"]
    problem = problem_of(sessions=sessions, people=[{"id": "p"}], rooms=ROOMS, days=DAY)
    assert frozenset("abc") in _tight(problem)
    wider = [{**one, "windows": [[0, 12]]} for one in sessions]
    assert not _tight(problem_of(sessions=wider, people=[{"id": "p"}], rooms=ROOMS, days=DAY))
    rest = [{"id": "p", "rest": 1}]
    assert frozenset("abc") in _tight(problem_of(sessions=wider, people=rest, rooms=ROOMS, days=DAY))


def test_a_plenary_beside_a_session_that_cannot_give_way(problem_of: Any) -> None:
    sessions = [
        {"id": "a", "duration": 8, "plenary": True, "windows": [[0, 10]]},
        {"id": "b", "duration": 4, "windows": [[4, 10]]},
    ]
    assert frozenset("ab") in _tight(problem_of(sessions=sessions, rooms=ROOMS, days=DAY))


def test_a_plenary_in_the_time_that_somebody_else_fills(problem_of: Any) -> None:
    """Two sessions of somebody take 20 of 24 grains; a plenary of five without them goes nowhere, one of four does."""
    person = {"people": [{"id": "p"}], "rooms": ROOMS, "days": DAY}
    theirs = [{"id": f"s{index}", "duration": 10, "people": ["p"]} for index in range(2)]
    problem = problem_of(sessions=[*theirs, {"id": "alone", "duration": 5, "plenary": True}], **person)
    assert frozenset(("s0", "s1", "alone")) in _tight(problem)
    assert not _tight(problem_of(sessions=[*theirs, {"id": "alone", "duration": 4, "plenary": True}], **person))


def test_chains_that_are_too_long_or_a_circle(problem_of: Any) -> None:
    chain = [
        {"id": "a", "duration": 10},
        {"id": "b", "duration": 10, "after": ["a"]},
        {"id": "c", "duration": 6, "after": ["b"]},
        {"id": "d", "duration": 6},
    ]
    assert frozenset("abc") in _tight(problem_of(sessions=chain, rooms=ROOMS, days=DAY))
    circle = [{"id": "a", "duration": 2, "after": ["c"]}, {"id": "b", "duration": 2, "after": ["a"]}]
    circle += [{"id": "c", "duration": 2, "after": ["b"]}, {"id": "d", "duration": 2, "after": ["a"]}]
    assert frozenset("abc") in _tight(problem_of(sessions=circle, rooms=ROOMS, days=DAY))


def test_more_at_once_than_rooms(problem_of: Any) -> None:
    sessions = [{"id": name, "duration": 4, "windows": [[0, 5]]} for name in "abcd"]
    assert frozenset("abcd") in _tight(problem_of(sessions=sessions, rooms=ROOMS, days=DAY))


def test_turnover_reaches_into_the_next_open_time(problem_of: Any) -> None:
    """Two grains of turnover leave no room at once after a pause of one, but do after a pause of two."""
    rooms = [{"id": "r", "turnover": 2}]

    def goes(pause: int) -> bool:
        days = [{"id": "d", "start": 0, "end": 8 + pause, "closed": [[4, 4 + pause]]}]
        return goes_beside(problem_of(sessions=[], rooms=rooms, days=days), (), [4, 4])

    assert goes(2)
    assert not goes(1)


def test_sessions_of_one_room_and_sessions_apart_go_one_after_the_other(problem_of: Any) -> None:
    """Three of four grains do not go into ten, in whatever room they are together."""
    sessions: list[dict[str, Any]] = [{"id": name, "duration": 4, "windows": [[0, 10]]} for name in "abc"]
    assert not _tight(problem_of(sessions=sessions, rooms=ROOMS, days=DAY))
    together = [sessions[0], sessions[1] | {"same_room_as": "a"}, sessions[2] | {"same_room_as": "b"}]
    assert _tight(problem_of(sessions=together, rooms=ROOMS, days=DAY)) == {frozenset("abc")}
    # Without the one in between, two of six would not have to be in one room.
    ends = [one | {"duration": 6} for one in (together[0], together[2])]
    assert _tight(problem_of(sessions=[*ends, together[1]], rooms=ROOMS, days=DAY)) == {frozenset("abc")}
    apart = [sessions[0] | {"not_with": ["b", "c"]}, sessions[1] | {"not_with": ["c"]}, sessions[2]]
    assert _tight(problem_of(sessions=apart, rooms=ROOMS, days=DAY)) == {frozenset("abc")}
    # The third may run beside the second.
    some = [sessions[0] | {"not_with": ["b", "c"]}, *sessions[1:]]
    assert not _tight(problem_of(sessions=some, rooms=ROOMS, days=DAY))


@many
@given(seed=st.integers(0, 100_000))
def test_one_after_the_other_keeps_the_order_and_shares_no_room(seed: int, tiny: Any) -> None:
    problem = tiny(seed)
    legal = legal_of(problem)
    sessions = {one.id: one for one in problem.sessions}
    turnover = {room.id: room.turnover for room in problem.rooms}
    places = {place.session: place for place in one_after_the_other(problem, legal)}
    for name, place in places.items():
        own = sessions[name]
        assert any(start <= place.start < end for start, end in legal[name].rooms[place.room])
        for other in own.after:
            if other in places:
                assert places[other].start + sessions[other].duration <= place.start
        for other, there in places.items():
            if other != name and there.room == place.room and place.start <= there.start:
                assert there.start >= place.start + own.duration + turnover[place.room]
