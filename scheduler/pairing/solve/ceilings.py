"""Bounds of the stages that need no search; a plan that meets one is proven in that stage at once."""

from collections import defaultdict
from collections.abc import Sequence

from scheduler.pairing.score import Candidate, Pool


def ceiling_of(pool: Pool, candidates: Sequence[Candidate], stage: str, fixed: dict[str, int]) -> int | None:
    """No plan passes this value (for ``changes``: falls below it), or ``None`` where only search can tell.

    Args:
        candidates: all that a plan as good in the fixed stages may hold.
        fixed: values that the stages before have been fixed at.
    """
    if stage == "changes":
        possible = {candidate.ids for candidate in candidates}
        return sum(frozenset(members) not in possible for members in pool.problem.previous or ())
    values: dict[str, list[int]] = defaultdict(list)
    for candidate in candidates:
        for identifier in candidate.members:
            if identifier in pool.cities:
                values[identifier].append(candidate.value)
    if stage == "reached":
        return sum(city.engagements.min <= len(values[city.id]) for city in pool.problem.cities)
    if stage == "paired":
        return len(values)
    if stage == "lowest" and fixed.get("paired") == len(values):
        # Every city that can have a partnership has one, so the worst-off of them is no better than its best choice.
        return min((sum(_best(of_city, pool.limit_of(city))) for city, of_city in values.items()), default=0)
    return None


def _best(values: list[int], limit: int | None) -> list[int]:
    return sorted(values, reverse=True)[:limit]
