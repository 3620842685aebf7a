"""What an answer about a problem says."""

from dataclasses import dataclass
from typing import Literal

from scheduler.agenda.solution import Placement

Answer = Literal["feasible", "infeasible", "unknown"]


@dataclass(frozen=True)
class Found:
    """An answer, and what shows it: a plan, or a few sessions that have none, where such are known."""

    status: Answer
    placements: tuple[Placement, ...] | None = None
    against: frozenset[str] | None = None
    left: frozenset[str] = frozenset()
    """Where there is no answer, the sessions that the last attempt could not place."""
