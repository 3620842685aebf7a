"""What a solve may still spend, in seconds or in a budget that gives equal answers."""

from dataclasses import replace

from scheduler.core.limits import Control, Limits, Stopwatch

LEAST_SECONDS = 0.02
"""With less left than this no search is begun: it would end before it has read its model."""

LEAST_WORK = 0.001


class Allowance:
    """The limits of a solve, told in shares of the whole: of the seconds that end, or of the work that is left."""

    def __init__(self, limits: Limits, control: Control) -> None:
        self.limits, self.stopwatch = limits, Stopwatch()
        self._control = control
        self._work_left = None if limits.budget is None else float(limits.budget)

    def is_over(self) -> bool:
        return self._control.is_stopped or self.is_past(1.0)

    def is_past(self, share: float) -> bool:
        return self.is_after(share * self.limits.time_limit)

    def is_after(self, seconds: float) -> bool:
        # A budget is to give equal answers, which a clock does not.
        return self.limits.budget is None and self.stopwatch.seconds > seconds

    def has_time_until(self, share: float) -> bool:
        """Whether a search that is to end there is worth its beginning."""
        return not self._control.is_stopped and not self.is_after(share * self.limits.time_limit - LEAST_SECONDS)

    def seconds_until(self, share: float) -> float:
        return share * self.limits.time_limit - self.stopwatch.seconds

    def work_for(self, share: float) -> float | None:
        """The part of the work left; nothing where seconds count."""
        return None if self._work_left is None else share * self._work_left

    def limits_for(self, share: float) -> Limits:
        """The limits with the part of the work left as their budget."""
        return replace(self.limits, budget=self.work_for(share))

    def spend(self, work: float) -> None:
        if self._work_left is not None:
            self._work_left = max(LEAST_WORK, self._work_left - work)
