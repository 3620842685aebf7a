"""Stretches of time filled one after the other, each as full as it gets: quick, and mostly enough.

What is found is a way to fill them; that none is found says nothing.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

S = TypeVar("S", bound=Hashable)

LONGEST = 500
"""Grains of a stretch beyond which it is not looked at grain by grain."""


def filled(
    wanted: Mapping[S, int], lengths: Sequence[int], steps: Sequence[Mapping[S, int]]
) -> list[dict[S, int]] | None:
    """How many of each kind go into each stretch, for all that are wanted to go into one; ``None`` if none is found.

    Args:
        lengths: of the stretches.
        steps: what one of a kind takes of a stretch, for each stretch the kinds that may be in it.
    """
    if max(lengths, default=0) > LONGEST:
        return None
    choices = Counter(kind for here in steps for kind in here)
    left = dict(wanted)
    found: list[dict[S, int]] = [{} for _ in lengths]
    # Where few kinds may be comes first, and there those that may be in few stretches, long ones before short ones.
    for index in sorted(range(len(lengths)), key=lambda one: (len(steps[one]), lengths[one])):
        here = sorted((kind for kind in steps[index] if left[kind]), key=lambda one: (choices[one], -steps[index][one]))
        if not here:
            continue
        fewest = choices[here[0]]
        sizes = tuple(
            (step, min(left[kind], lengths[index] // step), 2 if choices[kind] == fewest else 1)
            for kind in here
            for step in (steps[index][kind],)
        )
        for kind, count in zip(here, _fullest(sizes, lengths[index]), strict=True):
            if count:
                found[index][kind] = count
                left[kind] -= count
    return None if any(left.values()) else found


@lru_cache(maxsize=4096)
def _fullest(sizes: tuple[tuple[int, int, int], ...], length: int) -> tuple[int, ...]:
    """How many of each size, of which there are so many, fill most of a length; time counts as often as it is worth."""
    # For each length used so far the most that it is worth, and how many of each size make that up.
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for step, most, worth in sizes:
        following: dict[int, tuple[int, tuple[int, ...]]] = {}
        for used, (value, counts) in best.items():
            for count in range(min(most, (length - used) // step), -1, -1):
                key = used + count * step
                more = value + count * step * worth
                if key not in following or more > following[key][0]:
                    following[key] = (more, (*counts, count))
        best = following
    return max(best.values())[1]
