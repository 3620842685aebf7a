"""A plan proposed by counting: how many sessions of each length go into which stretch of time of what is scarce.

Rooms, and the units of a resource one by one, are tracks of open time. Which sessions share a stretch hardly matters
where they ask for little else, but the stretches must be filled well: lengths are counted, not sessions, so that the
solver sees through it at once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Literal

from ortools.sat.python import cp_model

from scheduler.agenda.crowds.filling import filled
from scheduler.agenda.crowds.patterns import filled_by_patterns
from scheduler.agenda.crowds.purse import Purse
from scheduler.agenda.crowds.scarce import scarce, standing_still
from scheduler.agenda.crowds.sizes import Size, Stretch
from scheduler.agenda.crowds.succession import one_after_the_other
from scheduler.agenda.first_plan.ground import LONGEST
from scheduler.agenda.legal import Legal, union
from scheduler.agenda.problem import AgendaProblem, Session
from scheduler.agenda.solution import Placement
from scheduler.core.cpsat import decided

MOST_ORDERS = 3_000
"""Sets of sessions in one stretch after which no further orders are tried."""
COUNTED = 1.0
"""Deterministic time for numbers that fill what is scarce."""
MOST_COUNTED = 20_000
"""Numbers, one for each size in each stretch, beyond which nothing is counted."""
NEARLY = 1.5
"""How many times as much time there must be for it not to be looked at length by length whether it can be filled."""


def proposed(
    problem: AgendaProblem, legal: Mapping[str, Legal], *, seconds: float = COUNTED, purse: Purse | None = None
) -> tuple[Placement, ...] | None:
    """Places of required sessions that fill what is scarce without overlap; they may break rules of other kinds.

    Where some come after others, it is their order that is kept.

    Args:
        seconds: deterministic time after which no plan is proposed.
        purse: what all that is counted may take together.

    Returns:
        Nothing where it is proven, length by length, that there is no plan; no places where none are found.
    """
    if any(one.after for one in problem.sessions):
        return one_after_the_other(problem, legal)
    required = [one for one in problem.sessions if one.is_required]
    purse = purse or Purse(COUNTED)
    for some, stretches, is_all in scarce(problem, required, legal):
        sizes = _sizes(some, legal)
        wanted = Counter(sizes.values())
        possible = {room for size in wanted for room, _ in size.rooms}
        stretches = [one for one in stretches if one.room is None or one.room in possible]
        cut = _cut(stretches, wanted)
        counts = _counts(wanted, cut, seconds=seconds, purse=purse)
        if isinstance(counts, dict):
            return tuple(_placed(problem, some, sizes, counts, cut))
        # Some may not be anywhere in a stretch; then the order matters in which they are there.
        counts = _counts(wanted, stretches, fits=Size.may_go_into, seconds=seconds, purse=purse)
        if isinstance(counts, dict):
            return tuple(_placed(problem, some, sizes, counts, stretches))
        if counts == "none" and is_all:
            return None
    return ()


def overfilled(
    problem: AgendaProblem, legal: Mapping[str, Legal], *, purse: Purse | None = None
) -> frozenset[str] | None:
    """Required sessions of which it is proven, length by length, that what is scarce cannot be filled with them.

    Only their lengths, hours and rooms count: a session goes into a stretch where it may be anywhere in it.

    Args:
        purse: what all that is counted may take together.
    """
    purse = purse or Purse(COUNTED)
    required = [one for one in problem.sessions if one.is_required]
    standing = standing_still(required, legal)
    for some, stretches, is_all in scarce(problem, required, legal):
        if is_all and some:
            sizes = _sizes(some, legal)
            for inside, hours in _within_hours(sizes, stretches):
                wanted = Counter(sizes[name] for name in inside)
                if _counts(wanted, hours, fits=Size.may_go_into, seconds=COUNTED, purse=purse) == "none":
                    return frozenset([*inside, *({} if len(some) == len(required) else standing)])
    return None


def _within_hours(sizes: Mapping[str, Size], stretches: Sequence[Stretch]) -> Iterator[tuple[list[str], list[Stretch]]]:
    """Hours that are nearly full of sessions which may be at no other time, with what there is for them."""
    hulls = {name: size.hull for name, size in sizes.items()}
    edges = Counter(edge for hull in hulls.values() for edge in hull)
    common_ones = sorted(edge for edge, count in edges.items() if 4 * count >= len(sizes))
    first, last = min(start for start, _ in hulls.values()), max(end for _, end in hulls.values())
    for begin, end in dict.fromkeys([*combinations(common_ones, 2), (first, last)]):
        inside = [name for name, (start, to) in hulls.items() if begin <= start and to <= end]
        hours = [
            replace(one, start=max(one.start, begin), end=min(one.end, end))
            for one in stretches
            if one.start < end and begin < one.end
        ]
        pause = min((one.turnover for one in hours), default=0)
        needed = sum(sizes[name].duration + pause for name in inside)
        if NEARLY * needed > sum(one.end - one.start for one in hours):
            yield inside, hours


def _sizes(some: Sequence[Session], legal: Mapping[str, Legal]) -> dict[str, Size]:
    # Sessions that are alike share their legal starts.
    known: dict[tuple[int, int], Size] = {}
    for one in some:
        key = (one.duration, id(legal[one.id].rooms))
        if key not in known:
            known[key] = Size(one.duration, tuple(sorted(legal[one.id].rooms.items())))
    return {one.id: known[one.duration, id(legal[one.id].rooms)] for one in some}


def _cut(stretches: Sequence[Stretch], sizes: Counter[Size]) -> list[Stretch]:
    """Stretches cut where the hours of many sessions begin or end."""
    edges: Counter[int] = Counter()
    for size, count in sizes.items():
        # Rooms that are always open have the same starts.
        legal = dict.fromkeys(starts for _, starts in size.rooms)
        hours = union((start, end - 1 + size.duration) for starts in legal for start, end in starts)
        edges.update(dict.fromkeys((edge for span in hours for edge in span), count))
    cuts = sorted(edge for edge, count in edges.items() if 4 * count >= sizes.total())
    found = []
    for stretch in stretches:
        inside = [stretch.start, *(edge for edge in cuts if stretch.start < edge < stretch.end), stretch.end]
        found += [replace(stretch, start=start, end=end) for start, end in pairwise(inside)]
    return found


def _counts(
    wanted: Counter[Size],
    stretches: Sequence[Stretch],
    *,
    fits: Callable[[Size, Stretch], bool] = Size.goes_into,
    seconds: float,
    purse: Purse,
) -> dict[tuple[Size, Stretch], list[int]] | Literal["none", "unknown"]:
    """How many of each size go into each of the stretches that are alike; ``none`` where not all do, proven."""
    if len(wanted) * len(stretches) > MOST_COUNTED:
        return "unknown"
    into = {one: {size: size.duration + one.turnover for size in wanted if fits(size, one)} for one in set(stretches)}
    steps = [into[one] for one in stretches]
    lengths = [one.end - one.start + one.turnover for one in stretches]
    seconds = purse.granted(seconds)
    full = filled(wanted, lengths, steps) or filled_by_patterns(
        wanted, lengths, steps, seconds=seconds, spend=purse.spend
    )
    if isinstance(full, str):
        return full
    if full is not None:
        counts: dict[tuple[Size, Stretch], list[int]] = {}
        for stretch, here, there in zip(stretches, steps, full, strict=True):
            for size in here:
                counts.setdefault((size, stretch), []).append(there.get(size, 0))
        return counts
    model = cp_model.CpModel()
    left: dict[Size, list[cp_model.IntVar]] = {size: [] for size in wanted}
    found: dict[tuple[Size, Stretch], list[cp_model.IntVar]] = {}
    for stretch, length, here in zip(stretches, lengths, steps, strict=True):
        taken: list[cp_model.LinearExprT] = []
        for size, step in here.items():
            number = model.new_int_var(0, min(wanted[size], length // step), "")
            taken.append(step * number)
            left[size].append(number)
            found.setdefault((size, stretch), []).append(number)
        if taken:
            model.add(sum(taken) <= length)
    for size, count in wanted.items():
        if not left[size]:
            return "none"
        model.add(sum(left[size]) == count)
    solver = decided(model, seconds=purse.granted(seconds), spend=purse.spend)
    if isinstance(solver, str):
        return solver
    return {key: [solver.value(number) for number in numbers] for key, numbers in found.items()}


def _placed(
    problem: AgendaProblem,
    some: Sequence[Session],
    sizes: Mapping[str, Size],
    counts: Mapping[tuple[Size, Stretch], list[int]],
    stretches: Sequence[Stretch],
) -> Iterator[Placement]:
    waiting: dict[Size, list[Session]] = {}
    for one in some:
        waiting.setdefault(sizes[one.id], []).append(one)
    seen: Counter[Stretch] = Counter()
    # The grains that are taken in each room, a bit each: that is asked far more often than it changes.
    taken = {room.id: 0 for room in problem.rooms}
    first = min((stretch.start for stretch in stretches), default=0)
    if max((stretch.end for stretch in stretches), default=0) - first > LONGEST:
        return
    for stretch in stretches:
        turn = seen[stretch]
        seen[stretch] += 1
        here = {size: numbers[turn] for size in waiting if (numbers := counts.get((size, stretch))) and numbers[turn]}
        for size, start in in_order(here, stretch):
            grains = ((1 << size.duration) - 1) << (start - first)
            room = stretch.room or _some_room(size, start, grains, taken)
            if room is not None:
                taken[room] |= grains
                yield Placement(session=waiting[size].pop().id, start=start, room=room)


def in_order(counts: Mapping[Size, int], stretch: Stretch) -> list[tuple[Size, int]]:
    """When so many of each size are held one after the other in a stretch; as many of them as there is an order for.

    Of all orders of the same ones that counts which ends first: whatever follows can follow then, too.
    """
    sizes = list(counts)
    starts = [size.starts_in(stretch) for size in sizes]
    none = (0,) * len(sizes)
    ends: dict[tuple[int, ...], int] = {none: stretch.start}
    last: dict[tuple[int, ...], tuple[int, int]] = {}
    layer = [none]
    while layer and len(ends) < MOST_ORDERS:
        following: dict[tuple[int, ...], None] = {}
        for held in layer:
            for index, size in enumerate(sizes):
                if held[index] == counts[size]:
                    continue
                start = next((max(from_, ends[held]) for from_, to in starts[index] if to > ends[held]), None)
                if start is None:
                    continue
                more = (*held[:index], held[index] + 1, *held[index + 1 :])
                end = start + size.duration + stretch.turnover
                if end < ends.get(more, end + 1):
                    ends[more], last[more], following[more] = end, (index, start), None
        layer = list(following)
    held = max(ends, key=lambda one: (sum(one), -ends[one]))
    found = []
    while held != none:
        index, start = last[held]
        found.append((sizes[index], start))
        held = (*held[:index], held[index] - 1, *held[index + 1 :])
    return found[::-1]


def _some_room(size: Size, start: int, grains: int, taken: Mapping[str, int]) -> str | None:
    for room, starts in size.rooms:
        if not taken[room] & grains and any(from_ <= start < to for from_, to in starts):
            return room
    return None
