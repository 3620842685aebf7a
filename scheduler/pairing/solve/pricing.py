"""Reduced costs: what candidates add to a goal beyond the prices of the rows that they enter.

Rows that every candidate enters by its members, its couple, its value or its modality become vectors, so that the price
of millions of candidates takes a few array operations.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scheduler.pairing.catalogue import Numbers, Places
from scheduler.pairing.modality import MODALITIES
from scheduler.pairing.solve.rows import Row

if TYPE_CHECKING:
    from scheduler.pairing.solve.master import Master

_CHUNK = 2**16
"""So many candidates at a time stay in the processor's cache."""


class Pricing:
    """Prices of the rows of a master, in whole numbers if ``kind`` is; gains count ``scale`` times."""

    def __init__(
        self, master: "Master", prices: Sequence[int] | Sequence[float], *, scale: int = 1, kind: Any = np.float64
    ) -> None:
        self.master, self.scale, self.kind = master, scale, kind
        self._by: dict[str, NDArray[Any]] = {}
        self._of_value: Any = 0
        self._of_change: Any = 0
        self._scattered: list[tuple[Numbers, Any]] = []
        self._odd: list[tuple[Numbers, Any]] = []
        for row, price in zip(master.rows, prices, strict=True):
            if price and row.kind != "none":
                self._take(row, price)

    def all(self) -> NDArray[Any]:
        """Gains less prices, of all candidates, closed ones too."""
        count = len(self.master.catalogue)
        left = np.empty(count, dtype=self.kind)
        for start in range(0, count, _CHUNK):
            part = slice(start, min(start + _CHUNK, count))
            left[part] = self._left(part)
        for numbers, price in self._scattered:
            left[numbers] -= price
        return left

    def of(self, numbers: Numbers) -> NDArray[Any]:
        """The same of some candidates, given in ascending order."""
        left = self._left(numbers)
        if not len(numbers):
            return left
        for scattered, price in self._scattered:
            at = np.minimum(np.searchsorted(numbers, scattered), len(numbers) - 1)
            left[at[numbers[at] == scattered]] -= price
        return left

    def _take(self, row: Row, price: Any) -> None:
        places = len(self.master.catalogue.ids) + 1
        if row.kind in ("member", "floor"):
            self._vector(row.kind, places)[row.key] += price
        elif row.kind == "rest":
            self._vector("member", places)[row.key.place] += price
            self._scattered.append((row.key.without, -price))
        elif row.kind == "couple":
            self._vector("couple", self.master.count**2)[row.key] += price
        elif row.kind == "modality":
            of_modality = self._vector("modality", len(MODALITIES))
            of_modality += np.asarray(row.key, dtype=self.kind) * price
        elif row.kind == "pin":
            self._scattered.append((np.array([row.key], dtype=np.int64), price))
        elif row.kind == "value":
            self._of_value += price
        elif row.kind == "changes":
            self._of_change += price
        else:
            self._odd.append((row.key, price))

    def _vector(self, kind: str, length: int) -> NDArray[Any]:
        return self._by.setdefault(kind, np.zeros(length, dtype=self.kind))

    def _left(self, part: slice | Numbers) -> NDArray[Any]:
        master, catalogue = self.master, self.master.catalogue
        members = catalogue.members[part]
        places = [members[:, place].astype(np.intp) for place in range(members.shape[1])]
        left: NDArray[Any] = master.gains_of(part).astype(self.kind) * self.scale
        if self._of_value:
            left -= catalogue.value[part].astype(self.kind) * self._of_value
        if self._of_change:
            left -= np.where(master.before[part], self._of_change, -self._of_change)
        if "member" in self._by:
            for place in places:
                left -= self._by["member"][place]
        if "floor" in self._by:
            left -= sum(self._by["floor"][place] for place in places) * master.worth[part].astype(self.kind)
        if "modality" in self._by:
            left -= self._by["modality"][catalogue.modality[part]]
        if "couple" in self._by:
            left -= self._by["couple"][catalogue.couple[part]]
        for inside, price in self._odd:
            left -= halves(inside, members).astype(self.kind) * price
        return left


def halves(inside: Numbers, members: Places) -> Numbers:
    """Half of how many members are inside a set, rounded down."""
    return np.asarray((inside[members[:, 0]] + inside[members[:, 1]] + inside[members[:, 2]]) // 2)
