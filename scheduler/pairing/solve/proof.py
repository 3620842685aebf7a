"""What prices of the rows prove of all candidates, in whole numbers.

By weak duality any prices give a valid bound, so no rounding can make one that is wrong.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.pairing.catalogue import Numbers
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.pricing import Pricing

TOLERANCE = 1e-6
"""A candidate whose price is this close to its gain does not make the relaxation better."""

_NEAR = 2**12
"""Prices within this part of a point are the same but for the rounding."""

_LARGEST_SCALE = 2**32
_ROOM = 2**61


@dataclass(frozen=True)
class Relaxed:
    """What a relaxation proves of all candidates of its catalogue.

    ``bound``: no plan makes the goal larger. ``losses`` says by candidate how far a plan with it stays below
    ``reach`` (below 0: what it adds to ``reach``, already counted there unless it is closed); both are counted in
    parts of a point, of which ``scale`` make one. ``numbers`` are the candidates that the relaxation was solved over,
    ``values`` how much of each it forms, ``prices`` those of the rows.
    """

    bound: int
    reach: int
    scale: int
    losses: Numbers
    numbers: Numbers
    values: NDArray[np.float64]
    prices: tuple[int, ...] = ()

    @property
    def formed(self) -> Numbers:
        """The candidates that the relaxation forms, whole or in part."""
        return self.numbers[: len(self.values)][self.values > TOLERANCE]

    def allowed(self, least: int) -> NDArray[np.bool_]:
        """The candidates that a plan may hold which makes the goal at least this large."""
        return np.asarray(np.maximum(0, self.losses) <= self.reach - least * self.scale)


def proved(master: Master, prices: list[float], numbers: Numbers, values: NDArray[np.float64]) -> Relaxed:
    """Bound and losses that follow from prices, whatever they are."""
    scale = _scale(master, prices)
    whole = _whole_prices(master, prices, scale)
    reach, reduced = _reach(master, whole, scale)
    lifted = _lifted(master, whole, reduced)
    if lifted is not None:
        other, others = _reach(master, lifted, scale)
        if other < reach:
            reach, reduced, whole = other, others, lifted
    return Relaxed(reach // scale, reach, scale, -reduced, numbers, values, tuple(whole))


def losses_of(master: Master, relaxed: Relaxed) -> Numbers:
    """The losses that the prices of a relaxation say, once more; rows that came in since have no price."""
    prices = [*relaxed.prices, *[0] * (len(master.rows) - len(relaxed.prices))]
    losses: Numbers = Pricing(master, prices, scale=relaxed.scale, kind=np.int64).all()
    return np.negative(losses, out=losses)


def _scale(master: Master, prices: list[float]) -> int:
    """Parts of a point, as fine as 64 bits allow for every sum that may come up."""
    catalogue = master.catalogue
    value = int(catalogue.value.max(initial=1))
    largest = max((abs(price) for price in prices), default=0.0)
    coefficient = max(value, *(abs(number) for row in master.rows for number in row.others.values()), 1)
    terms = 8 + len(master.rows)
    bound = value + int(largest * coefficient + 1) * terms
    scale = _LARGEST_SCALE
    while scale > 1 and bound * scale > _ROOM:
        scale //= 2
    return scale


def _whole_prices(master: Master, prices: list[float], scale: int) -> list[int]:
    """Prices in parts of a point; none where there is nothing to hold against it."""
    whole = []
    for row, price in zip(master.rows, prices, strict=True):
        rounded = round(price * scale)
        if row.missed is not None:
            # What may be missed has a price; a rounding above that would let it be missed without end.
            rounded = max(rounded, master.objective[row.missed] * scale)
        side = row.high if rounded > 0 else row.low
        whole.append(0 if side is None else rounded)
    # A row that only counts may have any price. Where its column stands at no limit it gains nothing: then the price is
    # made exact, for the rounding would be counted as often as the column could count.
    for number, row in enumerate(master.rows):
        if row.kind == "modality":
            (column,) = row.others
            others = zip(master.rows, whole, strict=True)
            exact = sum(price * each.others.get(column, 0) for each, price in others if each is not row)
            if abs(exact - whole[number]) * _NEAR <= scale:
                whole[number] = exact
    return whole


def _reach(master: Master, prices: list[int], scale: int) -> tuple[int, Numbers]:
    """Weak duality: a bound of the goal, and what each candidate adds to it when it is formed."""
    others = [0] * len(master.upper)
    for column, gain in master.objective.items():
        others[column] += gain * scale
    reach = master.constant * scale
    for row, price in zip(master.rows, prices, strict=True):
        if price:
            side = row.high if price > 0 else row.low
            assert side is not None
            reach += price * side
            for column, coefficient in row.others.items():
                others[column] -= price * coefficient
    reach += sum(left * upper for left, upper in zip(others, master.upper, strict=True) if left > 0)
    reduced: Numbers = Pricing(master, prices, scale=scale, kind=np.int64).all()
    above = reduced > 0 if master.closed is None else (reduced > 0) & ~master.closed
    return reach + sum(reduced[above].tolist()), reduced


def _lifted(master: Master, prices: list[int], reduced: Numbers) -> list[int] | None:
    """Prices with those of limited members raised until no candidate gains more than it costs."""
    above = np.flatnonzero(reduced > 0 if master.closed is None else (reduced > 0) & ~master.closed)
    if not len(above):
        return None
    members, over = master.catalogue.members[above], reduced[above]
    limited = master.is_limited[members]
    share = np.maximum(limited.sum(axis=1), 1)
    raised = np.zeros(len(master.catalogue.ids) + 1, dtype=np.int64)
    for place in range(members.shape[1]):
        np.maximum.at(raised, members[:, place], np.where(limited[:, place], -(-over // share), 0))
    lifted = list(prices)
    for number, row in enumerate(master.rows):
        if row.kind == "member" and row.high is not None and lifted[number] >= 0:
            lifted[number] += int(raised[row.key])
    return lifted
