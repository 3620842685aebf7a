"""A plan and its problem as arrays for the compiled kernel, and the way back."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np

from scheduler.agenda.first_plan.board import Place
from scheduler.agenda.first_plan.ground import Grounds
from scheduler.agenda.reinserting.kernel import OUT, Facts, Plan, cost_of, put_in, take_out


def starts_to_keep(grounds: Grounds) -> int:
    """The bytes of the largest array of ``facts_of``."""
    return len(_rows(grounds)) * grounds.length


def facts_of(grounds: Grounds) -> Facts:
    """What the kernel needs to know of a problem."""
    sessions, length, rows = grounds.sessions, max(1, grounds.length), _rows(grounds)
    legal = np.zeros((max(1, len(rows)), length), np.uint8)
    for starts, row in rows.items():
        legal[row] = _bits(starts, length)
    choice_at = _begins([ground.choices for ground in sessions])
    choices = list(chain.from_iterable(ground.choices for ground in sessions))
    beside = [_beside(grounds, number) for number in range(len(sessions))]
    plenaries = [number for number, ground in enumerate(sessions) if ground.session.plenary]
    apart = [
        [other for other in range(len(sessions)) if other != number]
        if ground.session.plenary
        else [*dict.fromkeys((*ground.apart, *plenaries))]
        for number, ground in enumerate(sessions)
    ]
    return Facts(
        duration=np.array([ground.duration for ground in sessions], np.int32),
        site=np.array(grounds.site_of, np.int32),
        turnover=np.array(grounds.turnovers, np.int32),
        walk=np.array(grounds.walks, np.int32).reshape(len(grounds.walks), -1),
        choice_at=choice_at,
        choice_room=_numbers([one.room for one in choices]),
        choice_price=np.array([one.price for one in choices] or [0], np.int64),
        choice_row=_numbers([rows[one.starts] for one in choices]),
        legal=legal,
        late=_late(grounds, length),
        before=_numbers([-1 if one.previous_start is None else max(-1, one.previous_start) for one in sessions]),
        moved=np.array([grounds.moved_start], np.int64),
        beside_at=_begins(beside),
        beside=_numbers([other for one in beside for other, _ in one]),
        rest=_numbers([rest for one in beside for _, rest in one]),
        apart_at=_begins(apart),
        apart=_numbers(chain.from_iterable(apart)),
        after_at=_begins([ground.after for ground in sessions]),
        after=_numbers(chain.from_iterable(ground.after for ground in sessions)),
        next_at=_begins([ground.before for ground in sessions]),
        next=_numbers(chain.from_iterable(ground.before for ground in sessions)),
        together_at=_begins([ground.same_room for ground in sessions]),
        together=_numbers(chain.from_iterable(ground.same_room for ground in sessions)),
        uses_at=_begins([ground.uses for ground in sessions]),
        uses=_numbers([resource for ground in sessions for resource, _ in ground.uses]),
        units=_numbers([units for ground in sessions for _, units in ground.uses]),
        capacity=np.array(grounds.capacities or [0], np.int32),
        clash_at=_begins([ground.clashes for ground in sessions]),
        clash=_numbers([other for ground in sessions for other, _ in ground.clashes]),
        weight=np.array([weight for ground in sessions for _, weight in ground.clashes] or [0], np.int64),
    )


def plan_of(grounds: Grounds, facts: Facts, places: Mapping[int, Place], *, seed: int) -> Plan:
    """A right plan in arrays; what is not placed stays out."""
    sessions, rooms, length = len(grounds.sessions), len(grounds.turnovers), facts.legal.shape[1]
    level = np.zeros((max(1, len(grounds.taken)), length), np.int32)
    for resource, taken in enumerate(grounds.taken):
        for grain, units in taken.items():
            level[resource, grain] = units
    plan = Plan(
        start=np.full(sessions, OUT, np.int32),
        room=np.zeros(sessions, np.int32),
        held=np.zeros((rooms, sessions + 1), np.int32),
        count=np.zeros(rooms, np.int32),
        level=level,
        movable=_numbers([number for number in sorted(places) if _is_movable(grounds, number)]),
        best_start=np.full(sessions, OUT, np.int32),
        best_room=np.zeros(sessions, np.int32),
        cost=np.zeros(2, np.int64),
        barred=np.zeros((len(grounds.walks), length), np.int32),
        price=np.zeros(length, np.int64),
        found=np.zeros(2, np.int32),
        gone=np.zeros(sessions + 1, np.int32),
        old_start=np.zeros(sessions + 1, np.int32),
        old_room=np.zeros(sessions + 1, np.int32),
        mark=np.zeros(sessions, np.int64),
        chance=np.array([1 + (seed + 1) * 2_654_435_761 % (2**61), 0], np.int64),
    )
    refill(facts, plan, places)
    return plan


def refill(facts: Facts, plan: Plan, places: Mapping[int, Place]) -> None:
    """Go on from another plan of the same sessions."""
    for number in np.flatnonzero(plan.start != OUT).tolist():
        take_out(facts, plan, number)
    cost = 0
    for number, place in places.items():
        put_in(facts, plan, number, place.start, place.room)
        # Clashes count beside what is there already, so that none counts twice.
        cost += cost_of(facts, plan, number)
    plan.cost[:] = cost
    plan.best_start[:], plan.best_room[:] = plan.start, plan.room


def places_in(plan: Plan) -> dict[int, Place]:
    """The best plan so far."""
    starts, rooms = plan.best_start.tolist(), plan.best_room.tolist()
    return {number: Place(start, rooms[number]) for number, start in enumerate(starts) if start != OUT}


def _rows(grounds: Grounds) -> dict[int, int]:
    """The different sets of legal starts, numbered."""
    different = dict.fromkeys(choice.starts for ground in grounds.sessions for choice in ground.choices)
    return {starts: row for row, starts in enumerate(different)}


def _is_movable(grounds: Grounds, number: int) -> bool:
    choices = grounds.sessions[number].choices
    return len(choices) > 1 or choices[0].starts.bit_count() > 1


def _beside(grounds: Grounds, number: int) -> list[tuple[int, int]]:
    """Who shares people with a session, with the longest rest that one of these asks for."""
    found: dict[int, int] = {}
    own = set(grounds.sessions[number].people)
    for other, ground in enumerate(grounds.sessions):
        shared = own.intersection(ground.people)
        if shared and other != number:
            found[other] = max(grounds.rests[person] for person in shared)
    return list(found.items())


def _late(grounds: Grounds, length: int) -> Any:
    late = np.zeros(length, np.int64)
    if grounds.late:
        for day, begin in reversed(grounds.days):
            late = np.where(_bits(day, length), grounds.late * (np.arange(length) - begin), late)
    return late


def _bits(bits: int, length: int) -> Any:
    packed = np.frombuffer(bits.to_bytes(length // 8 + 1, "little"), np.uint8)
    return np.unpackbits(packed, bitorder="little")[:length]


def _begins(lists: Sequence[Sequence[Any]]) -> Any:
    return np.array([0, *accumulate(len(one) for one in lists)], np.int32)


def _numbers(numbers: Iterable[int]) -> Any:
    return np.array(list(numbers) or [0], np.int32)
