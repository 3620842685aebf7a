"""A plan that stands is mended with the fewest moves, proven without the whole model."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from scheduler.core.limits import Limits
from scheduler.meetings import strategy
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solve import solve
from scheduler.meetings.validation import validate

Facts = dict[str, Any]
Read = Callable[[Facts], MeetingsProblem]


def _hit(facts: Facts, chance: random.Random) -> Facts:
    """Somebody comes later than was known, and a table is lost for some slots."""
    late, lost = chance.choice(facts["people"]), chance.choice(facts["tables"])
    slots = [slot["id"] for slot in facts["slots"]]
    late["absent"] = sorted({*late["absent"], *slots[:1]})
    lost["open"] = slots[chance.randint(0, 2) :]
    return facts


@pytest.mark.parametrize("moves_first", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_the_fewest_moves_are_those_of_the_whole_model(
    seed: int, moves_first: bool, planted_facts: Callable[..., Facts], read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MTG-15: where all must be held, what the rounds prove is what the whole model proves."""
    chance = random.Random(seed)
    facts = planted_facts(chance, people=14, slots=7, tables=4)
    facts["weights"] = {"idle_run": 0}
    limits = Limits(time_limit=10, workers=1, budget=5)
    stands = solve(read(facts), limits=limits).solution
    assert stands is not None
    facts["previous"] = [{"wish": one.wish, "slot": one.slot, "table": one.table} for one in stands.meetings]
    facts["moves_first"] = moves_first
    problem = read(_hit(facts, chance))
    whole = solve(problem, limits=limits)
    monkeypatch.setattr(strategy, "is_large", lambda _: True)
    for other in ("_hold_musts", "search_whole"):
        monkeypatch.setattr(strategy, other, lambda *_: None)
    mended = solve(problem, limits=limits)
    if whole.status == "infeasible":
        assert mended.solution is None
        return
    assert whole.status == mended.status == "optimal"
    assert mended.solution is not None and validate(problem, mended.solution) == ()
    fewest = {one.name: one.value for one in whole.stages}["moved"]
    assert {one.name: (one.value, one.bound) for one in mended.stages}["moved"] == (fewest, fewest)
