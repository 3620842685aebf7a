"""A plan in arrays, compiled: put a meeting in, take it out, say what a day costs.

Numba compiles these functions once and keeps the machine code beside the sources. All state is in two tuples of arrays,
``Facts`` and ``Day`` (see ``arrays``); nothing here knows Python objects.
"""

from typing import Any, NamedTuple

import numpy as np

from scheduler.core.compiled import compiled, drawn, shaken

NO = np.int32(-1)


class Facts(NamedTuple):
    """What does not change: by wish w, person p, slot s, block b, class of tables c, moment m, resource r.

    Lists of different length are one array and, by row, where each begins (``…_at``).
    """

    people: Any
    people_at: Any
    allowed: Any  # [w, s] whether the wish may be held then
    kind: Any  # [w] which tables it may have
    hosts: Any  # [kind, s, c] whether the class will do
    moments: Any
    moments_at: Any  # [s]
    rivals: Any
    rivals_at: Any  # [s] slots at the same time, itself included
    size: Any  # [c] tables
    uses: Any
    units: Any
    uses_at: Any  # [w] resources and units
    most: Any  # [p]
    earlier: Any
    earlier_at: Any  # [w]
    later: Any
    later_at: Any  # [w]
    start: Any  # [s]
    end: Any  # [s]
    block: Any  # [s]
    bit: Any  # [s] the slot's bit in its block
    busy: Any  # [p, b] bits
    home: Any  # [w] the slot in the plan before, or -1
    stays: Any  # [w] whether a meeting that is at home may not leave it
    weights: Any  # idle run, idle slot, moved, one unit above the fair number
    fair: Any  # term of fairness (0 none, 1 runs, 2 slots), units that nobody should pass


class Day(NamedTuple):
    """What changes: the plan and what it leaves."""

    slot: Any  # [w] or -1
    place: Any  # [w] class of tables
    who: Any  # [p, s] wish or -1
    used: Any  # [c, m]
    left: Any  # [r, m]
    filled: Any  # [p, b] bits
    count: Any  # [p]
    mark: Any  # [w] the last chain that it was in
    chain: Any  # scratch, and so are the two that follow
    came_from: Any
    had: Any
    chance: Any  # [0] state of the random numbers, [1] number of the last chain


@compiled
def shake(day: Any) -> int:
    """Random bits: 63 of them."""
    return shaken(day.chance)


@compiled
def draw(day: Any, below: int) -> int:
    """A random whole number from 0 to ``below`` - 1."""
    return drawn(day.chance, below)


@compiled
def ones(bits: int) -> int:
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@compiled
def idle_runs(filled: int, busy: int) -> int:
    """Idle runs of one person in one block."""
    if filled & (filled - 1) == 0:
        return 0
    hidden = busy & ~filled
    # Busy slots after a meeting count as part of it: the carry of an addition runs through each row of ones.
    begins = (filled << 1) & hidden
    joined = filled | (hidden & ~(hidden + begins))
    return ones(joined & ~(joined << 1)) - 1


@compiled
def idle_slots(filled: int, busy: int) -> int:
    """Idle slots of one person in one block."""
    highest = filled
    highest |= highest >> 1
    highest |= highest >> 2
    highest |= highest >> 4
    highest |= highest >> 8
    highest |= highest >> 16
    highest |= highest >> 32
    lowest = filled & -filled
    between = highest & ~(lowest - 1)
    return ones(between & ~filled & ~busy)


@compiled
def _units(facts: Any, filled: int, busy: int) -> tuple[int, int]:
    """Idle runs and idle slots; those that nobody asks about are not counted."""
    runs = idle_runs(filled, busy) if facts.weights[0] > 0 or facts.fair[0] == 1 else 0
    slots = idle_slots(filled, busy) if facts.weights[1] > 0 or facts.fair[0] == 2 else 0
    return runs, slots


@compiled
def _cost_of(facts: Any, runs: int, slots: int) -> int:
    cost = facts.weights[0] * runs + facts.weights[1] * slots
    if facts.fair[0] == 1 and runs > facts.fair[1]:
        cost += facts.weights[3] * (runs - facts.fair[1])
    if facts.fair[0] == 2 and slots > facts.fair[1]:
        cost += facts.weights[3] * (slots - facts.fair[1])
    return int(cost)


@compiled
def person_cost(facts: Any, day: Any, person: int) -> int:
    """What a person's idle time costs."""
    runs = slots = 0
    for block in range(day.filled.shape[1]):
        more_runs, more_slots = _units(facts, day.filled[person, block], facts.busy[person, block])
        runs += more_runs
        slots += more_slots
    return _cost_of(facts, runs, slots)


@compiled
def person_change(facts: Any, day: Any, person: int, one: int, other: int) -> int:
    """How that changes if the person has a meeting in two slots exactly where they had none before."""
    block_a, block_b = facts.block[one], facts.block[other]
    before_runs = before_slots = after_runs = after_slots = 0
    for block in range(day.filled.shape[1]):
        if facts.fair[0] == 0 and block != block_a and block != block_b:
            continue
        filled, busy = day.filled[person, block], facts.busy[person, block]
        runs, slots = _units(facts, filled, busy)
        before_runs += runs
        before_slots += slots
        if block == block_a:
            filled ^= facts.bit[one]
        if block == block_b:
            filled ^= facts.bit[other]
        runs, slots = _units(facts, filled, busy)
        after_runs += runs
        after_slots += slots
    return _cost_of(facts, after_runs, after_slots) - _cost_of(facts, before_runs, before_slots)


@compiled
def plan_cost(facts: Any, day: Any) -> int:
    """What all idle time and all moves cost."""
    cost = 0
    for person in range(day.filled.shape[0]):
        cost += person_cost(facts, day, person)
    for wish in range(facts.home.shape[0]):
        if facts.home[wish] >= 0 and facts.home[wish] != day.slot[wish]:
            cost += facts.weights[2]
    return cost


@compiled
def is_simple(facts: Any, slot: int) -> bool:
    """Whether no other slot overlaps it."""
    return bool(facts.rivals_at[slot + 1] - facts.rivals_at[slot] == 1)


@compiled
def take_out(facts: Any, day: Any, wish: int) -> None:
    slot = day.slot[wish]
    for at in range(facts.moments_at[slot], facts.moments_at[slot + 1]):
        moment = facts.moments[at]
        day.used[day.place[wish], moment] -= 1
        for use in range(facts.uses_at[wish], facts.uses_at[wish + 1]):
            day.left[facts.uses[use], moment] += facts.units[use]
    for at in range(facts.people_at[wish], facts.people_at[wish + 1]):
        person = facts.people[at]
        day.who[person, slot] = NO
        day.count[person] -= 1
        _unfill(facts, day, person, slot)
    day.slot[wish] = NO


@compiled
def _unfill(facts: Any, day: Any, person: int, slot: int) -> None:
    for at in range(facts.rivals_at[slot], facts.rivals_at[slot + 1]):
        rival = facts.rivals[at]
        is_filled = False
        for other in range(facts.rivals_at[rival], facts.rivals_at[rival + 1]):
            is_filled = is_filled or day.who[person, facts.rivals[other]] >= 0
        if not is_filled:
            day.filled[person, facts.block[rival]] &= ~facts.bit[rival]


@compiled
def put_in(facts: Any, day: Any, wish: int, slot: int, place: int) -> None:
    for at in range(facts.moments_at[slot], facts.moments_at[slot + 1]):
        moment = facts.moments[at]
        day.used[place, moment] += 1
        for use in range(facts.uses_at[wish], facts.uses_at[wish + 1]):
            day.left[facts.uses[use], moment] -= facts.units[use]
    for at in range(facts.people_at[wish], facts.people_at[wish + 1]):
        person = facts.people[at]
        day.who[person, slot] = wish
        day.count[person] += 1
        for other in range(facts.rivals_at[slot], facts.rivals_at[slot + 1]):
            rival = facts.rivals[other]
            day.filled[person, facts.block[rival]] |= facts.bit[rival]
    day.slot[wish] = slot
    day.place[wish] = place


@compiled
def fill(facts: Any, day: Any, wishes: Any, slots: Any, places: Any) -> None:
    """Put in a whole plan."""
    for number in range(wishes.shape[0]):
        put_in(facts, day, wishes[number], slots[number], places[number])


@compiled
def place_for(facts: Any, day: Any, wish: int, slot: int) -> int:
    """A class of tables with room for the wish in the slot, the one that it has first; -1 if there is none.

    People are not looked at.
    """
    for at in range(facts.moments_at[slot], facts.moments_at[slot + 1]):
        for use in range(facts.uses_at[wish], facts.uses_at[wish + 1]):
            if day.left[facts.uses[use], facts.moments[at]] < facts.units[use]:
                return -1
    kind = facts.kind[wish]
    own = day.place[wish]
    if own >= 0 and facts.hosts[kind, slot, own] and _room(facts, day, own, slot) > 0:
        return int(own)
    best = -1
    most = 0
    for place in range(facts.size.shape[0]):
        if facts.hosts[kind, slot, place]:
            room = _room(facts, day, place, slot)
            if room > most:
                best, most = place, room
    return best


@compiled
def _room(facts: Any, day: Any, place: int, slot: int) -> int:
    room = facts.size[place]
    for at in range(facts.moments_at[slot], facts.moments_at[slot + 1]):
        room = min(room, facts.size[place] - day.used[place, facts.moments[at]])
    return int(room)


@compiled
def in_order(facts: Any, day: Any, wish: int, slot: int) -> bool:
    """Whether the wishes that come before and after it leave it the slot."""
    for at in range(facts.earlier_at[wish], facts.earlier_at[wish + 1]):
        other = day.slot[facts.earlier[at]]
        if other >= 0 and facts.end[other] > facts.start[slot]:
            return False
    for at in range(facts.later_at[wish], facts.later_at[wish + 1]):
        other = day.slot[facts.later[at]]
        if other >= 0 and facts.end[slot] > facts.start[other]:
            return False
    return True
