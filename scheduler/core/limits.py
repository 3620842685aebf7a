"""What a solve may spend, and how it is watched and stopped."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Time limit in seconds, worker threads, seed, and an optional budget.

    A budget bounds the search in deterministic units instead of seconds: one worker, a seed and a budget give the
    same answer twice.
    """

    time_limit: float = 60.0
    workers: int = 2
    seed: int = 0
    budget: float | None = None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The state of a running solve: the best value of the stage so far and its bound, ``None`` while unknown."""

    seconds: float
    stage: str
    incumbent: int | None
    bound: int | None


@dataclass
class Control:
    """Carries progress out of a solve and the wish to stop into it; safe to use from another thread."""

    on_progress: Callable[[Progress], None] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _stoppers: list[Callable[[], None]] = field(default_factory=list)

    @property
    def is_stopped(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        """End the solve soon and keep its best result."""
        self._stop.set()
        for stopper in tuple(self._stoppers):
            stopper()

    def quiet(self) -> "Control":
        """The same wish to stop for a piece of the work whose progress means nothing outside."""
        return Control(None, self._stop, self._stoppers)

    def through(self, change: Callable[[Progress], Progress]) -> "Control":
        """The same wish to stop for a piece of the work that does not know all that is known outside."""
        return Control(lambda progress: self.report(change(progress)), self._stop, self._stoppers)

    def watch(self, stopper: Callable[[], None]) -> None:
        """Call ``stopper`` when the solve is to stop; at once if it already is."""
        self._stoppers.append(stopper)
        if self.is_stopped:
            stopper()

    def unwatch(self, stopper: Callable[[], None]) -> None:
        self._stoppers.remove(stopper)

    def report(self, progress: Progress) -> None:
        if self.on_progress is not None:
            self.on_progress(progress)


class Stopwatch:
    """Seconds since it was made, and when the first solution stood."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.first_seconds: float | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def mark_first(self) -> None:
        if self.first_seconds is None:
            self.first_seconds = self.seconds
