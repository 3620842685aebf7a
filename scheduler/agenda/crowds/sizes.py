"""What is counted instead of sessions: lengths that may start at certain times, and stretches that they go into."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from scheduler.agenda.legal import Span, Starts, common, union


@dataclass(frozen=True)
class Stretch:
    """Time without a break on one track, a room where it is one; each session is followed by ``turnover``."""

    start: int
    end: int
    turnover: int = 0
    room: str | None = None


@dataclass(frozen=True)
class Size:
    """Sessions that are alike: how long they take and where they may start."""

    duration: int
    rooms: tuple[tuple[str, Starts], ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # Asked for again and again, and of many rooms.
        return hash((self.duration, self.rooms))

    @cached_property
    def _by_room(self) -> dict[str, Starts]:
        return dict(self.rooms)

    def _legal_in(self, stretch: Stretch) -> Iterable[Starts]:
        if stretch.room is None:
            return dict.fromkeys(legal for _, legal in self.rooms)
        return (self._by_room[stretch.room],) if stretch.room in self._by_room else ()

    def goes_into(self, stretch: Stretch) -> bool:
        """Whether it may be anywhere in a stretch."""
        starts = ((stretch.start, stretch.end - self.duration + 1),)
        if stretch.end - stretch.start < self.duration:
            return False
        return any(common(starts, legal) == starts for legal in self._legal_in(stretch))

    def starts_in(self, stretch: Stretch) -> Starts:
        """Where it may start so that it lies in a stretch."""
        within: Starts = ((stretch.start, stretch.end - self.duration + 1),)
        return union(span for legal in self._legal_in(stretch) for span in common(within, legal))

    @property
    def hull(self) -> Span:
        """From where it may begin to where it must have ended."""
        return (
            min(starts[0][0] for _, starts in self.rooms),
            max(starts[-1][1] for _, starts in self.rooms) - 1 + self.duration,
        )

    def may_go_into(self, stretch: Stretch) -> bool:
        """Whether it may be somewhere in a stretch."""
        starts = ((stretch.start, stretch.end - self.duration + 1),)
        if stretch.end - stretch.start < self.duration:
            return False
        return any(common(starts, legal) for legal in self._legal_in(stretch))
