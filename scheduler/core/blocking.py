"""Smallest blocking sets, found by deletion."""

from collections.abc import Callable, Sequence
from typing import TypeVar

F = TypeVar("F")


def shrink(
    facts: Sequence[F], still_blocks: Callable[[Sequence[F]], bool], *, largest: int | None = None
) -> tuple[F, ...]:
    """Drop facts one after the other while the rest still blocks.

    Args:
        facts: a set that blocks; ``still_blocks(facts)`` is taken to be true.
        still_blocks: whether the given facts alone, all others neutral, leave no plan. Where it cannot tell in time
            it must answer ``False``, so that nothing is dropped without proof.
        largest: how many are dropped at once at first; half of them unless it is said.

    Returns:
        A subset, possibly empty, from which no single member can be dropped. Deletion filter of Chinneck and Dravnieks
        (1991); chunks are tried first as in QuickXplain (Junker, 2004), so that large sets shrink in few solves.
    """
    kept = list(facts)
    size = max(1, len(kept) // 2) if largest is None else largest
    while size >= 1:
        position = 0
        while position < len(kept):
            rest = kept[:position] + kept[position + size :]
            if len(rest) < len(kept) and still_blocks(rest):
                kept = rest
            else:
                position += size
        size //= 2
    return tuple(kept)
