"""Bounds of the stages that need no search; a plan that meets one is proven in that stage at once."""

import numpy as np

from scheduler.pairing.catalogue import Catalogue


def ceiling_of(catalogue: Catalogue, stage: str, fixed: dict[str, int]) -> int | None:
    """No plan passes this value (for ``changes``: falls below it), or ``None`` where only search can tell.

    Args:
        catalogue: all that a plan as good in the fixed stages may hold.
        fixed: values that the stages before have been fixed at.
    """
    pool = catalogue.pool
    if stage == "changes":
        previous = {frozenset(members) for members in pool.problem.previous or ()}
        return len(previous) - len(catalogue.numbers_of(previous))
    counts = {city: len(catalogue.of_member(city)) for city in pool.cities}
    able = [city for city, count in counts.items() if count]
    if stage == "reached":
        return sum(city.engagements.min <= counts[city.id] for city in pool.problem.cities)
    if stage == "paired":
        return len(able)
    if stage == "lowest":
        best = [_most_of(catalogue, city) for city in able]
        # Once every city that can be is paired, the worst-off of them is no better than its best choice.
        return (min if fixed.get("paired") == len(able) else max)(best, default=0)
    return None


def _most_of(catalogue: Catalogue, city: str) -> int:
    values = np.sort(catalogue.value[catalogue.of_member(city)])[::-1]
    return int(values[: catalogue.pool.limit_of(city)].sum())
