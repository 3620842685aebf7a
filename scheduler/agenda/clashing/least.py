"""What the overlaps within a circle cost at least, whatever the rooms: counted over all sets of its sessions.

Take any plan, and of the sessions of a circle as many as do not overlap each other: these are the *heads*. Each of the
others overlaps a head. One that overlaps nothing else is the *mate* of its head, which has no other mate, or the two
mates could be heads in its place. Head and mate together take one stretch of time, disjoint from those of all other
heads. Whoever else overlaps two at least, one of them a head: its clash with the head counts whole, each with another
of its kind half for either, and its time does not count. So the cost is no less than where the sets of sessions, each
placed as early as can be, are extended by a head, by a head with its mate, or by one of the others.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

MOST_COUNTED = 64
"""Half units of cost beyond which no difference is made."""


def least_overlap(*, durations: Any, may_start: Any, weights: Any) -> int:
    """A lower bound for the weights of the pairs that overlap.

    Args:
        durations: grains, by session.
        may_start: by session and grain.
        weights: by session and session; 0 where the two can never overlap.
    """
    if (durations.sum() <= 0) or not may_start.any(axis=1).all():
        return 0
    some = weights[weights > 0]
    # Where clashes are dear, cost is counted in larger steps, the parts of steps not at all.
    step = max(1, int(some.min()) // 4) if some.size else 1
    steps, most = weights // step, 8
    while True:
        found = _count(durations, may_start, steps, most)
        if found is not None or most >= MOST_COUNTED:
            return step * ((most + 2) // 2 if found is None else (found + 1) // 2)
        most *= 2


def _count(durations: Any, may_start: Any, weights: Any, most: int) -> int | None:
    """The least cost in half units if that is at most ``most``."""
    sessions, length = may_start.shape
    never = length + int(durations.max())
    heads = [_ends_alone(may_start[one], int(durations[one]), never) for one in range(sessions)]
    pairs = {
        (one, other): (2 * int(weights[one, other]), _ends_together(may_start, durations, one, other, never))
        for one in range(sessions)
        for other in range(one)
        if 0 < 2 * weights[one, other] <= most
    }
    # By the set of sessions and the cost: when all of them can be over.
    over = np.full((1 << sessions, most + 1), never, np.int32)
    over[0, :] = 0
    for sets in _by_size(sessions):
        for one in range(sessions):
            without = sets[sets >> one & 1 == 0]
            _extend(over, without, without | 1 << one, heads[one], 0)
            _extend(over, without, without | 1 << one, None, _cost_of_others(weights[one]))
        for (one, other), (cost, ends) in pairs.items():
            without = sets[(sets >> one | sets >> other) & 1 == 0]
            _extend(over, without, without | 1 << one | 1 << other, ends, cost)
    reached = np.flatnonzero(over[-1] < never)
    return int(reached[0]) if reached.size else None


def _extend(over: Any, sets: Any, larger: Any, ends: Any | None, cost: int | None) -> None:
    """See whether larger sets are over sooner where some sets have that added, or for less."""
    levels = over.shape[1]
    if cost is None or cost >= levels or not sets.size:
        return
    before, after = over[sets, : levels - cost], over[larger]
    np.minimum(after[:, cost:], before if ends is None else ends[before], out=after[:, cost:])
    over[larger] = after


def _by_size(sessions: int) -> Iterator[Any]:
    """All sets as numbers, small ones first, so that each is complete before it is extended."""
    sets = np.arange(1 << sessions)
    sizes = sum(sets >> one & 1 for one in range(sessions))
    for size in range(sessions):
        yield sets[sizes == size]


def _cost_of_others(weights: Any) -> int | None:
    """In half units, what somebody costs who overlaps two at least; nothing is said where there are no two."""
    some = np.sort(weights[weights > 0])
    return int(2 * some[0] + some[1]) if some.size > 1 else None


def _ends_alone(may_start: Any, duration: int, never: int) -> Any:
    """By grain, when a session is over that starts then at the earliest."""
    ends = np.full(never + 1, never, np.int32)
    starts = np.flatnonzero(may_start)
    ends[starts] = starts + duration
    return np.minimum.accumulate(ends[::-1])[::-1]


def _ends_together(may_start: Any, durations: Any, one: int, other: int, never: int) -> Any:
    """By grain, when two sessions that overlap are both over, that start then at the earliest."""
    ends = np.full(never + 1, never, np.int32)
    for begin in range(may_start.shape[1]):
        for first, second in ((one, other), (other, one)):
            if may_start[first, begin]:
                later = np.flatnonzero(may_start[second, begin : begin + durations[first]])
                if later.size:
                    end = max(begin + durations[first], begin + later[0] + durations[second])
                    ends[begin] = min(ends[begin], end)
    return np.minimum.accumulate(ends[::-1])[::-1]
