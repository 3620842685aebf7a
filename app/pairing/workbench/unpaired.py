"""Why a city has no partner: the smallest set of rules and facts, each with the what-if that goes without it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.pairing.choices import Choices
from app.pairing.wanted import Wanted
from app.pairing.workbench.easing import Obstacle, obstacles_of
from app.pairing.workbench.words import Names
from scheduler.core.explanation import Explanation, Fact
from scheduler.pairing.problem import read_problem


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


def why_of(explanation_json: str, problem_json: str, city: str, *, wanted: Wanted, names: Names) -> WhyNot:
    """What an explanation of one city of a problem says to a person; both as the run that was asked holds them."""
    explanation, problem = Explanation.model_validate_json(explanation_json), read_problem(problem_json)
    (answer,) = explanation.unpaired or (None,)
    facts = explanation.facts if answer is None or not answer.blocked_by else answer.blocked_by
    return WhyNot(
        is_known=answer is not None and not answer.unproven,
        obstacles=obstacles_of(_telling(facts, city), problem, wanted=wanted, names=names),
        together=answer is not None and answer.together,
    )


def _telling(facts: Sequence[Fact], city: str) -> list[Fact]:
    """Rules, pins and what the city itself set before the limits of others, of which there may be many alike."""
    return sorted(facts, key=lambda fact: fact.rule == "engagements_within_limits" and fact.ids != (city,))
