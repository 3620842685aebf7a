"""Where a session may start by its own facts alone, room by room: what is left for the search to choose from.

Sets of starts are sorted, disjoint half-open spans of grains. Everything that concerns one session is settled here
(its windows, its pin, its people's availability, days, open hours, what its resources have left); the model then holds
nothing but what sessions do to each other.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from scheduler.agenda.problem import Day, Resource, Room, Session

Span = tuple[int, int]
Starts = tuple[Span, ...]

FOREVER: Starts = ((-(2**40), 2**40),)


@dataclass(frozen=True)
class Legal:
    """The legal starts of one session by room and by day; ``rooms`` holds only rooms where there is one.

    ``days`` maps the position of a day to the starts that lie in it; the sets are disjoint.
    """

    session: Session
    rooms: dict[str, Starts]
    days: dict[int, Starts]

    @cached_property
    def starts(self) -> Starts:
        return union_of(self.rooms.values())

    @cached_property
    def notes(self) -> dict[Hashable, tuple[object, ...]]:
        """What was read off the legal starts, by who asks, for those who ask again and again."""
        return {}

    @property
    def choices(self) -> int:
        """How many pairs of start and room there are."""
        return sum(end - start for starts in self.rooms.values() for start, end in starts)


def fits(session: Session, room: Room) -> bool:
    """Whether a room is right for a session, whatever the time."""
    return session.audience <= room.capacity and fits_out(session, room)


def fits_out(session: Session, room: Room) -> bool:
    """The same where it has seats enough."""
    return (
        (session.layout is None or session.layout in room.layouts)
        and (not session.features or set(session.features) <= set(room.features))
        and session.booths <= room.booths
        and (session.rooms is None or room.id in session.rooms)
        and (session.pin is None or session.pin.room in (None, room.id))
    )


def taken_elsewhere(resource: Resource) -> list[tuple[Span, int]]:
    """The units taken elsewhere as a step function: spans with the units in them, nothing where none are."""
    changes: dict[int, int] = {}
    for start, end, units in resource.taken:
        if start < end:
            changes[start] = changes.get(start, 0) + units
            changes[end] = changes.get(end, 0) - units
    moments = sorted(changes)
    steps, level = [], 0
    for moment, following in pairwise(moments):
        level += changes[moment]
        if level > 0:
            steps.append(((moment, following), level))
    return steps


def union(spans: Iterable[Span]) -> Starts:
    """Sort spans, drop empty ones, and merge those that overlap or touch."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def hours_of_day(day: Day) -> Starts:
    """The open time of a day: its hours without those that are closed."""
    return without(union([(day.start, day.end)]), union(day.closed))


def hours_of_days(days: Iterable[Day]) -> Starts:
    """The open time of some days; where they overlap, the time is there once."""
    return union(span for day in days for span in hours_of_day(day))


def union_of(sets: Iterable[Starts]) -> Starts:
    """What any of some sets holds; sets that are equal are looked at once."""
    different = tuple(dict.fromkeys(sets))
    return different[0] if len(different) == 1 else union(span for starts in different for span in starts)


def common(one: Starts, other: Starts) -> Starts:
    """What both sets hold."""
    found: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            found.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def without(one: Starts, other: Starts) -> Starts:
    """What the first set holds and the second does not; the second must be sorted."""
    found: list[Span] = []
    for start, end in one:
        for from_, to in other:
            if to <= start:
                continue
            if from_ >= end:
                break
            if start < from_:
                found.append((start, from_))
            start = to
        if start < end:
            found.append((start, end))
    return tuple(found)


def starts_within(windows: Iterable[Span], duration: int) -> Starts:
    """Where something of this duration may start so that one window, touching ones joined, holds all of it."""
    return tuple((start, end - duration + 1) for start, end in union(windows) if end - start >= duration)


def blocking_starts(busy: Iterable[Span], duration: int) -> Starts:
    """Where something of this duration may not start because it would run into a busy span."""
    return union((start - duration + 1, end) for start, end in busy if start < end)
