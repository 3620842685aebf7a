"""Smallest blocking sets, found by deletion."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

F = TypeVar("F")


def shrink(
    facts: Sequence[F],
    still_blocks: Callable[[Sequence[F]], bool],
    *,
    largest: int | None = None,
    smallest: int = 1,
) -> tuple[F, ...]:
    """Drop facts one after the other while the rest still blocks.

    Args:
        facts: a set that blocks; ``still_blocks(facts)`` is taken to be true.
        still_blocks: whether the given facts alone, all others neutral, leave no plan. Where it cannot tell in time
            it must answer ``False``, so that nothing is dropped without proof.
        largest: how many are dropped at once at first; half of them unless it is said.
        smallest: how many are dropped at once at last; of more than one, some that are not needed may be left.

    Returns:
        A subset, possibly empty, from which no single member can be dropped. Deletion filter of Chinneck and Dravnieks
        (1991); chunks are tried first as in QuickXplain (Junker, 2004), so that large sets shrink in few solves.
    """
    kept = list(facts)
    size = max(1, len(kept) // 2) if largest is None else largest
    while size >= smallest:
        position = 0
        while position < len(kept):
            rest = kept[:position] + kept[position + size :]
            if len(rest) < len(kept) and still_blocks(rest):
                kept = rest
            else:
                position += size
        size //= 2
    return tuple(kept)


G = TypeVar("G", bound=Hashable)


def shrink_alike(
    facts: Sequence[G],
    still_blocks: Callable[[Sequence[G]], bool],
    alike: Callable[[Sequence[G]], Sequence[Sequence[G]]],
) -> tuple[G, ...]:
    """As ``shrink``, one fact after the other, where many facts may change places: such are asked about once.

    Args:
        alike: puts a set of facts into groups. Of a group it makes no difference which ones are dropped, only how many.
    """
    kept, needed = list(facts), set[G]()
    groups = deque(alike(kept))
    while groups:
        group = groups.popleft()
        if needed.issuperset(group):
            continue

        def blocks_without(count: int, *, group: Sequence[G] = group, kept: Sequence[G] = tuple(kept)) -> bool:
            dropped = set(group[:count])
            return still_blocks([fact for fact in kept if fact not in dropped])

        count = _most(len(group), blocks_without)
        needed.update(group[count:])
        if count:
            dropped = set(group[:count])
            kept = [fact for fact in kept if fact not in dropped]
            groups = deque(alike(kept))
    return tuple(kept)


def _most(count: int, holds: Callable[[int], bool]) -> int:
    """The most of so many with which something holds that holds with fewer as well; mostly none, all or a few."""
    if not holds(1):
        return 0
    if count == 1 or holds(count):
        return count
    low, high = 1, 2
    while high < count and holds(high):
        low, high = high, 2 * high
    high = min(high, count)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
