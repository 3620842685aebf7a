"""Why a city has no partner: the smallest set of rules and facts, each with the what-if that goes without it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.pairing.choices import Choices
from app.pairing.wanted import Wanted
from app.pairing.workbench.easing import Obstacle, obstacles_of
from app.pairing.workbench.words import Names
from scheduler.core.explanation import Fact
from scheduler.core.limits import Limits
from scheduler.pairing.explain import explain, facts_that_let_in
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution


@dataclass(frozen=True, kw_only=True)
class WhyNot:
    """What keeps a city without partner.

    ``is_known`` is false where the time was too short to prove it; the obstacles are then those alone that need no
    proof: without any one of them the city joins the plan as it stands. ``together`` says that only all of them at
    once help; then ``all_at_once`` is the what-if without all. No obstacle at all: a fresh run could pair it.
    """

    is_known: bool
    obstacles: tuple[Obstacle, ...] = ()
    together: bool = False

    @property
    def all_at_once(self) -> Choices:
        chosen = Choices()
        for one in self.obstacles:
            chosen = chosen.plus(one.easing)
        return chosen


def why_unpaired(
    problem: PairingProblem, plan: PairingSolution, city: str, *, wanted: Wanted, names: Names, seconds: float
) -> WhyNot:
    """Explain one city that a plan leaves without partner, by solving again; no transaction may be open meanwhile."""
    alone = plan.model_copy(update={"unpaired": tuple(one for one in plan.unpaired if one.id == city)})
    found = explain(problem, solution=alone, limits=Limits(time_limit=seconds)).unpaired or ()
    if not found:
        at_hand = facts_that_let_in(problem, alone, city)
        return WhyNot(
            is_known=False, obstacles=obstacles_of(_telling(at_hand, city), problem, wanted=wanted, names=names)
        )
    (answer,) = found
    return WhyNot(
        is_known=not answer.unproven,
        obstacles=obstacles_of(_telling(answer.blocked_by, city), problem, wanted=wanted, names=names),
        together=answer.together,
    )


def _telling(facts: Sequence[Fact], city: str) -> list[Fact]:
    """Rules, pins and what the city itself set before the limits of others, of which there may be many alike."""
    return sorted(facts, key=lambda fact: fact.rule == "engagements_within_limits" and fact.ids != (city,))
