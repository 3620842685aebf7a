"""The catalogue of a pool, made with a few array operations for each southern city."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scheduler.pairing.catalogue.arrays import Catalogue, Flags, Numbers, Small
from scheduler.pairing.modality import MODALITIES
from scheduler.pairing.score import TERMS, Pool

_TRIANGULAR = MODALITIES.index("triangular")
_FACILITATION = tuple(TERMS).index("facilitation")
_PLACES = 3


def catalogue_of(
    pool: Pool, named: Iterable[frozenset[str]] = (), *, is_over: Callable[[], bool] = lambda: False
) -> Catalogue:
    """The candidates that an optimal plan may need; what is left out costs no optimum.

    Left out are candidates that a hard rule forbids by themselves, those with a member who may have no partnership,
    the direction of a triangle that is worth less (nothing but the value tells the two apart), and triangles whose
    facilitating organisation another one beats: one without limit that facilitates the same two cities for at least
    the same value. An organisation has no value and no engagements to reach of its own, so to put the other one in its
    place changes no share and no count, and takes points from nobody. Pinned and previous triangles stay, because
    there the organisation itself matters, and so do those ``named`` by their members.

    Args:
        is_over: asked now and then; once it says so, the triangles that are not there yet stay out.
    """
    tables = _Tables(pool)
    kept = {frozenset(ids) for ids in (*pool.problem.pins, *(pool.problem.previous or ()), *named)}
    parts, is_whole = [_pairs(tables)], True
    for part in _triangles(tables, {ids for ids in kept if len(ids) == _PLACES}):
        if is_over():
            is_whole = False
            break
        parts.append(part)
    members, units, value = _joined(parts)
    count = len(pool.cities)
    north = np.append(tables.is_north, np.zeros(len(tables.ids) - count + 1, dtype=bool))
    pairs = np.array([MODALITIES.index(one) for one in ("south-south", "north-south", "north-north")], dtype=np.int8)
    modality = pairs[north[members[:, 0]].astype(np.int8) + north[members[:, 1]].astype(np.int8)]
    modality[members[:, 2] != len(tables.ids)] = _TRIANGULAR
    couple = np.minimum(members[:, 0], members[:, 1]).astype(np.int32)
    couple *= count
    couple += np.maximum(members[:, 0], members[:, 1])
    return Catalogue(
        pool=pool,
        ids=tables.ids,
        members=members,
        units=units,
        value=value,
        modality=modality,
        couple=couple,
        place=tables.place,
        is_whole=is_whole,
    )


_Part = tuple[Small, Small, Numbers]
"""Members, units and values of some candidates."""


def _part(tables: "_Tables", members: NDArray[np.int32], units: NDArray[np.int32]) -> _Part:
    weights = np.array(tables.pool.weights, dtype=np.int64)
    return _narrow(members), _narrow(units), units.astype(np.int64) @ weights


def _joined(parts: list[_Part]) -> _Part:
    """All parts in one; with millions of candidates memory matters, so each kind goes before the next is joined."""
    members, units, values = (list(kind) for kind in zip(*parts, strict=True))
    parts.clear()
    whole = [np.concatenate(values)]
    values.clear()
    for kind in (units, members):
        whole.append(np.concatenate(kind))
        kind.clear()
    return whole[2], whole[1], whole[0]


def _narrow(numbers: NDArray[np.int32]) -> Small:
    """The same in half the memory where the numbers are small."""
    return numbers.astype(np.int16) if numbers.max(initial=0) < 2**15 else numbers


class _Tables:
    """What the terms need between any two cities, and who is able to do what."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        cities = pool.problem.cities
        self.ids = (*pool.cities, *(one.id for one in pool.problem.facilitators))
        self.place = {identifier: number for number, identifier in enumerate(self.ids)}
        names = sorted({name for city in cities for name in (*city.needs, *city.offers)})
        self.needs = _table([city.needs for city in cities], names)
        self.offers = _table([city.offers for city in cities], names)
        self.able = np.array([[name in pool.able[one] for name in names] for one in self.ids], dtype=bool)
        self.able = self.able.reshape(len(self.ids), len(names))
        # met[a, b]: what b meets of the needs of a.
        self.met = _overlap(self.needs, self.offers)
        self.shared = _overlap(self.needs, self.needs)
        spoken = sorted({language for city in cities for language in city.languages})
        speaks = _table([dict.fromkeys(city.languages, 1) for city in cities], spoken)
        self.language = (speaks @ speaks.T > 0).astype(np.int32)
        self.dormant = self._between(dict.fromkeys(pool.dormant, 1))
        self.wishes = self._between({ids: sum(units for *_, units in said) for ids, said in pool.wishes.items()})
        self.apart = self._between(dict.fromkeys(pool.between, 1)) > 0
        self.is_north = np.array([city.group == "north" for city in cities], dtype=bool)
        self.is_out = np.array(
            [one in pool.below_population or pool.limit_of(one) == 0 for one in self.ids], dtype=bool
        )
        np.fill_diagonal(self.apart, val=True)
        self.apart[self.is_out[: len(cities)], :] = True
        self.apart[:, self.is_out[: len(cities)]] = True

    def _between(self, given: dict[frozenset[str], int]) -> NDArray[np.int32]:
        table = np.zeros((len(self.pool.cities), len(self.pool.cities)), dtype=np.int32)
        for ids, number in given.items():
            for one, other in combinations(ids, 2):
                table[self.place[one], self.place[other]] = table[self.place[other], self.place[one]] = number
        return table


def _table(given: Sequence[dict[str, int]], names: Sequence[str]) -> NDArray[np.int32]:
    return np.array([[one.get(name, 0) for name in names] for one in given], dtype=np.int32).reshape(
        len(given), len(names)
    )


def _overlap(rows: NDArray[np.int32], columns: NDArray[np.int32]) -> NDArray[np.int32]:
    total = np.zeros((len(rows), len(columns)), dtype=np.int32)
    for ours, theirs in zip(rows.T, columns.T, strict=True):
        total += np.minimum.outer(ours, theirs)
    return total


def _pairs(tables: _Tables) -> _Part:
    """Members and units of the pairs."""
    pool = tables.pool
    one, other = np.nonzero(np.triu(~tables.apart, 1))
    there, back = tables.met[one, other], tables.met[other, one]
    units = np.stack(
        [
            there + back,
            tables.shared[one, other],
            np.minimum(there, back),
            tables.language[one, other],
            tables.dormant[one, other],
            tables.wishes[one, other],
            np.zeros_like(there),
        ],
        axis=1,
    )
    value = units.astype(np.int64) @ np.array(pool.weights, dtype=np.int64)
    worth = value >= pool.problem.rules.min_pair_value
    members = np.stack([one, other, np.full_like(one, len(tables.ids))], axis=1).astype(np.int32)
    return _part(tables, members[worth], units[worth])


def _triangles(tables: _Tables, kept: set[frozenset[str]]) -> Iterable[_Part]:
    """Members and units of the triangles, some couples at a time."""
    pool = tables.pool
    count = len(pool.cities)
    south = np.flatnonzero(~tables.is_north & ~tables.is_out[:count])
    others = np.arange(count, len(tables.ids))
    facilitating = np.concatenate([np.flatnonzero(tables.is_north), others])
    facilitating = facilitating[~tables.is_out[facilitating]]
    if not len(south) or not len(facilitating):
        return
    apart = np.concatenate([tables.apart, np.zeros((count, len(others)), dtype=bool)], axis=1)[:, facilitating]
    unlimited = np.array([one >= count and pool.limit_of(tables.ids[one]) is None for one in facilitating], dtype=bool)
    able = tables.able[facilitating].T.astype(np.float32)
    for at, one in enumerate(south):
        mates = south[at + 1 :]
        mates = mates[~tables.apart[one, mates]]
        if not len(mates):
            continue
        yield _triangles_of(tables, int(one), mates, facilitating, able, apart, unlimited, kept)


def _triangles_of(
    tables: _Tables,
    one: int,
    mates: Numbers,
    facilitating: Numbers,
    able: NDArray[np.float32],
    apart: Flags,
    unlimited: Flags,
    kept: set[frozenset[str]],
) -> _Part:
    """The triangles over one city and each of its mates, in the direction of more value."""
    weights = np.array(tables.pool.weights, dtype=np.int64)
    alike = [tables.shared[one, mates], np.zeros_like(mates), tables.language[one, mates]]
    alike += [tables.dormant[one, mates], tables.wishes[one, mates]]
    joined, met = [], []
    for joint, theirs in (
        ((tables.needs[one] > 0) & (tables.offers[mates] > 0), tables.met[one, mates]),
        ((tables.needs[mates] > 0) & (tables.offers[one] > 0), tables.met[mates, one]),
    ):
        joined.append((joint.astype(np.float32) @ able).astype(np.int32))
        met.append(theirs)
    base = np.stack(alike, axis=1).astype(np.int64) @ weights[1:_FACILITATION]
    points = [
        np.where(count > 0, (base + part * weights[0])[:, None] + count * weights[_FACILITATION], -1)
        for count, part in zip(joined, met, strict=True)
    ]
    turned = points[1] > points[0]
    value = np.maximum(points[0], points[1])
    value[apart[one][None, :] | apart[mates]] = -1
    # Of the organisations without limit the first of most value stands for all others of no more value.
    rivals = np.where(unlimited[None, :], value, -1)
    best = rivals.argmax(axis=1)
    most = rivals[np.arange(len(mates)), best]
    beaten = (facilitating >= len(tables.pool.cities))[None, :] & (value <= most[:, None])
    beaten[np.arange(len(mates)), best] &= most < 0
    row, column = np.nonzero((value >= 0) & ~beaten)
    spared = _spared(tables, one, mates, facilitating, kept)
    if spared:
        again = np.array([pair for pair in spared if value[pair] >= 0 and beaten[pair]], dtype=np.int64).reshape(-1, 2)
        row, column = np.concatenate([row, again[:, 0]]), np.concatenate([column, again[:, 1]])
    back = turned[row, column]
    mate = mates[row]
    members = np.stack([np.where(back, mate, one), np.where(back, one, mate), facilitating[column]], axis=1)
    units = np.stack(
        [
            np.where(back, met[1][row], met[0][row]),
            *(each[row] for each in alike),
            np.where(back, joined[1][row, column], joined[0][row, column]),
        ],
        axis=1,
    )
    return _part(tables, members.astype(np.int32), units.astype(np.int32))


def _spared(
    tables: _Tables, one: int, mates: Numbers, facilitating: Numbers, kept: set[frozenset[str]]
) -> list[tuple[int, int]]:
    """Rows and columns of the triangles that stay whatever beats them."""
    if not kept:
        return []
    rows = {int(mate): row for row, mate in enumerate(mates)}
    columns = {int(place): column for column, place in enumerate(facilitating)}
    found = []
    for ids in kept:
        places = [tables.place[identifier] for identifier in ids]
        for column_place in places:
            rest = [place for place in places if place not in (column_place, one)]
            if one in places and column_place in columns and len(rest) == 1 and rest[0] in rows:
                found.append((rows[rest[0]], columns[column_place]))
    return found
