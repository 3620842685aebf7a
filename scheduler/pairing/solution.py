"""A pairing as a frozen value: the partnerships with their reasons, and the cities left without."""

from typing import Annotated, Literal

from pydantic import Field

from scheduler.core.answers import read_answer
from scheduler.core.explanation import Fact
from scheduler.core.outcome import Outcome
from scheduler.core.refusal import Complaints
from scheduler.core.values import Id, Value
from scheduler.pairing.modality import Modality, Role
from scheduler.pairing.problem import PairingProblem, WeightName

Points = Annotated[int, Field(ge=-(2**53), le=2**53)]
"""Weights times units: may pass the range of a single input."""


class Member(Value):
    """A city or a facilitator and what it does in the partnership."""

    id: Id
    role: Role


class Reason(Value):
    """Points that speak for a partnership; ``from`` and ``to`` are who gives and who gains, where that applies."""

    kind: WeightName
    from_: Id | None = Field(default=None, alias="from")
    to: Id | None = None
    challenge: Id | None = None
    value: Points


class Partnership(Value):
    """A pair or a triangle; the values of its reasons sum to ``value``."""

    members: tuple[Member, ...]
    modality: Modality
    value: Points
    reasons: tuple[Reason, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(member.id for member in self.members)


class UnpairedCity(Value):
    """A city without partnership, and what keeps it so where that was asked for."""

    id: Id
    blocked_by: tuple[Fact, ...] = ()


class PairingSolution(Value):
    """A plan; every city of the problem is in a partnership or in ``unpaired``."""

    format: Literal["bridge-pairing-solution/1"] = "bridge-pairing-solution/1"
    partnerships: tuple[Partnership, ...] = ()
    unpaired: tuple[UnpairedCity, ...] = ()


class PairingOutcome(Outcome[PairingSolution]):
    """What a solve of a pairing problem gives back."""


def read_solution(text: str | bytes, problem: PairingProblem) -> PairingSolution:
    """Parse a solution, or an outcome and take its solution.

    Raises:
        Refused: not JSON, wrong types, an outcome without solution, or references that the problem does not know.
    """
    return read_answer(
        text,
        solution=PairingSolution,
        outcome=PairingOutcome,
        refuse_unknown=lambda found, start: _refuse_unknown(found, problem, prefix=start),
    )


def _refuse_unknown(solution: PairingSolution, problem: PairingProblem, *, prefix: str) -> None:
    cities = {city.id for city in problem.cities}
    everybody = cities | {facilitator.id for facilitator in problem.facilitators}
    complaints = Complaints()
    for index, partnership in enumerate(solution.partnerships):
        path = f"{prefix}partnerships[{index}]"
        for position, member in enumerate(partnership.members):
            complaints.require_known(f"{path}.members[{position}].id", "city or facilitator", member.id, everybody)
        for position, reason in enumerate(partnership.reasons):
            for end, identifier in (("from", reason.from_), ("to", reason.to)):
                if identifier is not None:
                    complaints.require_known(
                        f"{path}.reasons[{position}].{end}", "city or facilitator", identifier, everybody
                    )
    for index, unpaired in enumerate(solution.unpaired):
        complaints.require_known(f"{prefix}unpaired[{index}].id", "city", unpaired.id, cities)
    complaints.raise_if_any()
