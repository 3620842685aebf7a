"""Lists that have one of each of some sets: what mends a file breaks every set that blocks."""

from collections.abc import Container, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def hitting(
    sets: Sequence[Container[T]], some: Sequence[T], *, kept: Sequence[T] = (), size: int, most: int
) -> list[tuple[T, ...]]:
    """Lists of so many, without order, of which each set has one.

    Args:
        some: what is chosen from.
        kept: what every list holds.
        most: ways to write down a list after which no more are.
    """
    every = [*some, *(one for one in kept if one not in some)]
    # Which sets each is in, a bit a set: that is asked far more often than it changes.
    hits = [sum(1 << index for index, members in enumerate(sets) if one in members) for one in every]
    whole = (1 << len(sets)) - 1

    def extended(chosen: tuple[int, ...], hit: int) -> Iterator[tuple[int, ...]]:
        missing = whole & ~hit
        left = size - len(chosen)
        if left == 0:
            if not missing:
                yield tuple(sorted(chosen))
            return
        # The last one must be in all sets that are left, any other in the first of them.
        wanted = missing if left == 1 else missing & -missing
        for index in range(len(some)):
            if index not in chosen and hits[index] & wanted == wanted:
                yield from extended((*chosen, index), hit | hits[index])

    first = tuple(every.index(one) for one in kept)
    hit_first = 0
    for index in first:
        hit_first |= hits[index]
    lists = dict.fromkeys(islice(extended(first, hit_first), most))
    return [tuple(every[index] for index in one) for one in lists]
