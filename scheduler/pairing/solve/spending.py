"""What a solve may still spend."""

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.core.limits import Control, Limits, Stopwatch

LEAST_WORK = 0.001
"""A budget of this many deterministic units or fewer is used up."""


@dataclass
class Spending:
    """What is left of the time limit and of the budget in deterministic units.

    With a budget no clock is looked at, so that the same answer comes twice.
    """

    limits: Limits
    control: Control
    stopwatch: Stopwatch
    work_left: float | None

    @property
    def seconds_left(self) -> float:
        return max(0.05, self.limits.time_limit - self.stopwatch.seconds)

    @property
    def seconds_beyond(self) -> float:
        """Seconds since the time limit was reached; with a budget there is none."""
        return 0.0 if self.work_left is not None else max(0.0, self.stopwatch.seconds - self.limits.time_limit)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to spend, or the solve is to stop: then the plan at hand has to do."""
        if self.control.is_stopped:
            return True
        if self.work_left is not None:
            return self.work_left <= LEAST_WORK
        return self.stopwatch.seconds >= self.limits.time_limit

    def part(self, share: float) -> "Part":
        """A part of what is left now."""
        return Part(self, self.stopwatch.seconds + self.seconds_left * share, (self.work_left or 0.0) * (1 - share))

    def use(self, work: float) -> None:
        if self.work_left is not None:
            self.work_left = max(LEAST_WORK, self.work_left - work)


@dataclass(frozen=True)
class Part:
    """A part of the time and the budget: until a moment on the stopwatch, or until so much work is left."""

    spending: Spending
    until: float
    work_kept: float

    @property
    def is_over(self) -> bool:
        return self.spending.is_over or (self.work <= LEAST_WORK if self.has_budget else self.seconds <= 0)

    @property
    def has_budget(self) -> bool:
        return self.spending.work_left is not None

    @property
    def seconds(self) -> float:
        """Seconds left of the part."""
        return self.until - self.spending.stopwatch.seconds

    @property
    def work(self) -> float:
        """Deterministic units left of the part."""
        return 0.0 if self.spending.work_left is None else self.spending.work_left - self.work_kept

    def part(self, share: float) -> "Part":
        """A part of what is left of this part."""
        until = self.spending.stopwatch.seconds + max(0.0, self.seconds) * share
        return Part(self.spending, until, (self.spending.work_left or 0.0) - self.work * share)

    def clock(self) -> Callable[[], float]:
        """Seconds left for work that is not counted in units: with a budget it may take what it needs."""
        return lambda: 0.0 if self.is_over else (1e6 if self.has_budget else self.seconds)
