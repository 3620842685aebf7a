"""The compiled searches: find room for what is not held, and make days tidier without giving anything up.

``insert`` puts wishes in one after the other; where there is no room it lets chains change places, and at last ejects
what is worth less (ejection chains: Glover, 1996). ``anneal`` is simulated annealing (Kirkpatrick, Gelatt and Vecchi,
1983) over chains, where only people at the ends of a chain see their day change.
"""

from typing import Any

import numpy as np

from scheduler.core.compiled import compiled
from scheduler.meetings.chains import chain_of, swap
from scheduler.meetings.kernel import (
    draw,
    in_order,
    is_simple,
    person_change,
    person_cost,
    place_for,
    put_in,
    take_out,
)

CHAINS_TRIED, VICTIMS_TRIED = 6, 4
CLOSED = 16
"""One move in so many may begin anywhere."""
NEVER = np.int64(2**62)


@compiled
def anneal(facts: Any, day: Any, wishes: Any, moves: int, temperature: float) -> None:
    """Try so many moves at one temperature; the wishes held stay the same.

    Most moves begin at a person, with a meeting and a slot that is free for them, which is the end of a chain: where
    their own day speaks against it the chain is not even collected. A closed chain has no end: it is found from a wish.
    """
    people, slots = day.who.shape
    for _ in range(moves):
        if draw(day, CLOSED) == 0:
            wish, target = wishes[draw(day, wishes.shape[0])], draw(day, slots)
            if target != day.slot[wish] and facts.allowed[wish, target]:
                _try(facts, day, wish, target, 0, temperature)
            continue
        person, source = draw(day, people), draw(day, slots)
        wish = day.who[person, source]
        if wish < 0:
            continue
        target = draw(day, slots)
        if day.who[person, target] >= 0 or not facts.allowed[wish, target]:
            continue
        if not (is_simple(facts, source) and is_simple(facts, target)):
            _try(facts, day, wish, target, 0, temperature)
            continue
        change = person_change(facts, day, person, source, target)
        if _is_taken(day, change, temperature):
            _try(facts, day, wish, target, change, temperature)


@compiled
def _try(facts: Any, day: Any, wish: int, target: int, known: int, temperature: float) -> None:
    """Move the wish along its chain, if what that changes is taken; ``known`` of it has been taken already.

    Taken part by part the moves there and back are still in balance (Michel, Kapfer and Krauth, 2014).
    """
    source = day.slot[wish]
    length = chain_of(facts, day, wish, target)
    if length < 0:
        return
    if is_simple(facts, source) and is_simple(facts, target):
        if _is_taken(day, _chain_cost(facts, day, length, source, target) - known, temperature):
            swap(facts, day, length, source, target)
        return
    before = _wish_cost(facts, day, wish)
    if swap(facts, day, 1, source, target):
        change = _wish_cost(facts, day, wish) - before
        if not _is_taken(day, change, temperature):
            swap(facts, day, 1, target, source)


@compiled
def _is_taken(day: Any, change: int, temperature: float) -> bool:
    if change <= 0:
        return True
    return bool(draw(day, 1_000_000) < 1_000_000.0 * np.exp(-change / temperature))


@compiled
def _chain_cost(facts: Any, day: Any, length: int, source: int, target: int) -> int:
    """How the cost changes if the chain changes places: people with a meeting in both slots see no change."""
    change = 0
    for at in range(length):
        one = day.chain[at]
        slot = day.slot[one]
        goes_to = target if slot == source else source
        if facts.home[one] >= 0 and facts.weights[2] > 0:
            change += facts.weights[2] * (int(facts.home[one] == slot) - int(facts.home[one] == goes_to))
        for member in range(facts.people_at[one], facts.people_at[one + 1]):
            person = facts.people[member]
            if day.who[person, goes_to] < 0:
                change += person_change(facts, day, person, source, target)
    return change


@compiled
def _wish_cost(facts: Any, day: Any, wish: int) -> int:
    cost = 0
    if facts.home[wish] >= 0 and facts.home[wish] != day.slot[wish]:
        cost += facts.weights[2]
    for member in range(facts.people_at[wish], facts.people_at[wish + 1]):
        cost += person_cost(facts, day, facts.people[member])
    return cost


@compiled
def insert(facts: Any, day: Any, waiting: Any, count: int, worth: Any, moves: int) -> int:
    """Find room for the first ``count`` wishes of ``waiting``; how many wait in the end.

    What is ejected waits in turn. Only what is worth less, or as much by the toss of a coin, is ejected, so that what
    all that is held is worth never falls; where that did not make room everything goes back.
    """
    for _ in range(moves):
        if count == 0:
            break
        turn = draw(day, count)
        wish = waiting[turn]
        slot = _free_slot(facts, day, wish)
        if slot < 0:
            slot = _slot_by_chains(facts, day, wish)
        if slot >= 0:
            put_in(facts, day, wish, slot, place_for(facts, day, wish, slot))
            count -= 1
            waiting[turn] = waiting[count]
            continue
        slot, harm = _least_harm(facts, day, wish, worth)
        if slot < 0 or harm > worth[wish] or (harm == worth[wish] and draw(day, 2)):
            continue
        ejected, lost = _eject(facts, day, wish, slot, worth, waiting, count)
        place = place_for(facts, day, wish, slot)
        if lost <= worth[wish] and place >= 0 and _is_free(facts, day, wish, slot) and in_order(facts, day, wish, slot):
            put_in(facts, day, wish, slot, place)
            count += ejected - 1
            waiting[turn] = waiting[count]
            continue
        for at in range(ejected):
            one = waiting[count + at]
            put_in(facts, day, one, day.chain[at], day.place[one])
    return count


@compiled
def _is_free(facts: Any, day: Any, wish: int, slot: int) -> bool:
    """Whether nobody of the wish meets at that time or has enough meetings."""
    for member in range(facts.people_at[wish], facts.people_at[wish + 1]):
        person = facts.people[member]
        if day.count[person] >= facts.most[person]:
            return False
        for rival in range(facts.rivals_at[slot], facts.rivals_at[slot + 1]):
            if day.who[person, facts.rivals[rival]] >= 0:
                return False
    return True


@compiled
def _free_slot(facts: Any, day: Any, wish: int) -> int:
    """A slot with room, counted from a random one; -1 if there is none."""
    slots = facts.allowed.shape[1]
    first = draw(day, slots)
    for step in range(slots):
        slot = (first + step) % slots
        if (
            facts.allowed[wish, slot]
            and _is_free(facts, day, wish, slot)
            and place_for(facts, day, wish, slot) >= 0
            and in_order(facts, day, wish, slot)
        ):
            return int(slot)
    return -1


@compiled
def _slot_by_chains(facts: Any, day: Any, wish: int) -> int:
    """Move the meetings of its people out of a slot with a table; the slot, or -1 if that did not work."""
    slots = facts.allowed.shape[1]
    for _ in range(CHAINS_TRIED):
        slot = draw(day, slots)
        if not (facts.allowed[wish, slot] and is_simple(facts, slot) and place_for(facts, day, wish, slot) >= 0):
            continue
        for member in range(facts.people_at[wish], facts.people_at[wish + 1]):
            other = day.who[facts.people[member], slot]
            if other >= 0:
                target = draw(day, slots)
                if target == slot or not facts.allowed[other, target]:
                    break
                length = chain_of(facts, day, other, target)
                if length < 0 or not swap(facts, day, length, slot, target):
                    break
        if (
            _is_free(facts, day, wish, slot)
            and place_for(facts, day, wish, slot) >= 0
            and in_order(facts, day, wish, slot)
        ):
            return int(slot)
    return -1


@compiled
def _least_harm(facts: Any, day: Any, wish: int, worth: Any) -> tuple[int, int]:
    """The slot in which the least is to be ejected, and what that is worth; -1 where nothing helps."""
    slots = facts.allowed.shape[1]
    first = draw(day, slots)
    best, least = -1, NEVER
    for step in range(slots):
        slot = (first + step) % slots
        if not facts.allowed[wish, slot]:
            continue
        harm = np.int64(0)
        frees_a_table = False
        for member in range(facts.people_at[wish], facts.people_at[wish + 1]):
            person = facts.people[member]
            in_the_way = False
            for rival in range(facts.rivals_at[slot], facts.rivals_at[slot + 1]):
                other = day.who[person, facts.rivals[rival]]
                if other >= 0:
                    in_the_way = True
                    frees_a_table = True
                    harm += worth[other]
            if not in_the_way and day.count[person] >= facts.most[person]:
                harm += worth[_cheapest_of(day, person, worth)]
        if not frees_a_table and place_for(facts, day, wish, slot) < 0:
            victim = _victim_in(day, slot, worth)
            if victim < 0:
                continue
            harm += worth[victim]
        if harm < least:
            best, least = slot, harm
    return int(best), int(least)


@compiled
def _cheapest_of(day: Any, person: int, worth: Any) -> int:
    best = -1
    for slot in range(day.who.shape[1]):
        other = day.who[person, slot]
        if other >= 0 and (best < 0 or worth[other] < worth[best]):
            best = other
    return int(best)


@compiled
def _victim_in(day: Any, slot: int, worth: Any) -> int:
    """A meeting of the slot that is worth little: the least of a few at random."""
    best = -1
    people = day.who.shape[0]
    for _ in range(VICTIMS_TRIED * 4):
        other = day.who[draw(day, people), slot]
        if other >= 0 and (best < 0 or worth[other] < worth[best]):
            best = other
    return int(best)


@compiled
def _eject(facts: Any, day: Any, wish: int, slot: int, worth: Any, waiting: Any, count: int) -> tuple[int, int]:
    """Take out what is in the way of the wish: how many, now behind those that wait, and what they are worth.

    ``day.chain`` says where they were.
    """
    ejected = 0
    for member in range(facts.people_at[wish], facts.people_at[wish + 1]):
        person = facts.people[member]
        for rival in range(facts.rivals_at[slot], facts.rivals_at[slot + 1]):
            other = day.who[person, facts.rivals[rival]]
            if other >= 0:
                day.chain[ejected] = day.slot[other]
                waiting[count + ejected] = other
                ejected += 1
                take_out(facts, day, other)
        if day.count[person] >= facts.most[person] and facts.most[person] > 0:
            other = _cheapest_of(day, person, worth)
            day.chain[ejected] = day.slot[other]
            waiting[count + ejected] = other
            ejected += 1
            take_out(facts, day, other)
    if place_for(facts, day, wish, slot) < 0:
        other = _victim_in(day, slot, worth)
        if other >= 0:
            day.chain[ejected] = day.slot[other]
            waiting[count + ejected] = other
            ejected += 1
            take_out(facts, day, other)
    lost = 0
    for at in range(ejected):
        lost += worth[waiting[count + at]]
    return ejected, int(lost)
