"""Prices that are asked again with one fact let go, and what is said where the time was too short."""

from typing import Any

import numpy as np
import pytest

from scheduler.core.limits import Limits
from scheduler.pairing.explain import explain
from scheduler.pairing.explain.openings import Openings
from scheduler.pairing.explain.prices import Prices
from scheduler.pairing.solve import solve
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.relaxation import relax
from scheduler.pairing.solve.rows import SLACK, Asked, Goal

QUICK = Limits(time_limit=20, workers=1)
CASE = "scheduler.pairing.explain.unpaired._Case"


@pytest.mark.parametrize("seed", range(12))
def test_prices_asked_again_say_what_those_made_anew_say(pools: Any, seed: int) -> None:
    """PAIR-07: one relaxation with each fact let go in turn, and put back, proves the same as one built for it."""
    problem = pools.drawn(2000 + seed, cities=6, most=2, pins=seed % 2, tight=seed % 3 == 0)
    plan = solve(problem, limits=QUICK).solution
    if plan is None or not plan.unpaired:
        return
    openings = Openings(problem)
    asked = (Asked("paired", frozenset({plan.unpaired[0].id}), 1),)

    def start(closed: Any) -> Any:
        return np.flatnonzero(~closed)

    def anew(path: str | None) -> bool:
        catalogue, closed = openings.without(path)
        master = Master(catalogue, Goal(SLACK, asked=asked), closed=closed, most=15)
        return relax(master, start(closed), seconds=lambda: 60.0, enough=0).reach < 0

    prices = Prices(openings, asked, start(openings.closed), lambda: 60.0)
    for path in (None, *openings.paths, None):
        assert (prices.without(path).reach < 0) == anew(path), path


def test_what_there_was_no_time_for_is_said_of_each_fact(pools: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """PAIR-07: a fact whose search ran out of time is unproven; the others of the same city stand."""
    cities = [pools.city("a", engagements={"max": 2}), pools.city("b"), pools.city("c", needs={"w": 1})]
    no = [{"from": "a", "to": "c", "level": "no"}]
    problem = pools.problem(cities, pins=[["a", "b"]], wishes=no)
    monkeypatch.setattr(f"{CASE}._judge", lambda _self, path, *_: "unknown" if path == "pins[0]" else "none")
    monkeypatch.setattr(f"{CASE}._possible", lambda *_: ["pins[0]", "rules.active_ties"])
    explanation = explain(problem, limits=QUICK)
    assert explanation.status == "unknown"
    (city,) = explanation.unpaired
    assert [fact.path for fact in city.unproven] == ["pins[0]"]
    assert {fact.path for fact in city.blocked_by} == {"wishes[0]", "cities[1].engagements.max"}
