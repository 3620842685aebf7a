"""The compiled move of the searches: two slots change places along a chain.

All meetings of a connected component of those in slots *a* and *b* change places (Kempe, 1879; in local search
Morgenstern and Shapiro, 1991), so that nobody is ever in two meetings.
"""

from typing import Any

from scheduler.core.compiled import compiled
from scheduler.meetings.kernel import in_order, is_simple, place_for, put_in, take_out

LONGEST_CHAIN = 400


@compiled
def chain_of(facts: Any, day: Any, wish: int, target: int) -> int:
    """Collect what must change places with the wish for it to go to ``target``; how many, or -1 if that cannot be."""
    source = day.slot[wish]
    day.chance[1] += 1
    stamp = day.chance[1]
    day.mark[wish] = stamp
    day.chain[0] = wish
    found = 1
    looked = 0
    alone = not (is_simple(facts, source) and is_simple(facts, target))
    while looked < found:
        one = day.chain[looked]
        looked += 1
        goes_to = target if day.slot[one] == source else source
        if not facts.allowed[one, goes_to] or (facts.stays[one] and day.slot[one] == facts.home[one]):
            return -1
        for at in range(facts.people_at[one], facts.people_at[one + 1]):
            for rival in range(facts.rivals_at[goes_to], facts.rivals_at[goes_to + 1]):
                other = day.who[facts.people[at], facts.rivals[rival]]
                if other >= 0 and day.mark[other] != stamp:
                    if alone or found == LONGEST_CHAIN:
                        return -1
                    day.mark[other] = stamp
                    day.chain[found] = other
                    found += 1
    return found


@compiled
def swap(facts: Any, day: Any, length: int, source: int, target: int) -> bool:
    """Let the chain change places; ``False``, and nothing changed, where tables, resources or order forbid it."""
    came_from, had = day.came_from, day.had
    for at in range(length):
        one = day.chain[at]
        came_from[at], had[at] = day.slot[one], day.place[one]
        take_out(facts, day, one)
    done = 0
    while done < length:
        one = day.chain[done]
        goes_to = target if came_from[done] == source else source
        place = place_for(facts, day, one, goes_to)
        if place < 0 or not in_order(facts, day, one, goes_to):
            break
        put_in(facts, day, one, goes_to, place)
        done += 1
    if done == length:
        return True
    for at in range(done):
        take_out(facts, day, day.chain[at])
    for at in range(length):
        put_in(facts, day, day.chain[at], came_from[at], had[at])
    return False
