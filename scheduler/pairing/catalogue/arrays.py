"""The catalogue: members, units and values of all candidates, each an array."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

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
    first two members in either order.
    """

    pool: Pool
    ids: tuple[str, ...]
    members: Places
    units: Small
    value: Numbers
    modality: NDArray[np.int8]
    couple: NDArray[np.int32]
    place: dict[str, int] = field(repr=False)

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
        )

    def numbers_of(self, groups: Iterable[Iterable[str]]) -> dict[frozenset[str], int]:
        """The numbers of the candidates with exactly these members; what is no candidate is left out."""
        found = {}
        for group in groups:
            ids = frozenset(group)
            number = self._numbers.get(self._key(ids))
            if number is not None:
                found[ids] = number
        return found

    def of_member(self, identifier: str) -> Numbers:
        """The numbers of the candidates that a member is in."""
        place = self.place[identifier]
        return self._by_member[self._starts[place] : self._starts[place + 1]]

    @cached_property
    def _by_member(self) -> Numbers:
        return np.asarray(np.argsort(self.members.ravel(), kind="stable") // _PLACES)

    @cached_property
    def _starts(self) -> Numbers:
        counts = np.bincount(self.members.ravel(), minlength=len(self.ids) + 1)
        return np.concatenate(([0], np.cumsum(counts)))

    @cached_property
    def _numbers(self) -> "_Lookup":
        ordered = np.sort(self.members, axis=1).astype(np.int64)
        base = len(self.ids) + 1
        return _Lookup((ordered[:, 0] * base + ordered[:, 1]) * base + ordered[:, 2])

    def _key(self, ids: frozenset[str]) -> int:
        places = sorted([self.place[one] for one in ids] + [self.nobody] * (_PLACES - len(ids)))
        base = len(self.ids) + 1
        return (places[0] * base + places[1]) * base + places[2]


class _Lookup:
    """The place of a key in an array without order."""

    def __init__(self, keys: Numbers) -> None:
        self.order = np.argsort(keys, kind="stable")
        self.keys = keys[self.order]

    def get(self, key: int) -> int | None:
        at = int(np.searchsorted(self.keys, key))
        return int(self.order[at]) if at < len(self.keys) and self.keys[at] == key else None
