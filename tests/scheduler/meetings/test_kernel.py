"""The compiled kernel against the specification: what it keeps in arrays is what the score counts."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scheduler.core.limits import Control, Limits
from scheduler.meetings import strategy
from scheduler.meetings.annealing import anneal, insert
from scheduler.meetings.arrays import day_of, facts_of, placed_in
from scheduler.meetings.chains import chain_of, swap
from scheduler.meetings.greedy import first_plan
from scheduler.meetings.improving import hold_musts
from scheduler.meetings.kernel import draw, plan_cost
from scheduler.meetings.legal import Legal
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.score import score, stage_values
from scheduler.meetings.search import Search
from scheduler.meetings.solve import solve
from scheduler.meetings.tables import Placed, plan_of
from scheduler.meetings.validation import validate

Facts = dict[str, Any]
Read = Callable[[Facts], MeetingsProblem]
MISSING = {"must_wishes_held", "pins_kept", "fairness_kept", "left_out_listed"}
"""Rules about what a plan has to hold in the end; the kernel keeps all others at each move."""


def start(problem: MeetingsProblem, seed: int) -> tuple[Legal, Any, Any]:
    legal = Legal(problem)
    facts = facts_of(legal, moved=0, keeps_places=False)
    return legal, facts, day_of(legal, first_plan(legal), facts, seed=(seed,))


def idle_cost(problem: MeetingsProblem, legal: Legal, day: Any) -> int:
    solution = plan_of(legal, placed_in(day))
    assert solution is not None
    found = score(problem, solution)
    return found["idle_run"].cost + found["idle_slot"].cost


def without_tables_that_matter(facts: Facts) -> Facts:
    """Single tables and the plan before are not the kernel's business."""
    facts.update(previous=[], fairness=None)
    facts["weights"]["table_change"] = 0
    return facts


@pytest.mark.parametrize("seed", range(150))
def test_moves_keep_every_rule_and_the_cost_is_the_score_s(
    seed: int, random_facts: Callable[..., Facts], read: Read
) -> None:
    chance = random.Random(seed)
    problem = read(without_tables_that_matter(random_facts(chance, wishes=8)))
    legal, facts, day = start(problem, seed)
    held = {meeting.wish for meeting in placed_in(day)}
    for _ in range(20):
        if not held:
            break
        anneal(facts, day, np.array(sorted(held), np.int32), 5, 2.0)
        assert {meeting.wish for meeting in placed_in(day)} == held
        solution = plan_of(legal, placed_in(day))
        assert solution is not None
        assert {one.rule for one in validate(problem, solution)} <= MISSING
        assert plan_cost(facts, day) == idle_cost(problem, legal, day)


@pytest.mark.parametrize("seed", range(150))
def test_insertion_keeps_every_rule_and_never_lowers_what_is_held(
    seed: int, random_facts: Callable[..., Facts], read: Read
) -> None:
    chance = random.Random(seed)
    problem = read(without_tables_that_matter(random_facts(chance, wishes=9)))
    legal, facts, day = start(problem, seed)
    worth = np.array([1_000 if wish.level == "must" else wish.value for wish in problem.wishes], np.int64)
    before = sum(int(worth[meeting.wish]) for meeting in placed_in(day))
    for _ in range(10):
        missing = [wish for wish, options in enumerate(legal.options) if options and day.slot[wish] < 0]
        waiting = np.array([*missing, *([0] * len(legal.options))], np.int32)
        left = insert(facts, day, waiting, len(missing), worth, 5)
        after = sum(int(worth[meeting.wish]) for meeting in placed_in(day))
        assert after >= before
        before = after
        still = {wish for wish, options in enumerate(legal.options) if options and day.slot[wish] < 0}
        assert set(waiting[:left].tolist()) == still
        solution = plan_of(legal, placed_in(day))
        assert solution is not None
        assert {one.rule for one in validate(problem, solution)} <= MISSING


def test_a_plan_that_is_not_fair_is_made_so(read: Read) -> None:
    """The first plan of a large hall seldom is: without this there would be none to begin with."""
    slots = [{"id": f"s{number}", "block": "b", "start": 2 * number, "end": 2 * number + 1} for number in range(4)]
    problem = read(
        {
            "format": "bridge-meetings/1",
            "slots": slots,
            "tables": [{"id": "t"}],
            "people": [{"id": name} for name in "abc"],
            "wishes": [{"id": pair, "people": list(pair), "level": "must"} for pair in ("ab", "ac")],
            "fairness": {"term": "idle_run", "max_difference": 0},
        }
    )
    search = Search(problem, Limits(time_limit=60, workers=1, seed=1, budget=2), Control())
    apart = [Placed(0, 0, 0), Placed(1, 2, 0)]
    assert not search.offer(apart)
    hold_musts(search, apart)
    assert search.best is not None and search.best.values["cost"] == 0


def test_a_chain_swaps_two_slots_for_everybody_on_it(facts: Facts, read: Read) -> None:
    """ana meets in s1 and s2, ben in s1, cho in s2: one chain, and it changes nobody's idle time but at its ends."""
    facts["people"][0]["table"] = None
    problem = read(facts)
    legal = Legal(problem)
    arrays = facts_of(legal, moved=0, keeps_places=False)
    day = day_of(legal, (), arrays, seed=(1,))
    insert(arrays, day, np.array([0, 0, 0, 0], np.int32), 1, np.ones(3, np.int64), 1)
    insert(arrays, day, np.array([1, 0, 0, 0], np.int32), 1, np.ones(3, np.int64), 1)
    first, second = int(day.slot[0]), int(day.slot[1])
    length = chain_of(arrays, day, 0, second)
    assert length == 2
    assert swap(arrays, day, length, first, second)
    assert (int(day.slot[0]), int(day.slot[1])) == (second, first)


def test_random_numbers_repeat_with_the_seed_and_spread(facts: Facts, read: Read) -> None:
    legal = Legal(read(facts))
    arrays = facts_of(legal, moved=0, keeps_places=False)
    one, same, other = (day_of(legal, (), arrays, seed=seed) for seed in ((3,), (3,), (4,)))
    drawn = [[draw(day, 10) for _ in range(1_000)] for day in (one, same, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(60 <= drawn[0].count(digit) <= 140 for digit in range(10))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("seed", range(20))
def test_the_search_for_large_problems_tells_no_lies_on_small_ones(
    seed: int,
    workers: int,
    random_facts: Callable[..., Facts],
    read: Read,
    best_by_trying: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(strategy, "is_large", lambda _: True)
    problem = read(random_facts(random.Random(seed)))
    found = solve(problem, limits=Limits(time_limit=2, workers=workers, seed=seed, budget=2))
    best = best_by_trying(problem)
    if best is None:
        assert found.solution is None
        return
    assert found.solution is not None and validate(problem, found.solution) == ()
    assert stage_values(problem, found.solution) == {stage.name: stage.value for stage in found.stages}
    for stage in found.stages:
        # Until a stage falls short the bounds are those of the problem itself.
        if stage.sense == "max":
            assert stage.value <= best[stage.name] <= stage.bound
        else:
            assert stage.bound <= best[stage.name] <= stage.value
        if stage.value != best[stage.name]:
            break
