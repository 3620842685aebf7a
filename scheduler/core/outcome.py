"""What a solve gives back. Infeasible is a value, never an exception."""

from typing import Generic, Literal, TypeVar

from scheduler.core.values import Value
from scheduler.core.violation import Violation

S = TypeVar("S", bound=Value)

Status = Literal["optimal", "feasible", "infeasible", "unknown", "stopped"]
Sense = Literal["max", "min"]


class TermScore(Value):
    """The cost of one soft term: ``cost = units * weight``. For pairing, cost is points gained."""

    units: int
    weight: int
    cost: int


class StageResult(Value):
    """One stage of the objective; proven when ``value == bound``. Seconds are spent in this stage alone."""

    name: str
    sense: Sense
    value: int | None
    bound: int | None
    seconds: float

    @property
    def is_proven(self) -> bool:
        return self.value is not None and self.value == self.bound


class Outcome(Value, Generic[S]):
    """Status, solution or nothing, score by term, stages with bounds, seconds, seed and workers."""

    format: Literal["bridge-outcome/1"] = "bridge-outcome/1"
    status: Status
    solution: S | None
    score: dict[str, TermScore]
    stages: tuple[StageResult, ...]
    seconds: float
    first_seconds: float | None
    seed: int
    workers: int


class CheckReport(Value):
    """The answer of ``check``: broken hard rules, score by term, value of each stage."""

    violations: tuple[Violation, ...]
    score: dict[str, TermScore]
    stages: dict[str, int]
