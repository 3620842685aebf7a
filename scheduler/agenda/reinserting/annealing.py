"""Better plans for full rooms, compiled: some sessions are taken out together and put back one after the other.

Ruin and recreate (Schrimpf, Schneider, Stamm-Wilbrandt and Dueck, 2000), with what runs at one time or in one room
taken out together and with places that are not seen now and then (Christiaens and Vanden Berghe, 2020); what came of it
is kept as simulated annealing has it (Kirkpatrick, Gelatt and Vecchi, 1983).
"""

from math import log
from typing import Any

import numpy as np

from scheduler.agenda.reinserting.kernel import NEVER, OUT, cheapest, cost_of, put_in, take_out
from scheduler.core.compiled import compiled, drawn

TRIED = 3
"""Sessions of which the dearest is the centre of a move."""
WAY = 40
"""Grains that do not count against a session that runs about when the centre does, at most."""


@compiled
def anneal(facts: Any, plan: Any, moves: int, most: int, temperature: float) -> None:
    """Try so many moves, each of at most ``most`` sessions, at one temperature, in units of the cost."""
    for _ in range(moves):
        count = _gather(facts, plan, 1 + drawn(plan.chance, most))
        before = 0
        for at in range(count):
            session = plan.gone[at]
            plan.old_start[at], plan.old_room[at] = plan.start[session], plan.room[session]
            # Each counts what it costs beside those that are still there, so that no clash counts twice.
            before += cost_of(facts, plan, session)
            take_out(facts, plan, session)
        _order(facts, plan, count)
        # What may be paid is drawn first: a move that costs more is over as soon as that is clear.
        limit = before - temperature * log((drawn(plan.chance, 1 << 30) + 1) / (1 << 30))
        after = _put_back(facts, plan, count, limit)
        if after > limit:
            _undo(facts, plan, count)
            continue
        plan.cost[0] += after - before
        if plan.cost[0] < plan.cost[1]:
            plan.cost[1] = plan.cost[0]
            for session in range(plan.start.shape[0]):
                plan.best_start[session], plan.best_room[session] = plan.start[session], plan.room[session]


@compiled
def _put_back(facts: Any, plan: Any, count: int, limit: float) -> int:
    """What the sessions cost where they are put now; NEVER, and some still out, where that is above the limit."""
    after = 0
    for at in range(count):
        session = plan.gone[at]
        cost = cheapest(facts, plan, session)
        if cost == NEVER or after + cost > limit:
            return int(NEVER)
        after += cost
        put_in(facts, plan, session, plan.found[0], plan.found[1])
    return after


@compiled
def _undo(facts: Any, plan: Any, count: int) -> None:
    for at in range(count):
        if plan.start[plan.gone[at]] != OUT:
            take_out(facts, plan, plan.gone[at])
    for at in range(count):
        put_in(facts, plan, plan.gone[at], plan.old_start[at], plan.old_room[at])


@compiled
def _gather(facts: Any, plan: Any, size: int) -> int:
    """Choose who is taken out: a session that costs much, and others about it in time or in its room, or any."""
    plan.chance[1] += 1
    centre = plan.movable[drawn(plan.chance, plan.movable.shape[0])]
    most = cost_of(facts, plan, centre)
    for _ in range(TRIED - 1):
        other = plan.movable[drawn(plan.chance, plan.movable.shape[0])]
        cost = cost_of(facts, plan, other)
        if cost > most:
            centre, most = other, cost
    count = _add(plan, centre, 0)
    for at in range(facts.together_at[centre], facts.together_at[centre + 1]):
        if plan.start[facts.together[at]] != OUT and drawn(plan.chance, 2) == 0:
            count = _add(plan, facts.together[at], count)
    kind = drawn(plan.chance, 10)
    if kind < 5:
        return _about(facts, plan, centre, size, count)
    if kind < 8:
        count = _row(plan, centre, (size + 1) // 2, count)
        return _row(plan, plan.movable[drawn(plan.chance, plan.movable.shape[0])], (size + 1) // 2, count)
    for _ in range(size):
        count = _add(plan, plan.movable[drawn(plan.chance, plan.movable.shape[0])], count)
    return count


@compiled
def _about(facts: Any, plan: Any, centre: int, size: int, count: int) -> int:
    """Some of those that run when the centre does, or not long before or after."""
    way = drawn(plan.chance, WAY)
    first, end = plan.start[centre] - way, plan.start[centre] + facts.duration[centre] + way
    for _ in range(6 * size):
        other = plan.movable[drawn(plan.chance, plan.movable.shape[0])]
        if plan.start[other] < end and first < plan.start[other] + facts.duration[other]:
            count = _add(plan, other, count)
        if count > size:
            break
    return count


@compiled
def _row(plan: Any, centre: int, size: int, count: int) -> int:
    """The centre with some of those that follow each other in its room."""
    room = plan.room[centre]
    at = 0
    while plan.held[room, at] != centre:
        at += 1
    at = max(0, at - drawn(plan.chance, size))
    for position in range(at, min(at + size, plan.count[room])):
        count = _add(plan, plan.held[room, position], count)
    return count


@compiled
def _add(plan: Any, session: int, count: int) -> int:
    if plan.mark[session] == plan.chance[1]:
        return count
    plan.mark[session] = plan.chance[1]
    plan.gone[count] = session
    return count + 1


@compiled
def _order(facts: Any, plan: Any, count: int) -> None:
    """Who is put back first: at random, or the longest, or those that most others must not meet."""
    for at in range(count - 1, 0, -1):
        _exchange(plan, at, drawn(plan.chance, at + 1))
    kind = drawn(plan.chance, 5)
    if kind < 2:
        return
    for at in range(1, count):
        place = at
        while place > 0 and _rank(facts, plan.gone[place], kind) > _rank(facts, plan.gone[place - 1], kind):
            _exchange(plan, place, place - 1)
            place -= 1


@compiled
def _rank(facts: Any, session: int, kind: int) -> int:
    if kind < 4:
        return int(facts.duration[session])
    return int(facts.clash_at[session + 1] - facts.clash_at[session])


@compiled
def _exchange(plan: Any, one: int, other: int) -> None:
    plan.gone[one], plan.gone[other] = plan.gone[other], plan.gone[one]
    plan.old_start[one], plan.old_start[other] = plan.old_start[other], plan.old_start[one]
    plan.old_room[one], plan.old_room[other] = plan.old_room[other], plan.old_room[one]


def unit_of(facts: Any) -> float:
    """What a clash costs on average, or a step that is dear in another way: the measure of temperatures."""
    for costs in (facts.weight, facts.moved, facts.choice_price):
        some = costs[costs > 0]
        if some.shape[0]:
            return float(np.mean(some))
    return 1.0
