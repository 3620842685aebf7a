"""What the overlaps within a circle cost at least, whatever the rooms: counted over all sets of its sessions.

Take any plan, and of the sessions of a circle as many as do not overlap each other: these are the *heads*. Each of the
others overlaps a head. One that overlaps nothing else is the *mate* of its head, which has no other mate, or the two
mates could be heads in its place. Head and mate together take one stretch of time, disjoint from those of all other
heads. Whoever else overlaps two at least, one of them a head: its clash with the head counts whole, each with another
of its kind half for either, and its time does not count. So the cost is no less than where the sets of sessions, each
placed as early as can be, are extended by a head, by a head with its mate, or by one of the others.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

MOST_COUNTED = 64
"""Half units of cost beyond which no difference is made."""


Pairs = dict[tuple[int, int], tuple[int, Any]]
"""By two sessions that can overlap: what that costs in half units, and when both are over, by grain."""


def least_overlap(*, durations: Any, may_start: Any, weights: Any, is_over: Callable[[], bool] = lambda: False) -> int:
    """A lower bound for the weights of the pairs that overlap.

    Args:
        durations: grains, by session.
        may_start: by session and grain.
        weights: by session and session; 0 where the two can never overlap.
        is_over: asked all the time; where it says so, what was counted by then is given, or nothing.
    """
    if (durations.sum() <= 0) or not may_start.any(axis=1).all():
        return 0
    some = weights[weights > 0]
    # Where clashes are dear, cost is counted in larger steps, the parts of steps not at all.
    step = max(1, int(some.min()) // 4) if some.size else 1
    steps, most = weights // step, 8
    sessions, length = may_start.shape
    never = length + int(durations.max())
    heads = [_ends_alone(may_start[one], int(durations[one]), never) for one in range(sessions)]
    pairs = {
        (one, other): (2 * int(steps[one, other]), _ends_together(may_start, durations, one, other, never))
        for one in range(sessions)
        for other in range(one)
        if 0 < 2 * steps[one, other] <= MOST_COUNTED
    }
    proven = 0
    while True:
        over = _over(heads, pairs, [_cost_of_others(row) for row in steps], never, most, is_over)
        if over is None:
            return step * proven
        reached = np.flatnonzero(over < never)
        if reached.size:
            return step * ((int(reached[0]) + 1) // 2)
        proven = (most + 2) // 2
        if most >= MOST_COUNTED:
            return step * proven
        most *= 2


def _over(
    heads: list[Any], pairs: Pairs, others: list[int | None], never: int, most: int, is_over: Callable[[], bool]
) -> Any | None:
    """By the cost in half units, up to ``most``, when all sessions can be over; nothing where the time is."""
    sessions = len(heads)
    # By the set of sessions and the cost.
    over = np.full((1 << sessions, most + 1), never, np.int32)
    over[0, :] = 0
    for sets in _by_size(sessions):
        for one in range(sessions):
            if is_over():
                return None
            without = sets[sets >> one & 1 == 0]
            _extend(over, without, without | 1 << one, heads[one], 0)
            _extend(over, without, without | 1 << one, None, others[one])
        for (one, other), (cost, ends) in pairs.items():
            without = sets[(sets >> one | sets >> other) & 1 == 0]
            _extend(over, without, without | 1 << one | 1 << other, ends, cost)
    return over[-1]


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
    for first, second in ((one, other), (other, one)):
        begins = np.flatnonzero(may_start[first])
        later = _next_start(may_start[second])[begins]
        is_beside = later < begins + durations[first]
        begins, later = begins[is_beside], later[is_beside]
        both = np.maximum(begins + durations[first], later + durations[second])
        ends[begins] = np.minimum(ends[begins], both)
    return np.minimum.accumulate(ends[::-1])[::-1]


def _next_start(may_start: Any) -> Any:
    """By grain, the first start from then on; beyond all others where there is none."""
    grains = np.arange(may_start.size)
    starts = np.where(may_start, grains, np.iinfo(np.int32).max // 2)
    return np.minimum.accumulate(starts[::-1])[::-1]
