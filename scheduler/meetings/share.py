"""A part of what a solve may still spend, whether that is seconds or a budget of moves."""

from dataclasses import dataclass

from scheduler.meetings.search import Search

MOVES_A_UNIT = 400_000
"""Moves that count as one unit of a budget: less than a core does in a second."""


@dataclass
class Share:
    """A part of what a solve may still spend, in seconds or in moves."""

    search: Search
    part: float

    def __post_init__(self) -> None:
        self._started = self.search.stopwatch.seconds
        self._seconds = self.part * (self.search.end - self._started)
        left = self.search.work_left
        self._moves = None if left is None else self.part * left * MOVES_A_UNIT
        self._made = 0

    @property
    def used(self) -> float:
        """From 0 to 1."""
        if self._moves is not None:
            return min(1.0, self._made / self._moves) if self._moves > 0 else 1.0
        seconds = self.search.stopwatch.seconds - self._started
        return min(1.0, seconds / self._seconds) if self._seconds > 0 else 1.0

    @property
    def is_over(self) -> bool:
        return self.used >= 1.0 or self.search.control.is_stopped

    def count(self, moves: int) -> None:
        """Moves were made; a budget has fewer left."""
        self._made += moves
        self.search.spend(moves / MOVES_A_UNIT)
