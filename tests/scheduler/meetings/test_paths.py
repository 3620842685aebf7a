"""The fast annealing of halls of meetings of two: it keeps the rules, counts as the score does, and knows its limits."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scheduler.meetings.annealing import insert
from scheduler.meetings.arrays import day_of, facts_of, fits_paths, paths_of, placed_in
from scheduler.meetings.legal import Legal
from scheduler.meetings.paths import anneal_paths, runs_in
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.score import score
from scheduler.meetings.tables import plan_of
from scheduler.meetings.validation import validate

Facts = dict[str, Any]
Read = Callable[[Facts], MeetingsProblem]


def hall(chance: random.Random) -> Facts:
    """Meetings of two in one to three blocks of slots; some people are busy or absent, some meetings bound to a block."""
    people, slots = chance.randint(4, 9), chance.randint(4, 12)
    length = chance.choice((4, 5, 12))
    pairs = [(f"p{one}", f"p{other}") for one in range(people) for other in range(one)]
    names = [f"s{number}" for number in range(slots)]
    blocks = [f"b{number // length}" for number in range(slots)]

    def some(part: float) -> list[str]:
        return [name for name in names if chance.random() < part]

    return {
        "format": "bridge-meetings/1",
        "slots": [
            {"id": name, "block": block, "start": 2 * number, "end": 2 * number + 1}
            for number, (name, block) in enumerate(zip(names, blocks, strict=True))
        ],
        "tables": [{"id": f"t{number}"} for number in range(chance.randint(1, 4))],
        "people": [
            {"id": f"p{number}", "busy": some(0.2), "absent": some(0.1), "max": chance.choice((None, 3))}
            for number in range(people)
        ],
        "wishes": [
            {
                "id": f"w{number}",
                "people": list(pair),
                "level": "want",
                "block": chance.choice((None, None, blocks[-1])),
            }
            for number, pair in enumerate(chance.sample(pairs, min(len(pairs), slots)))
        ],
        "weights": {"idle_run": chance.choice((1, 7))},
    }


def filled(problem: MeetingsProblem, seed: int) -> tuple[Legal, Any, Any]:
    legal = Legal(problem)
    facts = facts_of(legal, moved=0, keeps_places=False)
    day = day_of(legal, (), facts, seed=(seed,))
    wishes = [wish for wish, options in enumerate(legal.options) if options]
    waiting = np.array([*wishes, *([0] * (len(legal.options) + 1))], np.int32)
    insert(facts, day, waiting, len(wishes), np.ones(len(legal.options), np.int64), 200)
    return legal, facts, day


@pytest.mark.parametrize("seed", range(150))
def test_paths_keep_every_rule_and_the_runs_are_the_score_s(seed: int, read: Read) -> None:
    problem = read(hall(random.Random(seed)))
    legal, facts, day = filled(problem, seed)
    placed = placed_in(day)
    assert fits_paths(legal, placed)
    paths = paths_of(legal, placed)
    for temperature in (5.0, 0.5, 0.2) * 4:
        anneal_paths(facts, day, paths, 20, temperature)
        assert {one.wish for one in placed_in(day)} == {one.wish for one in placed}
        solution = plan_of(legal, placed_in(day))
        assert solution is not None
        assert {one.rule for one in validate(problem, solution)} <= {"left_out_listed"}
        assert runs_in(paths) == score(problem, solution)["idle_run"].units
        again = paths_of(legal, placed_in(day))
        assert all(np.array_equal(kept, new) for kept, new in zip(paths, again, strict=True))


def test_paths_move_and_tidy(read: Read) -> None:
    """Else the test above would hold for a search that does nothing."""
    before = after = 0
    for seed in range(40):
        legal, facts, day = filled(read(hall(random.Random(seed))), seed)
        paths = paths_of(legal, placed_in(day))
        before += runs_in(paths)
        anneal_paths(facts, day, paths, 2_000, 0.2)
        after += runs_in(paths)
    assert after < 0.7 * before


@pytest.mark.parametrize(
    "change",
    [
        {"weights": {"idle_run": 1, "idle_slot": 1}},
        {"fairness": {"term": "idle_run", "max_difference": 1}},
        {"tables": [{"id": "t0", "seats": 2}, {"id": "t1", "open": ["s1"]}]},
        {"previous": [{"wish": "w0", "slot": "s1", "table": "t0"}]},
        {"resources": [{"id": "r", "capacity": 1}], "wishes": [{"uses": {"r": 1}}]},
        {"wishes": [{"people": ["p0", "p1", "p2"]}]},
        {"wishes": [{}, {"after": ["w0"]}]},
        {"slots": [{"end": 3}]},
    ],
    ids=["idle slots", "fairness", "classes", "previous", "resources", "three people", "order", "overlaps"],
)
def test_what_paths_do_not_look_at_is_not_given_to_them(change: Facts, read: Read) -> None:
    facts = hall(random.Random(0)) | {"people": [{"id": f"p{number}"} for number in range(3)]}
    facts["tables"] = [{"id": "t0"}, {"id": "t1"}]
    facts["wishes"] = [
        {"id": f"w{number}", "people": people, "level": "want"}
        for number, people in enumerate((["p0", "p1"], ["p1", "p2"]))
    ]
    plain, _, day = filled(read(facts), 0)
    assert fits_paths(plain, placed_in(day))
    for key, value in change.items():
        if key in ("wishes", "slots"):
            for place, more in enumerate(value):
                facts[key][place] |= more
        else:
            facts[key] = value
    legal, _, day = filled(read(facts), 0)
    assert not fits_paths(legal, placed_in(day))
