"""The catalogue: members, units and values of all candidates, each an array."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduler.pairing.modality import MODALITIES
from scheduler.pairing.score import Candidate, Pool

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int16] | NDArray[np.int32]
Small = NDArray[np.int16] | NDArray[np.int32]

_PLACES = 3


@dataclass(frozen=True)
class Catalogue:
    """Candidates by number, from 0.

    ``members`` has three columns of places in ``ids``: beneficiary, pivotal and facilitating, or two partners and
    ``nobody``. ``value`` is in points, ``modality`` a place in ``MODALITIES``, ``couple`` the same number for the same
    first two members in either order. Of one that is not ``is_whole`` nothing can be proved: there was no time for all.
    """

    pool: Pool
    ids: tuple[str, ...]
    members: Places
    units: Small
    value: Numbers
    modality: NDArray[np.int8]
    couple: NDArray[np.int32]
    place: dict[str, int] = field(repr=False)
    is_whole: bool = True

    def __len__(self) -> int:
        return len(self.value)

    @property
    def nobody(self) -> int:
        """The place that stands for the third member of a pair; arrays by member have one entry more for it."""
        return len(self.ids)

    def candidate(self, number: int) -> Candidate:
        first, second, third = (int(one) for one in self.members[number])
        ids = (self.ids[first], self.ids[second])
        return Candidate(
            ids if third == self.nobody else (*ids, self.ids[third]),
            MODALITIES[int(self.modality[number])],
            tuple(int(one) for one in self.units[number]),
            int(self.value[number]),
        )

    def only(self, kept: Flags | Numbers) -> "Catalogue":
        """The catalogue of some of the candidates, numbered anew in the same order."""
        if kept.dtype == np.bool_ and kept.all():
            return self
        return Catalogue(
            self.pool,
            self.ids,
            self.members[kept],
            self.units[kept],
            self.value[kept],
            self.modality[kept],
            self.couple[kept],
            self.place,
            self.is_whole,
        )

    def numbers_of(self, groups: Iterable[Iterable[str]]) -> dict[frozenset[str], int]:
        """The numbers of the candidates with exactly these members; what is no candidate is left out."""
        wanted = {frozenset(group) for group in groups}
        count = len(self.pool.cities)
        is_near = np.zeros(count * count, dtype=bool)
        for ids in wanted:
            for low, high in combinations(sorted(self.place[one] for one in ids), 2):
                if high < count:
                    is_near[low * count + high] = True
        near = np.flatnonzero(is_near[self.couple])
        numbers = dict(zip(self._keys(self.members[near]).tolist(), near.tolist(), strict=True))
        found = {}
        for ids in wanted:
            places = [self.place[one] for one in ids] + [self.nobody] * (_PLACES - len(ids))
            number = numbers.get(int(self._keys(np.array([places]))[0]))
            if number is not None:
                found[ids] = number
        return found

    def of_member(self, identifier: str) -> Numbers:
        """The numbers of the candidates that a member is in."""
        place = self.place[identifier]
        return self._by_member[self._starts[place] : self._starts[place + 1]].astype(np.int64)

    @cached_property
    def _by_member(self) -> NDArray[np.int32]:
        order = np.argsort(self.members.ravel(), kind="stable")
        order //= _PLACES
        return order.astype(np.int32)

    @cached_property
    def _starts(self) -> Numbers:
        counts = np.bincount(self.members.ravel(), minlength=len(self.ids) + 1)
        return np.concatenate(([0], np.cumsum(counts)))

    def _keys(self, members: NDArray[Any]) -> Numbers:
        """The same number for the same members in any order."""
        ordered = np.sort(members, axis=1).astype(np.int64)
        base = len(self.ids) + 1
        return np.asarray((ordered[:, 0] * base + ordered[:, 1]) * base + ordered[:, 2])
