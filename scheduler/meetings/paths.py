"""The compiled annealing for halls of meetings of two at tables that are all alike: the usual case, the fastest.

A chain with an end is then a path from person to person: in slot *a* with the one, in *b* with the next. It is walked
to its other end without being collected; only those two see their day change, so that they alone decide. All days of a
person are one number here, with a bit for each slot and one between two blocks, and which slots may follow at the
beginning of a path is read off it.
"""

from typing import Any, NamedTuple

import numpy as np

from scheduler.core.compiled import compiled
from scheduler.meetings.chains import LONGEST_CHAIN
from scheduler.meetings.kernel import idle_runs, ones, shake

HALF = 31
"""Two random numbers of so many bits come from one."""


class Paths(NamedTuple):
    """Who meets whom, by position of the slot's bit."""

    partner: Any  # [position, p] who the person meets, or -1
    filled: Any  # [p] bits
    free: Any  # [p] bits of the slots in which the person may have a meeting
    busy: Any  # [p] bits
    blocks: Any  # the bits of each block
    block: Any  # [position] the bits of its block
    slot: Any  # [position] the number of the slot


@compiled
def anneal_paths(facts: Any, day: Any, paths: Any, moves: int, temperature: float) -> None:
    """Try so many moves at one temperature, counted in idle runs; the wishes held stay the same.

    How much worse a move may be is drawn first, one number for both ends, so that an idle run may go from one person to
    another however cold it is. Most often that is not at all: then a path begins only where the first end can bear it.
    """
    people = paths.filled.shape[0]
    spark = np.exp(-1.0 / temperature)
    for _ in range(moves):
        chance, second = shake(day), shake(day)
        person = ((chance >> (HALF + 1)) * people) >> HALF
        heat = ((second >> (HALF + 1)) + 1.0) / (1 << HALF)
        limit = int(-temperature * np.log(heat)) if heat < spark else 0
        filled, busy, free = paths.filled[person], paths.busy[person], paths.free[person]
        may_go = filled if limit > 0 else _movable(filled, busy, free)
        if may_go == 0:
            continue
        source = _one_of(may_go, chance & ((1 << HALF) - 1))
        left = filled & ~(1 << source)
        before, after = _sides(left, busy)
        change = -_runs_of(paths, left, before, after, source)
        may_follow = free & ~filled & _slots_within(paths, left, before, after, limit - change)
        if may_follow == 0:
            continue
        target = _one_of(may_follow, second & ((1 << HALF) - 1))
        change += _runs_of(paths, left, before, after, target)
        last, meetings, here, there = paths.partner[source, person], 1, source, target
        while paths.partner[there, last] >= 0:
            here, there = there, here
            last = paths.partner[here, last]
            meetings += 1
        left = paths.filled[last] & ~(1 << here)
        before, after = _sides(left, paths.busy[last])
        change += _runs_of(paths, left, before, after, there) - _runs_of(paths, left, before, after, here)
        if change <= limit and meetings <= LONGEST_CHAIN:
            _swap(facts, day, paths, person, source, target)


@compiled
def runs_in(paths: Any) -> int:
    """The idle runs of everybody."""
    runs = 0
    for person in range(paths.filled.shape[0]):
        filled = paths.filled[person]
        for block in range(paths.blocks.shape[0]):
            bits = paths.blocks[block]
            runs += idle_runs(filled & bits, paths.busy[person] & bits)
    return runs


@compiled
def _movable(filled: int, busy: int, free: int) -> int:
    """Bits of the meetings at an end of a row of them; all where there is a gap that one of them would close."""
    before, after = _sides(filled, busy)
    return int(filled if free & ~filled & before & after else filled & ~(before & after))


@compiled
def _sides(filled: int, busy: int) -> tuple[int, int]:
    """Bits of the slots that have a filled one before them, and of those that have one after; busy ones do not part."""
    hidden = busy & ~filled
    before = after = filled
    if hidden:
        # The carry of an addition runs through each row of ones.
        before |= hidden & ~(hidden + ((filled << 1) & hidden))
        grown = (after >> 1) & hidden
        while grown:
            after |= grown
            grown = (after >> 1) & hidden & ~after
    return before << 1, after >> 1


@compiled
def _runs_of(paths: Any, left: int, before: int, after: int, position: int) -> int:
    """How many idle runs more a person has with a meeting at the position than with what is left: -1, 0 or 1."""
    sides = ((before >> position) & 1) + ((after >> position) & 1)
    if sides == 0 and left & paths.block[position] == 0:
        return 0
    return int(1 - sides)


@compiled
def _slots_within(paths: Any, left: int, before: int, after: int, runs: int) -> int:
    """Bits of the slots in which a meeting adds at most so many idle runs to what is left."""
    if runs > 0:
        return -1
    if runs < 0:
        return int(before & after) if runs == -1 else 0
    bits = before | after
    for block in range(paths.blocks.shape[0]):
        if left & paths.blocks[block] == 0:
            bits |= paths.blocks[block]
    return int(bits)


@compiled
def _one_of(bits: int, chance: int) -> int:
    """The position of one of the bits."""
    for _ in range((chance * ones(bits)) >> HALF):
        bits &= bits - 1
    return ones((bits & -bits) - 1)


@compiled
def _swap(facts: Any, day: Any, paths: Any, person: int, source: int, target: int) -> None:
    """Let the path from the person change places, unless a wish or the tables forbid it."""
    partner, who, one, other = paths.partner, day.who, paths.slot[source], paths.slot[target]
    length, last = 0, person
    here, there, to = source, target, other
    while length == 0 or partner[here, last] >= 0:
        wish = who[last, paths.slot[here]]
        if not facts.allowed[wish, to]:
            return
        day.chain[length] = wish
        day.came_from[length] = last
        length += 1
        last = partner[here, last]
        here, there, to = there, here, paths.slot[here]
    day.came_from[length] = last
    if length & 1:
        come, gone = facts.moments[facts.moments_at[other]], facts.moments[facts.moments_at[one]]
        if day.used[0, come] >= facts.size[0]:
            return
        day.used[0, come] += 1
        day.used[0, gone] -= 1
    for at in range(length + 1):
        member = day.came_from[at]
        partner[source, member], partner[target, member] = partner[target, member], partner[source, member]
        who[member, one], who[member, other] = who[member, other], who[member, one]
    for at in range(length):
        wish = day.chain[at]
        day.slot[wish] = one if day.slot[wish] == other else other
    for at in (0, length):
        member = day.came_from[at]
        paths.filled[member] ^= (1 << source) | (1 << target)
