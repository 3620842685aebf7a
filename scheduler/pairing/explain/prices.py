"""One relaxation asked again and again, each time with another fact let go.

To build it takes longer than to solve it, and letting go of one fact leaves most of its answer as it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import comb

import numpy as np

from scheduler.core.paths import parts_of
from scheduler.pairing.catalogue import Numbers
from scheduler.pairing.explain.openings import Openings
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.proof import Relaxed
from scheduler.pairing.solve.relaxation import Program, settled
from scheduler.pairing.solve.rows import SLACK, Asked, Goal, Row


class Prices:
    """How far every plan misses what is asked, without one fact of the file or with all of them."""

    def __init__(
        self, openings: Openings, asked: tuple[Asked, ...], start: Numbers, seconds: Callable[[], float]
    ) -> None:
        self.openings, self.seconds = openings, seconds
        # What is proved has to hold with any limit let go: no number of partnerships may be taken for granted.
        most = comb(len(openings.pool.cities), 2)
        self.master = Master(openings.catalogue, Goal(SLACK, asked=asked), closed=openings.closed.copy(), most=most)
        self.program = Program(self.master, start)

    def without(self, path: str | None) -> Relaxed | None:
        """What the relaxation proves with the fact at a path let go; ``None`` where the time was too short."""
        if path is None:
            return settled(self.program, seconds=self.seconds, enough=0)
        with self._opened(path), self._unlimited(path), self._dropped(path):
            return settled(self.program, seconds=self.seconds, enough=0)

    @contextmanager
    def _opened(self, path: str) -> Iterator[None]:
        """The candidates against which nothing but this fact stands."""
        closed = self.master.closed
        assert closed is not None
        numbers = self.openings.opened_by.get(path, np.zeros(0, dtype=np.int64))
        closed[numbers] = False
        self.program.let(numbers, open_=True)
        yield
        closed[numbers] = True
        self.program.let(numbers, open_=False)

    @contextmanager
    def _unlimited(self, path: str) -> Iterator[None]:
        """A member without limit, and without the odd sets that count its places."""
        master = self.master
        identifier = next((one for one, other in self.openings.limit_paths.items() if other == path), None)
        if identifier is None:
            yield
            return
        place = master.catalogue.place[identifier]
        before = master.limits[place], bool(master.is_limited[place]), bool(master.is_single[place])
        master.limits[place], master.is_limited[place], master.is_single[place] = None, False, False
        counting = [
            row
            for row in master.rows
            if row.high is not None
            and ((row.kind == "member" and row.key == place) or (row.kind == "odd" and row.key[place]))
        ]
        with self._freed(counting):
            yield
        master.limits[place], master.is_limited[place], master.is_single[place] = before

    @contextmanager
    def _dropped(self, path: str) -> Iterator[None]:
        """A pin or a share that need not be kept."""
        parts = parts_of(path)
        if parts[0] == "pins":
            pin = self.openings.problem.pins[int(parts[1])]
            numbers = set(self.master.catalogue.numbers_of([pin]).values())
            rows = [row for row in self.master.rows if row.kind == "pin" and row.key in numbers]
        elif parts[0] == "shares":
            assert self.master.number is not None
            column = next(one for name, one in self.master.number.of_modality.items() if name == parts[1])
            sign = 1 if parts[2] == "min" else -1
            rows = [row for row in self.master.rows if row.is_asked and row.others.get(column, 0) * sign > 0]
        else:
            rows = []
        with self._freed(rows):
            yield

    @contextmanager
    def _freed(self, rows: list[Row]) -> Iterator[None]:
        places = [place for place, row in enumerate(self.master.rows) if any(row is one for one in rows)]
        before = [(row.low, row.high) for row in rows]
        for row in rows:
            row.low = row.high = None
        for place in places:
            self.program.renew(place)
        yield
        for row, (low, high) in zip(rows, before, strict=True):
            row.low, row.high = low, high
        for place in places:
            self.program.renew(place)
