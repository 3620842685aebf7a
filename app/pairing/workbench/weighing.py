"""What each weight does: points by unit, and what its reasons gave the plan that stands."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.pairing.planner import PairingFacts, build_problem, judge
from app.pairing.wanted import WEIGHED, Wanted
from app.pairing.workbench import words
from app.pairing.workbench.comparing import plan_of_rows

SLIDER_END = 10


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A weight: its name in words, what one unit is, points by unit, units and points in the plan that stands."""

    name: str
    label: str
    unit: str
    weight: int
    units: int
    points: int
    percent: int

    @property
    def most(self) -> int:
        """Where the slider ends."""
        return max(SLIDER_END, self.weight)


def weighed(session: Session, facts: PairingFacts, wanted: Wanted) -> tuple[Weighed, ...]:
    """All weights in the order of the pages, with what they do to the partnerships that stand."""
    problem = build_problem(session, facts, wanted)
    terms = judge(problem, plan_of_rows(facts, problem)).terms
    total = sum(term.cost for term in terms.values())
    return tuple(
        Weighed(
            name=name,
            label=words.weight_word(name),
            unit=words.unit_word(name),
            weight=terms[name].weight,
            units=terms[name].units,
            points=terms[name].cost,
            percent=round(100 * terms[name].cost / total) if total else 0,
        )
        for name in WEIGHED
    )
