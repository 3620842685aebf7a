"""Who comes before whom through others: the first of a chain keep their distance while those between are not placed."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from scheduler.agenda.problem import Session

MOST = 60
"""Sessions before one that are told, those first that it comes after itself: more would cost more than they help."""

Distances = tuple[tuple[int, int], ...]
"""Sessions by number, with the grains that must lie between at least."""


def distances(sessions: Sequence[Session], number: Mapping[str, int]) -> tuple[list[Distances], list[Distances]]:
    """For each session those that must have ended before it starts, and those that start after it has ended.

    Only what is required hands an order on, since the order holds when somebody between is left out.
    """
    direct = {index: [number[name] for name in one.after] for index, one in enumerate(sessions) if one.after}
    earlier: dict[int, dict[int, int]] = {}
    try:
        order = list(TopologicalSorter(direct).static_order())
    except CycleError:
        order = list(direct)
    for index in order:
        found = dict.fromkeys(direct.get(index, ()), 0)
        for between in direct.get(index, ()):
            if sessions[between].is_required:
                for other, distance in earlier.get(between, {}).items():
                    if other in found or len(found) < MOST:
                        found[other] = max(found.get(other, 0), distance + sessions[between].duration)
        if found:
            earlier[index] = found
    later: dict[int, list[tuple[int, int]]] = {}
    for index, found in earlier.items():
        for other, distance in found.items():
            later.setdefault(other, []).append((index, distance))
    each = range(len(sessions))
    return [tuple(earlier.get(one, {}).items()) for one in each], [tuple(later.get(one, ())) for one in each]
