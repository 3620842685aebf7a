"""Half-open windows of grains."""

from collections.abc import Iterable

Interval = tuple[int, int]


def overlaps(a: Interval, b: Interval) -> bool:
    """Whether two half-open intervals share a grain; an empty one shares none."""
    return max(a[0], b[0]) < min(a[1], b[1])


def join(windows: Iterable[Interval]) -> tuple[Interval, ...]:
    """Sort windows and merge those that overlap or touch."""
    merged: list[Interval] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def holds(windows: Iterable[Interval] | None, interval: Interval) -> bool:
    """Whether one of the joined windows contains the interval; ``None`` is no limit."""
    if windows is None:
        return True
    return any(start <= interval[0] and interval[1] <= end for start, end in join(windows))
