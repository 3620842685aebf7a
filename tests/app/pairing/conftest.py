"""Four case cities in an edition with a list of North and South, and runs over them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.delegations.models import Need, Offer
from app.events.enums import CountryGroup
from app.events.models import Challenge, ClassifiedCountry, CountryClassification, Event
from app.pairing.models import Partnership
from app.pairing.queries import partnerships_of
from app.pairing.service import accept_run, start_run
from app.platform.actor import Actor
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from scheduler.core.limits import Limits
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solve import solve

NEEDS = ({"waste": 5}, {"tourism": 3}, {"waste": 2}, {"mobility": 4})
OFFERS = ({"tourism": 4}, {"waste": 5}, {"mobility": 4}, {"waste": 1})


@pytest.fixture
def edition(session: Any, cast: Any) -> Any:
    """The four cities with needs and offers, and a list of North and South."""
    book = CountryClassification(code="test", name="A list", as_of=cast.event.starts_on, source="made for this test")
    session.add(book)
    session.flush()
    for country, group in (("KH", "south"), ("CN", "south"), ("DE", "north"), ("SE", "north")):
        session.add(ClassifiedCountry(classification_id=book.id, country=country, group=CountryGroup(group)))
    codes = ("waste", "tourism", "mobility")
    challenges = {code: Challenge(event_id=cast.event.id, code=code, names={"en": code.title()}) for code in codes}
    session.add_all(challenges.values())
    session.flush()
    for party_id, needs, offers in zip(cast.parties, NEEDS, OFFERS, strict=True):
        for model, words in ((Need, needs), (Offer, offers)):
            for code, intensity in words.items():
                session.add(model(party_id=party_id, challenge_id=challenges[code].id, intensity=intensity))
    event = session.get_one(Event, cast.event.id)
    event.classification_id = book.id
    session.flush()
    return event


@pytest.fixture
def solved(session: Any, edition: Any, actor: Actor, now: datetime) -> Callable[[], SolverRun]:
    """``solved()``: a run over the rows as they are, ended and solved here."""

    def solve_here() -> SolverRun:
        run = start_run(session, event=edition, label="Test", time_limit_seconds=5, seed=1, actor=actor, now=now)
        end_run(session, run)
        return run

    return solve_here


def end_run(session: Any, run: SolverRun) -> None:
    """Do what a worker does with a run, here."""
    outcome = solve(PairingProblem.model_validate_json(run.problem), limits=Limits(time_limit=5, workers=1, seed=1))
    assert outcome.solution is not None
    run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
    session.flush()


@pytest.fixture
def paired(
    session: Any, edition: Any, solved: Callable[[], SolverRun], actor: Actor, now: datetime
) -> Callable[[], list[Partnership]]:
    """``paired()``: run over the rows as they are and accept; returns what stands."""

    def run() -> list[Partnership]:
        session.expire_all()
        accept_run(session, event=edition, run=solved(), actor=actor, now=now)
        session.expire_all()
        return partnerships_of(session, edition.id)

    return run
