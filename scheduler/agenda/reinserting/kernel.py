"""A plan in arrays, compiled: take a session out, find the cheapest place that is left for it, put it in.

Nothing here knows Python objects: what does not change is in ``Facts``, what does in ``Plan`` (see ``arrays``). Grains
are counted from the first legal one. A place is free when no rule of the problem forbids it beside all that is placed.
"""

from typing import Any, NamedTuple

from scheduler.core.compiled import compiled, drawn

OUT = -1
NEVER = 2**62
BLINK = 50
"""One place in so many is not seen, so that the same sessions do not always go back where they were."""


class Facts(NamedTuple):
    """What does not change: by session s, room r, site a, resource k, grain g.

    Lists of different length are one array and, by row, where each begins (``…_at``).
    """

    duration: Any  # [s]
    site: Any  # [r]
    turnover: Any  # [r]
    walk: Any  # [a, a]
    choice_at: Any  # [s] the rooms that it may be in, cheapest first
    choice_room: Any
    choice_price: Any
    choice_row: Any  # which row of legal starts
    legal: Any  # [row, g]
    late: Any  # [g] what a start costs
    before: Any  # [s] the start in the plan before, or what is none
    moved: Any  # [0] what another start costs
    beside_at: Any  # [s] sessions that share people, with the longest rest of these
    beside: Any
    rest: Any
    apart_at: Any  # [s] sessions that may not run meanwhile
    apart: Any
    after_at: Any  # [s] sessions that must be over
    after: Any
    next_at: Any  # [s] sessions that must not have begun
    next: Any
    together_at: Any  # [s] sessions in the same room
    together: Any
    uses_at: Any  # [s] resources and units
    uses: Any
    units: Any
    capacity: Any  # [k]
    clash_at: Any  # [s] sessions that the same public wants, with what that costs
    clash: Any
    weight: Any


class Plan(NamedTuple):
    """What changes: the plan, what it costs, the best one so far, and room to work in."""

    start: Any  # [s] or OUT
    room: Any  # [s]
    held: Any  # [r, position] the sessions of a room in the order of time
    count: Any  # [r]
    level: Any  # [k, g] units in use, elsewhere too
    movable: Any  # sessions that may be elsewhere
    best_start: Any  # [s]
    best_room: Any
    cost: Any  # [0] now, [1] of the best
    barred: Any  # [a, g] from here: scratch
    price: Any  # [g]
    found: Any  # start, room
    gone: Any
    old_start: Any
    old_room: Any
    mark: Any  # [s] the last move in which it was taken out
    chance: Any  # [0] state of the random numbers, [1] number of the last move


@compiled
def take_out(facts: Any, plan: Any, session: int) -> None:
    start, room = plan.start[session], plan.room[session]
    at = 0
    while plan.held[room, at] != session:
        at += 1
    last = plan.count[room] - 1
    for position in range(at, last):
        plan.held[room, position] = plan.held[room, position + 1]
    plan.count[room] = last
    plan.start[session] = OUT
    for use in range(facts.uses_at[session], facts.uses_at[session + 1]):
        for grain in range(start, start + facts.duration[session]):
            plan.level[facts.uses[use], grain] -= facts.units[use]


@compiled
def put_in(facts: Any, plan: Any, session: int, start: int, room: int) -> None:
    at = plan.count[room]
    while at > 0 and plan.start[plan.held[room, at - 1]] > start:
        plan.held[room, at] = plan.held[room, at - 1]
        at -= 1
    plan.held[room, at] = session
    plan.count[room] += 1
    plan.start[session], plan.room[session] = start, room
    for use in range(facts.uses_at[session], facts.uses_at[session + 1]):
        for grain in range(start, start + facts.duration[session]):
            plan.level[facts.uses[use], grain] += facts.units[use]


@compiled
def cost_of(facts: Any, plan: Any, session: int) -> int:
    """What a placed session costs where it is, clashes with all that is placed included."""
    start, room = plan.start[session], plan.room[session]
    end = start + facts.duration[session]
    cost = facts.late[start]
    if facts.before[session] != OUT and facts.before[session] != start:
        cost += facts.moved[0]
    for choice in range(facts.choice_at[session], facts.choice_at[session + 1]):
        if facts.choice_room[choice] == room:
            cost += facts.choice_price[choice]
    for at in range(facts.clash_at[session], facts.clash_at[session + 1]):
        other = facts.clash[at]
        from_ = plan.start[other]
        if from_ != OUT and from_ < end and start < from_ + facts.duration[other]:
            cost += facts.weight[at]
    return int(cost)


@compiled
def cheapest(facts: Any, plan: Any, session: int) -> int:
    """What the cheapest free place costs, which is then in ``found``; NEVER where nothing is free.

    Looked at are the starts at which something ends or begins to be free, or grows cheaper: no other is better. Of
    equal ones each has the same chance.
    """
    _bar(facts, plan, session)
    _price(facts, plan, session)
    wanted = OUT
    for at in range(facts.together_at[session], facts.together_at[session + 1]):
        other = facts.together[at]
        if plan.start[other] == OUT:
            continue
        if wanted != OUT and wanted != plan.room[other]:  # they were put apart while this one was out
            return NEVER
        wanted = plan.room[other]
    best, equals = NEVER, 0
    for choice in range(facts.choice_at[session], facts.choice_at[session + 1]):
        room = facts.choice_room[choice]
        if facts.choice_price[choice] > best:
            break
        if wanted != OUT and wanted != room:
            continue
        turnover, begin = facts.turnover[room], 0
        for position in range(plan.count[room]):
            other = plan.held[room, position]
            end = plan.start[other] - turnover
            best, equals = _look(facts, plan, session, choice, begin, end, best, equals)
            begin = max(0, plan.start[other] + facts.duration[other] + turnover)
        best, equals = _look(facts, plan, session, choice, begin, facts.legal.shape[1], best, equals)
    return int(best)


@compiled
def _look(
    facts: Any, plan: Any, session: int, choice: int, begin: int, end: int, best: int, equals: int
) -> tuple[int, int]:
    """The cheapest start in a gap of a room, if it is as cheap as the best one; how many equal ones there were."""
    row, room = facts.choice_row[choice], facts.choice_room[choice]
    site, last = facts.site[room], end - facts.duration[session]
    was_free, before = False, NEVER
    for start in range(begin, last + 1):
        is_free = facts.legal[row, start] != 0 and plan.barred[site, start] == 0
        if not is_free:
            was_free = False
            continue
        cost = facts.choice_price[choice] + plan.price[start]
        is_turn = not was_free or cost < before or start == last
        was_free, before = True, cost
        if not is_turn or cost > best or drawn(plan.chance, BLINK) == 0:
            continue
        equals = equals + 1 if cost == best else 1
        best = cost
        if drawn(plan.chance, equals) == 0:
            plan.found[0], plan.found[1] = start, room
    return int(best), int(equals)


@compiled
def _bar(facts: Any, plan: Any, session: int) -> None:
    """Mark, by site, the starts that something placed forbids in any room: 0 where nothing does."""
    sites, length = plan.barred.shape
    plan.barred[:, :] = 0
    for at in range(facts.beside_at[session], facts.beside_at[session + 1]):
        if plan.start[facts.beside[at]] != OUT:
            _bar_beside(facts, plan, session, at)
    for site in range(sites):
        _bar_by_order(facts, plan, session, site)
        _bar_by_use(facts, plan, session, site)
        for grain in range(1, length):
            plan.barred[site, grain] += plan.barred[site, grain - 1]


@compiled
def _bar_beside(facts: Any, plan: Any, session: int, at: int) -> None:
    """Who is in another session cannot be here, nor on the way or at rest."""
    other, rest = facts.beside[at], facts.rest[at]
    start, there = plan.start[other], facts.site[plan.room[other]]
    for site in range(plan.barred.shape[0]):
        first = start - facts.duration[session] - rest - facts.walk[site, there] + 1
        _mark(plan, site, first, start + facts.duration[other] + rest + facts.walk[there, site])


@compiled
def _bar_by_order(facts: Any, plan: Any, session: int, site: int) -> None:
    duration = facts.duration[session]
    for at in range(facts.apart_at[session], facts.apart_at[session + 1]):
        other = facts.apart[at]
        if plan.start[other] != OUT:
            _mark(plan, site, plan.start[other] - duration + 1, plan.start[other] + facts.duration[other])
    for at in range(facts.after_at[session], facts.after_at[session + 1]):
        other = facts.after[at]
        if plan.start[other] != OUT:
            _mark(plan, site, 0, plan.start[other] + facts.duration[other])
    for at in range(facts.next_at[session], facts.next_at[session + 1]):
        other = facts.next[at]
        if plan.start[other] != OUT:
            _mark(plan, site, plan.start[other] - duration + 1, plan.barred.shape[1])


@compiled
def _bar_by_use(facts: Any, plan: Any, session: int, site: int) -> None:
    for use in range(facts.uses_at[session], facts.uses_at[session + 1]):
        resource = facts.uses[use]
        most = facts.capacity[resource] - facts.units[use]
        for grain in range(plan.barred.shape[1]):
            if plan.level[resource, grain] > most:
                _mark(plan, site, grain - facts.duration[session] + 1, grain + 1)


@compiled
def _mark(plan: Any, site: int, first: int, end: int) -> None:
    """One more for the starts from ``first`` to ``end``, told by where it begins and where it is over."""
    length = plan.barred.shape[1]
    first = max(0, first)
    if first >= min(end, length):
        return
    plan.barred[site, first] += 1
    if end < length:
        plan.barred[site, end] -= 1


@compiled
def _price(facts: Any, plan: Any, session: int) -> None:
    """What each start costs, whatever the room."""
    length = plan.price.shape[0]
    plan.price[:] = 0
    for at in range(facts.clash_at[session], facts.clash_at[session + 1]):
        other = facts.clash[at]
        start = plan.start[other]
        if start == OUT:
            continue
        first, end = max(0, start - facts.duration[session] + 1), start + facts.duration[other]
        if first < min(end, length):
            plan.price[first] += facts.weight[at]
            if end < length:
                plan.price[end] -= facts.weight[at]
    for grain in range(1, length):
        plan.price[grain] += plan.price[grain - 1]
    before = facts.before[session]
    for grain in range(length):
        plan.price[grain] += facts.late[grain]
        if before != OUT and before != grain:
            plan.price[grain] += facts.moved[0]
