"""Rows that every plan keeps and that the plain relaxation breaks: couples formed twice, and odd sets of cities."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scheduler.pairing.catalogue import Numbers, Places
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.rows import Rest, Row

_BROKEN = 1e-4
_STEPS = (0.01, 0.2, 0.34, 0.49)
"""Members are held together by candidates formed to more than this part."""


def crossed_couples(master: Master, numbers: Numbers, values: NDArray[np.float64]) -> list[Row]:
    """Two cities are together once: a row for each couple of which the relaxation forms more."""
    couples = master.catalogue.couple[numbers]
    totals = np.bincount(couples, weights=values, minlength=master.count * master.count)
    return [Row("couple", int(couple), None, 1) for couple in np.flatnonzero(totals > 1 + _BROKEN)]


def couples_once(master: Master, numbers: Numbers) -> list[Row]:
    """The rows of all couples that these candidates could form twice; a city with one place keeps that by itself."""
    catalogue = master.catalogue
    free = numbers[~master.is_single[catalogue.members[numbers, :2]].any(axis=1)]
    counts = np.bincount(catalogue.couple[free], minlength=1)
    there = {row.key for row in master.rows if row.kind == "couple"}
    return [Row("couple", int(couple), None, 1) for couple in np.flatnonzero(counts > 1) if int(couple) not in there]


def rests(master: Master, numbers: Numbers, values: NDArray[np.float64], columns: NDArray[np.float64]) -> list[Row]:
    """A city that wants w partnerships and is reached has w - m of them outside any m couples, each formed once.

    Without such rows a city with one partnership of two is reached by half, whatever a second one would cost.
    """
    catalogue, found = master.catalogue, []
    for place, column in master.reached.items():
        reached = columns[column]
        wanted = catalogue.pool.cities[catalogue.ids[place]].engagements.min
        if wanted < 2 or reached < _BROKEN or reached > 1 - _BROKEN:
            continue
        own = np.flatnonzero((catalogue.members[numbers] == place).any(axis=1) & (values > _BROKEN))
        couples, at = np.unique(catalogue.couple[numbers[own]], return_inverse=True)
        parts = np.bincount(at, weights=values[own])
        order = np.argsort(-parts, kind="stable")
        left = parts.sum() - np.cumsum(parts[order])
        most = min(wanted - 1, len(order))
        gaps = [(wanted - many) * reached - left[many - 1] for many in range(1, most + 1)]
        if not gaps or max(gaps) <= _BROKEN:
            continue
        many = int(np.argmax(gaps)) + 1
        whole = catalogue.of_member(catalogue.ids[place])
        without = whole[np.isin(catalogue.couple[whole], couples[order[:many]])]
        found.append(Row("rest", Rest(place, without), 0, None, {column: many - wanted}))
    return found


def odd_sets(master: Master, numbers: Numbers, values: NDArray[np.float64]) -> list[Row]:
    """Sets of members with an odd number of places together, of which the relaxation fills more than pairs could.

    Each partnership within the set takes two of its places at least, so at most half of them, rounded down, are formed
    (Edmonds 1965, for places instead of cities; rounding half of the rows of the members).
    """
    members = master.catalogue.members
    formed = np.flatnonzero((values > _BROKEN) & (values < 1 - _BROKEN))
    fractional, parts = members[numbers[formed]], values[formed]
    found: dict[bytes, Row] = {}
    whole = members[numbers]
    for group in _groups(master, fractional, parts):
        inside = np.zeros(len(master.catalogue.ids) + 1, dtype=np.int64)
        inside[group] = 1
        places = sum(master.limits[place] or 0 for place in group)
        halves = (inside[whole].sum(axis=1) // 2) * values
        if places % 2 and halves.sum() > places // 2 + _BROKEN:
            found.setdefault(inside.tobytes(), Row("odd", inside, None, places // 2))
    return list(found.values())


def _groups(master: Master, fractional: Places, parts: NDArray[np.float64]) -> Iterator[list[int]]:
    """Cities that hang together by what is formed in part, and the same with one city less."""
    for step in _STEPS:
        joined: dict[int, set[int]] = {}
        for row in fractional[parts > step]:
            places = [int(place) for place in row if master.limits[int(place)] is not None]
            for place in places:
                joined.setdefault(place, set()).update(places)
        seen: set[int] = set()
        for start in sorted(joined):
            if start in seen:
                continue
            group, waiting = {start}, [start]
            while waiting:
                for other in joined[waiting.pop()] - group:
                    group.add(other)
                    waiting.append(other)
            seen |= group
            if len(group) > 2:
                yield sorted(group)
                for one in sorted(group) if len(group) <= 60 else ():
                    yield sorted(group - {one})
