"""A meetings problem and a plan of it as arrays for the compiled kernel, and the way back."""

import random
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from scheduler.meetings.chains import LONGEST_CHAIN
from scheduler.meetings.kernel import Day, Facts, fill
from scheduler.meetings.legal import BITS, Legal
from scheduler.meetings.paths import Paths
from scheduler.meetings.tables import Placed

TERMS = {"idle_run": 1, "idle_slot": 2}
UNFAIR = 1_000
"""A unit above the fair number costs as much as so many of the dearest idle units."""


def facts_of(legal: Legal, *, moved: int, keeps_places: bool) -> Facts:
    """What the kernel needs to know.

    Args:
        moved: cost of an entry of the previous plan that is held in another slot.
        keeps_places: whether what is where the previous plan had it may not leave.
    """
    problem, slots = legal.problem, range(len(legal.slots))
    kinds: dict[tuple[tuple[int, tuple[int, ...]], ...], int] = {}
    kind = [kinds.setdefault(tuple(sorted(options.items())), len(kinds)) for options in legal.options]
    hosts = np.zeros((max(1, len(kinds)), len(slots), len(legal.classes)), np.uint8)
    for options, number in kinds.items():
        for slot, classes in options:
            hosts[number, slot, list(classes)] = 1
    people, people_at = _lists(legal.people_of)
    moments, moments_at = _lists(legal.moments_of)
    rivals, rivals_at = _lists(legal.same_time)
    uses, uses_at = _lists([[resource for resource, _ in used] for used in legal.uses])
    units, _ = _lists([[units for _, units in used] for used in legal.uses])
    earlier, earlier_at = _lists(legal.before)
    later, later_at = _lists(legal.later)
    block, bit = _bits(legal)
    home = np.full(len(legal.options), -1, np.int32)
    for wish, (slot, _) in legal.previous.items():
        home[wish] = slot
    weights = problem.weights
    unfair = UNFAIR * max(1, weights.idle_run, weights.idle_slot)
    fairness = problem.fairness
    return Facts(
        people=people,
        people_at=people_at,
        allowed=np.max(hosts, axis=2, initial=0)[kind],
        kind=np.array(kind, np.int32),
        hosts=hosts,
        moments=moments,
        moments_at=moments_at,
        rivals=rivals,
        rivals_at=rivals_at,
        size=np.array([len(tables) for tables in legal.classes], np.int32),
        uses=uses,
        units=units,
        uses_at=uses_at,
        most=np.array([legal.most_meetings(person) for person in range(len(problem.people))], np.int32),
        earlier=earlier,
        earlier_at=earlier_at,
        later=later,
        later_at=later_at,
        start=np.array([slot.start for slot in legal.slots], np.int64),
        end=np.array([slot.end for slot in legal.slots], np.int64),
        block=block,
        bit=bit,
        busy=_busy(legal, block, bit),
        home=home,
        stays=np.where(home >= 0, int(keeps_places), 0).astype(np.uint8),
        weights=np.array([weights.idle_run, weights.idle_slot, moved, unfair], np.int64),
        fair=np.array([0, 0], np.int64)
        if fairness is None or fairness.max_difference is None
        else np.array([TERMS[fairness.term], fairness.max_difference], np.int64),
    )


def day_of(legal: Legal, placed: Iterable[Placed], facts: Facts, *, seed: tuple[int, ...]) -> Day:
    """A plan in arrays of its own; other seeds draw other random numbers."""
    wishes, people, slots = len(legal.options), len(legal.problem.people), len(legal.slots)
    day = Day(
        slot=np.full(wishes, -1, np.int32),
        place=np.full(wishes, -1, np.int32),
        who=np.full((people, slots), -1, np.int32),
        used=np.zeros((len(legal.classes), len(legal.moments)), np.int32),
        left=np.array(legal.units_left, np.int64).reshape(len(legal.units_left), len(legal.moments)),
        filled=np.zeros((people, max(1, len(legal.blocks))), np.int64),
        count=np.zeros(people, np.int32),
        mark=np.zeros(wishes, np.int64),
        chain=np.zeros(LONGEST_CHAIN + 1, np.int32),
        came_from=np.zeros(LONGEST_CHAIN + 1, np.int32),
        had=np.zeros(LONGEST_CHAIN + 1, np.int32),
        chance=np.array([1 + random.Random(repr(seed)).getrandbits(61), 0], np.int64),  # noqa: S311 - no secret
    )
    held = np.array([(one.wish, one.slot, one.table_class) for one in placed], np.int32).reshape(-1, 3)
    fill(facts, day, held[:, 0].copy(), held[:, 1].copy(), held[:, 2].copy())
    return day


def placed_in(day: Day) -> list[Placed]:
    """The plan that the arrays hold."""
    return [
        Placed(wish, int(slot), int(place))
        for wish, (slot, place) in enumerate(zip(day.slot, day.place, strict=True))
        if slot >= 0
    ]


def _lists(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Lists of different length as one array, and where each begins; the last entry is the end."""
    begins = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=begins[1:]) if rows else None
    return np.fromiter(chain.from_iterable(rows), np.int32, count=int(begins[-1])), begins


def _bits(legal: Legal) -> tuple[Any, Any]:
    block = np.zeros(len(legal.slots), np.int32)
    bit = np.zeros(len(legal.slots), np.int64)
    for number, slots in enumerate(legal.blocks.values()):
        for position, slot in enumerate(slots):
            block[slot], bit[slot] = number, 1 << position
    return block, bit


def _busy(legal: Legal, block: Any, bit: Any) -> Any:
    busy = np.zeros((len(legal.problem.people), max(1, len(legal.blocks))), np.int64)
    for person, slots in enumerate(legal.busy):
        for slot in slots:
            busy[person, block[slot]] |= bit[slot]
    return busy


def fits_paths(legal: Legal, placed: Iterable[Placed]) -> bool:
    """Whether all meetings are of two people, and nothing but idle runs and the number of tables is to be looked at."""
    problem = legal.problem
    return (
        len(problem.people) <= np.iinfo(np.int16).max
        and len(legal.slots) + len(legal.blocks) <= BITS + 1
        and len(legal.classes) == 1
        and not (legal.has_overlaps or legal.previous or any(legal.before) or any(legal.uses))
        and problem.weights.idle_slot == 0
        and (problem.fairness is None or problem.fairness.max_difference is None)
        and all(len(legal.people_of[one.wish]) == 2 for one in placed)
    )


def paths_of(legal: Legal, placed: Iterable[Placed]) -> Paths:
    """A plan as paths of its own."""
    people = len(legal.problem.people)
    position: dict[int, int] = {}
    blocks: list[int] = []
    for slots in legal.blocks.values():
        first = len(position) + len(blocks)
        position |= {slot: place for place, slot in enumerate(slots, first)}
        blocks.append(((1 << len(slots)) - 1) << first)
    slot_at, block_at = np.zeros(BITS, np.int64), np.zeros(BITS, np.int64)
    for slot, place in position.items():
        slot_at[place] = slot
        block_at[place] = next(bits for bits in blocks if bits >> place & 1)
    partner = np.full((BITS, people), -1, np.int16)
    filled = np.zeros(people, np.int64)
    for one in placed:
        place, pair = position[one.slot], legal.people_of[one.wish]
        partner[place, list(pair)] = pair[::-1]
        filled[list(pair)] |= 1 << place
    free, busy = np.zeros(people, np.int64), np.zeros(people, np.int64)
    for wish, options in enumerate(legal.options):
        bits = sum(1 << position[slot] for slot in options)
        free[list(legal.people_of[wish])] |= bits
    for person, taken in enumerate(legal.busy):
        busy[person] = sum(1 << position[slot] for slot in taken)
    return Paths(
        partner=partner,
        filled=filled,
        free=free,
        busy=busy,
        blocks=np.array(blocks, np.int64),
        block=block_at,
        slot=slot_at,
    )
