"""The relaxation by how many partnerships a plan has: for a known number a share is a whole number of partnerships.

Where shares leave little room, a fraction of a partnership too many is worth a lot to the relaxation. Branch and bound
over the number of partnerships, with nothing but linear programs, takes that away.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from scheduler.pairing.catalogue import Numbers
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.proof import Relaxed, losses_of
from scheduler.pairing.solve.relaxation import Program, settled
from scheduler.pairing.solve.rows import SLACK, Row

_NOTHING: Numbers = np.zeros(0, dtype=np.int64)
_WHOLE = 1e-5
_MOST_SPLITS = 40
_MOST_IN_VAIN = 6
"""After so many splits on end that leave the bound where it was the whole relaxation is as good."""

_DEAR = 64
"""A plan of another size loses so many times what is between the bound and the plan at hand."""


@dataclass(order=True)
class _Node:
    """Plans of ``low`` to ``high`` partnerships; ``size`` is where the relaxation stands, ``None`` if it is whole."""

    rank: int
    order: int
    low: int = field(compare=False)
    high: int = field(compare=False)
    relaxed: Relaxed = field(compare=False)
    size: float | None = field(compare=False)


@dataclass(frozen=True)
class _Edge:
    """The row at ``place``: at least or at most so large a part of the partnerships, of which there are low to high."""

    place: int
    missed: int
    least: Fraction | None
    most: Fraction | None

    def low_of(self, low: int, high: int) -> int:
        if self.most is not None:
            return -floor(self.most * high)
        assert self.least is not None
        return ceil(self.least * low)


class Sizes:
    """Rows that keep a relaxation to plans of some sizes; they may be missed at a price, so that it has an answer."""

    def __init__(self, master: Master) -> None:
        assert master.number is not None
        self.master, self.number = master, master.number
        self.shares = tuple(master.pool.problem.shares.items())
        self._edges: list[_Edge] = []
        self._add(self.number.everything, least=Fraction(1))
        self._add(self.number.everything, most=Fraction(1))
        for name, share in self.shares:
            column = self.number.of_modality[name]
            if share.min is not None:
                self._add(column, least=Fraction(share.min))
            if share.max is not None:
                self._add(column, most=Fraction(share.max))

    def keep(self, low: int, high: int, program: Program) -> None:
        """Look at plans of so many partnerships only."""
        for edge in self._edges:
            self.master.rows[edge.place].low = edge.low_of(low, high)
            program.renew(edge.place)

    def set_price(self, price: int, program: Program) -> None:
        """What each partnership costs by which a size or a share is missed."""
        for edge in self._edges:
            self.master.objective[edge.missed] = -price
            program.objective.SetCoefficient(program.others[edge.missed], -price)

    def open_at(self, columns: NDArray[np.float64]) -> float | None:
        """The size of a relaxed plan, where to split there takes it away; else ``None``."""
        size = float(columns[self.number.everything])
        if abs(size - round(size)) > _WHOLE:
            return size
        size = round(size)
        for name, share in self.shares:
            formed = float(columns[self.number.of_modality[name]])
            if share.min is not None and formed < ceil(Fraction(share.min) * size) - _WHOLE:
                return float(size)
            if share.max is not None and formed > floor(Fraction(share.max) * size) + _WHOLE:
                return float(size)
        return None

    def _add(self, column: int, *, least: Fraction | None = None, most: Fraction | None = None) -> None:
        master = self.master
        missed = master.column(2 * master.most + 2)
        master.objective[missed] = -1
        master.never.add(missed)
        edge = _Edge(len(master.rows), missed, least, most)
        self._edges.append(edge)
        others = {column: 1 if most is None else -1, missed: 1}
        master.rows.append(Row("none", None, edge.low_of(0, master.most), None, others, missed=missed))


def relax_by_size(
    master: Master,
    start: Numbers,
    *,
    above: int,
    seconds: Callable[[], float],
    cutting: bool = True,
    enough: int | None = None,
) -> Relaxed | None:
    """The relaxation, split by size as long as it promises more than ``above``.

    The answer speaks of plans that make the goal at least ``above``. The master is left with the sizes they may have.

    Args:
        enough: as for ``relax``; the first size that comes to this ends the search.
    """
    if master.number is None:
        return settled(Program(master, start), seconds=seconds, cutting=cutting, enough=enough)
    sizes = Sizes(master)
    program = Program(master, start)
    root = settled(program, seconds=seconds, cutting=cutting, enough=enough)
    if root is None or root.bound <= above or not program.is_solved:
        return root
    size = sizes.open_at(program.columns())
    if master.goal.stage != SLACK:
        sizes.set_price(_DEAR * (root.bound - above + 1), program)
    numbers = count()
    waiting = [_Node(-root.bound, 0, 0, master.most, root, size)]
    closed: list[_Node] = []
    most, vain, bound = _MOST_SPLITS, 0, root.bound
    while waiting and -waiting[0].rank > above and most > 0 and vain < _MOST_IN_VAIN and seconds() > 0:
        node = heappop(waiting)
        if node.size is None or node.low == node.high:
            closed.append(node)
            if enough is not None:
                break
            continue
        most -= 1
        for low, high in _parts(node.low, node.high, node.size):
            sizes.keep(low, high, program)
            relaxed = settled(program, seconds=seconds, cutting=cutting, enough=enough)
            known = node.relaxed if relaxed is None or relaxed.reach > node.relaxed.reach else relaxed
            size = sizes.open_at(program.columns()) if program.is_solved else None
            if known.bound >= above:
                heappush(waiting, _Node(-known.bound, next(numbers) + 1, low, high, _light(known), size))
        reached = max((node.relaxed.bound for node in (*closed, *waiting)), default=above)
        vain = vain + 1 if reached == bound else 0
        bound = reached
    left = [*closed, *waiting]
    if bound == root.bound:
        sizes.keep(0, master.most, program)
        return root
    sizes.keep(min((node.low for node in left), default=0), max((node.high for node in left), default=0), program)
    if seconds() <= 0:
        # To put the losses of all together takes longer than the bound, which holds without them.
        return replace(root, bound=min(root.bound, max((node.relaxed.bound for node in left), default=above - 1)))
    return _joined([node.relaxed for node in left], root, above, master)


def _parts(low: int, high: int, size: float) -> list[tuple[int, int]]:
    """Sizes below, at and above one, or on both sides of one that is no whole number."""
    at = round(size)
    if abs(size - at) > _WHOLE:
        parts = [(low, floor(size)), (floor(size) + 1, high)]
    else:
        parts = [(low, at - 1), (at, at), (at + 1, high)]
    return [(first, last) for first, last in parts if first <= last]


def _light(relaxed: Relaxed) -> Relaxed:
    """Without the losses, which for millions of candidates take much memory and follow from the prices."""
    return replace(relaxed, losses=_NOTHING)


def _joined(parts: list[Relaxed], root: Relaxed, above: int, master: Master) -> Relaxed:
    """What several relaxations prove of all plans together."""
    if not parts:
        # No size allows a plan as good as ``above``.
        reach = above * root.scale - 1
        return Relaxed(above - 1, reach, root.scale, np.ones_like(root.losses), root.numbers, root.values)
    scale = min(part.scale for part in parts)
    reach, best = -(2**62), np.full_like(root.losses, -(2**62))
    for part in parts:
        fine = part.scale // scale
        reach = max(reach, -(-part.reach // fine))
        np.maximum(best, -((np.maximum(0, losses_of(master, part)) - part.reach) // fine), out=best)
    first = max(parts, key=lambda part: Fraction(part.reach, part.scale))
    return Relaxed(reach // scale, reach, scale, reach - best, first.numbers, first.values, first.prices)
