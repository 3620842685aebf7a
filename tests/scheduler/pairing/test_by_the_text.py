"""The solver against a second reading of the problem that shares no code with it."""

import json
from typing import Any

import pytest

from scheduler.core.limits import Limits
from scheduler.pairing.problem import read_problem
from scheduler.pairing.solve import solve
from tests.scheduler.pairing.by_the_text import Text, groups_of


def document_of(pools: Any, seed: int, **drawn: Any) -> dict[str, Any]:
    return pools.document(pools.drawn(seed, **drawn))


def everything_at_once(pools: Any, seed: int) -> dict[str, Any]:
    """A small pool in which shares, pins, a plan from before, limits and every switch come together."""
    document = document_of(pools, seed, cities=5 + seed % 4, most=2 + seed % 2, pins=seed % 2)
    ids = [city["id"] for city in document["cities"]]
    document["shares"] = [{"triangular": {"min": 0.25, "max": 0.5}}, {"south-south": {"min": 0.3}, "north-south": {}}][
        seed % 2
    ]
    document["previous"] = [ids[:2], ids[2:4]]
    document["changes_first"] = seed % 3 == 0
    document["weights"] = {"need_met": seed % 4, "wish": 5, "facilitation": 1 + seed % 3, "language": 0}
    return document


def check(document: dict[str, Any]) -> dict[str, int] | None:
    """The outcome's stages, after its plan was found right and its values true."""
    text = Text(document)
    outcome = solve(read_problem(json.dumps(document)), limits=Limits(time_limit=20, workers=1))
    if outcome.solution is None:
        assert outcome.status == "infeasible"
        return None
    solution = json.loads(outcome.solution.model_dump_json(by_alias=True))
    plan = groups_of(solution)
    assert text.is_right(plan)
    assert [one["value"] for one in solution["partnerships"]] == [text.value(group) for group in plan]
    assert [one["modality"] for one in solution["partnerships"]] == [text.modality(group) for group in plan]
    together = {one for group in plan for one in group}
    assert {one["id"] for one in solution["unpaired"]} == text.cities.keys() - together
    stages = {stage.name: stage.value for stage in outcome.stages}
    assert stages == text.stages(plan)
    return stages


@pytest.mark.parametrize("seed", range(24))
def test_every_stage_is_that_of_the_text(pools: Any, seed: int) -> None:
    """PAIR-05: pools of 4 to 8 cities, every plan tried by a second reading of the problem."""
    document = document_of(pools, 7000 + seed, cities=4 + seed % 5, pins=seed % 3 == 0)
    assert check(document) == Text(document).best()


@pytest.mark.parametrize("seed", range(24))
def test_every_stage_is_that_of_the_text_with_all_options_together(pools: Any, seed: int) -> None:
    """PAIR-05: the same with every option at work at once."""
    document = everything_at_once(pools, 8000 + seed)
    assert check(document) == Text(document).best()


def test_a_hundred_random_pools_keep_the_text(pools: Any) -> None:
    """PAIR-04: the short run."""
    for seed in range(100):
        check(document_of(pools, 20_000 + seed, cities=6 + seed % 5, most=3, pins=seed % 2))


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_thousand_random_pools_keep_the_text(pools: Any) -> None:
    """PAIR-04: no veto, excluded pair, small city, active tie, limit, pin or share broken in 1,000 random pools."""
    plans = [
        check(document_of(pools, 30_000 + seed, cities=6 + seed % 9, most=3, pins=seed % 4 == 0))
        for seed in range(1000)
    ]
    assert sum(plan is not None for plan in plans) >= 750
