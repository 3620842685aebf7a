"""How many of each kind go into stretches of time, by the ways in which one stretch can be full.

Stretches that are alike are counted instead of told apart, and so are the ways to fill them: what takes the solver long
where it chooses for each stretch is then mostly seen at once (the patterns of Gilmore and Gomory, 1961).
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeVar

from ortools.sat.python import cp_model

from scheduler.agenda.bounds import FINE_LIMIT
from scheduler.core.cpsat import decided

S = TypeVar("S", bound=Hashable)

Pattern = tuple[int, ...]
"""How many of each kind that may be in a stretch fill it, so that no further one goes in."""

MOST_PATTERNS = 500
"""Ways to fill stretches beyond which they are not written down."""


def filled_by_patterns(
    wanted: Mapping[S, int],
    lengths: Sequence[int],
    steps: Sequence[Mapping[S, int]],
    *,
    seconds: float,
    spend: Callable[[float], None] | None = None,
) -> list[dict[S, int]] | Literal["none", "unknown"] | None:
    """How many of each kind go into each stretch; ``none`` where not all do, proven, and nothing if too many ways.

    Args:
        lengths: of the stretches.
        steps: what one of a kind takes of a stretch, for each stretch the kinds that may be in it.
        seconds: deterministic time after which it is left open.
        spend: told how much of it was taken.
    """
    if _are_too_many(wanted, lengths, steps):
        return "none"
    alike: dict[tuple[int, tuple[tuple[S, int], ...]], list[int]] = {}
    for index, (length, here) in enumerate(zip(lengths, steps, strict=True)):
        if here:
            alike.setdefault((length, tuple(here.items())), []).append(index)
    ways: list[tuple[list[int], list[S], list[Pattern]]] = []
    for (length, kinds), indices in alike.items():
        sizes = [(step, min(wanted[kind], length // step)) for kind, step in kinds]
        found: list[Pattern] = []
        for pattern in _full(sizes, length):
            found.append(pattern)
            if len(found) > MOST_PATTERNS:
                return None
        ways.append((indices, [kind for kind, _ in kinds], found))
    if sum(len(found) for *_, found in ways) > MOST_PATTERNS:
        return None
    return _solved(wanted, len(lengths), ways, seconds=seconds, spend=spend)


def _are_too_many(wanted: Mapping[S, int], lengths: Sequence[int], steps: Sequence[Mapping[S, int]]) -> bool:
    """Whether all together take more than the most that sums of their steps fill of each stretch."""
    least: dict[S, int] = {}
    for here in steps:
        for kind, step in here.items():
            least[kind] = min(step, least.get(kind, step))
    there = sum(
        _most(tuple(sorted(set(here.values()))), length) for length, here in zip(lengths, steps, strict=True) if here
    )
    return sum(count * least.get(kind, 0) for kind, count in wanted.items()) > there


@lru_cache(maxsize=1024)
def _most(steps: tuple[int, ...], length: int) -> int:
    """The largest sum of steps, each as often as one likes, that is not longer than a length; all of one far longer."""
    if length > FINE_LIMIT:
        return length
    sums = 1
    for step in steps:
        times = step
        while times <= length:
            sums |= sums << times
            times *= 2
    return (sums & ((1 << (length + 1)) - 1)).bit_length() - 1


def _full(sizes: Sequence[tuple[int, int]], length: int) -> Iterator[Pattern]:
    """All ways to fill a length, of each size at most so many, so that none of those left goes in."""

    def further(index: int, left: int, least: int) -> Iterator[Pattern]:
        if index == len(sizes):
            # Something that is left and would go in makes it no full one.
            if left < least:
                yield ()
            return
        step, most = sizes[index]
        for count in range(min(most, left // step), -1, -1):
            smallest = least if count == most else min(least, step)
            for rest in further(index + 1, left - count * step, smallest):
                yield (count, *rest)

    yield from further(0, length, length + 1)


def _solved(
    wanted: Mapping[S, int],
    stretches: int,
    ways: Sequence[tuple[list[int], list[S], list[Pattern]]],
    *,
    seconds: float,
    spend: Callable[[float], None] | None,
) -> list[dict[S, int]] | Literal["none", "unknown"]:
    model = cp_model.CpModel()
    there: dict[S, list[cp_model.LinearExprT]] = {kind: [] for kind in wanted}
    used = []
    for indices, kinds, found in ways:
        numbers = [model.new_int_var(0, len(indices), "") for _ in found]
        model.add(sum(numbers) == len(indices))
        used.append(numbers)
        for position, kind in enumerate(kinds):
            there[kind] += [one[position] * number for one, number in zip(found, numbers, strict=True) if one[position]]
    for kind, count in wanted.items():
        if count and not there[kind]:
            return "none"
        # More than there are do no harm: some are left out again.
        model.add(sum(there[kind]) >= count)
    solver = decided(model, seconds=seconds, spend=spend)
    if isinstance(solver, str):
        return solver
    left = dict(wanted)
    filled: list[dict[S, int]] = [{} for _ in range(stretches)]
    for (indices, kinds, found), numbers in zip(ways, used, strict=True):
        chosen = [one for one, number in zip(found, numbers, strict=True) for _ in range(solver.value(number))]
        for index, pattern in zip(indices, chosen, strict=True):
            for kind, count in zip(kinds, pattern, strict=True):
                taken = min(count, left[kind])
                left[kind] -= taken
                if taken:
                    filled[index][kind] = taken
    return filled
