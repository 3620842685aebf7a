"""Cities that would both rather have each other than what the plan gives them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.pairing.planner import PairingFacts, build_problem, wanted_of
from app.pairing.workbench.comparing import plan_of_rows, worth_of
from scheduler.pairing.stability import BlockingPair, blocking_pairs


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """How the points lie: each city's value, least first, and the cities that would rather have each other."""

    values: tuple[tuple[str, int], ...]
    rather: tuple[BlockingPair, ...]


def fairness_of(session: Session, facts: PairingFacts) -> Fairness:
    """The report over what stands, by the weights of today."""
    problem = build_problem(session, facts, wanted_of(session, facts))
    plan = plan_of_rows(facts, problem)
    cities = {city.id for city in problem.cities}
    values = [(slug, value) for slug, value in worth_of(plan).items() if slug in cities]
    return Fairness(
        values=tuple(sorted(values, key=lambda pair: (pair[1], pair[0]))), rather=blocking_pairs(problem, plan)
    )
