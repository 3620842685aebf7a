"""The linear relaxation of a stage: its rows, its further columns and the coefficients of candidates in them."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from scheduler.pairing.catalogue import Catalogue, Flags, Numbers
from scheduler.pairing.constraints import smallest_from
from scheduler.pairing.modality import MODALITIES, Modality
from scheduler.pairing.solve.pricing import halves
from scheduler.pairing.solve.rows import MIXED, SLACK, Goal, Number, Row

_MOST_MISSED = 2**53
_REACHED, _PAIRED = 16, 4
"""What a city weighs where counts and value are one sum, in partnerships of most value."""


class Master:
    """Rows and further columns of a goal over a catalogue; knows the coefficients of all its candidates.

    Candidates that are ``closed`` have prices as well, but no plan may hold them. No plan forms more than ``most``.
    """

    def __init__(
        self, catalogue: Catalogue, goal: Goal, *, closed: Flags | None = None, most: int | None = None
    ) -> None:
        self.catalogue, self.goal, self.pool = catalogue, goal, catalogue.pool
        problem = self.pool.problem
        self.count = len(self.pool.cities)
        self.closed = closed
        self.most = most_partnerships(catalogue) if most is None else most
        self.upper: list[int] = []
        self.objective: dict[int, int] = {}
        self.never: set[int] = set()
        """Columns that only the relaxation needs: they are 0 in every plan."""
        self.constant = 0
        self.rows: list[Row] = []
        before = {frozenset(ids) for ids in problem.previous or ()}
        self.before = np.zeros(len(catalogue), dtype=bool)
        self.before[list(catalogue.numbers_of(before).values())] = True
        self.earlier = len(before)
        self.pinned: Numbers = np.array(sorted(catalogue.numbers_of(problem.pins).values()), dtype=np.int64)
        self.limits = [self.pool.limit_of(one) for one in catalogue.ids] + [None]
        self.is_limited = np.array([limit is not None for limit in self.limits], dtype=bool)
        self.is_single = np.array([limit == 1 for limit in self.limits], dtype=bool)
        self.worth = np.minimum(catalogue.value, goal.floor)
        self._add_members()
        self.rows.extend(Row("pin", number, 1, None, is_asked=True) for number in self.pinned.tolist())
        self._add_shares()
        self._add_fixed()
        self._add_objective()

    @property
    def lacks_a_pin(self) -> bool:
        """Whether a pinned partnership is no candidate, so that there is no plan at all."""
        return len(self.pinned) < len(self.pool.problem.pins)

    def gains_of(self, part: Numbers | slice) -> Numbers:
        """What each of some candidates adds to the objective."""
        if self.goal.stage in ("value", MIXED):
            return self.catalogue.value[part]
        if self.goal.stage == "changes":
            return np.where(self.before[part], 1, -1).astype(np.int64)
        return np.zeros(len(self.before[part]), dtype=np.int64)

    def coefficients(self, row: Row, numbers: Numbers) -> Numbers:
        """The coefficients of some candidates in a row."""
        catalogue = self.catalogue
        if row.kind in ("member", "floor"):
            inside = (catalogue.members[numbers] == row.key).any(axis=1)
            found = inside * (self.worth[numbers] if row.kind == "floor" else 1)
        elif row.kind == "modality":
            found = np.asarray(row.key)[catalogue.modality[numbers]]
        elif row.kind == "value":
            found = catalogue.value[numbers]
        elif row.kind == "changes":
            found = np.where(self.before[numbers], 1, -1)
        elif row.kind == "pin":
            found = numbers == row.key
        elif row.kind == "couple":
            found = catalogue.couple[numbers] == row.key
        elif row.kind == "rest":
            found = (catalogue.members[numbers] == row.key.place).any(axis=1) & ~np.isin(numbers, row.key.without)
        else:
            found = halves(row.key, catalogue.members[numbers])
        return np.asarray(found, dtype=np.int64)

    def column(self, upper: int) -> int:
        self.upper.append(upper)
        return len(self.upper) - 1

    def _add_members(self) -> None:
        pool, catalogue = self.pool, self.catalogue
        counts = np.bincount(catalogue.members.ravel(), minlength=len(catalogue.ids) + 1)
        self.paired: dict[int, int] = {}
        self.reached: dict[int, int] = {}
        self.granted: set[int] = set()
        for place, identifier in enumerate(catalogue.ids):
            limit = pool.limit_of(identifier)
            if limit is not None and counts[place]:
                self.rows.append(Row("member", place, None, limit))
            city = pool.cities.get(identifier)
            if city is None:
                continue
            wanted = city.engagements.min
            if wanted == 0:
                self.granted.add(place)
            if not counts[place]:
                continue
            paired = self.paired[place] = self.column(1)
            self.rows.append(Row("member", place, 0, None, {paired: -1}))
            if wanted == 1:
                self.reached[place] = paired
            elif 1 < wanted <= counts[place]:
                reached = self.column(1)
                self.reached[place] = reached
                self.rows.append(Row("member", place, 0, None, {reached: -wanted}))
                self.rows.append(Row("none", None, 0, None, {paired: 1, reached: -1}))
            if self.goal.floor and limit != 1:
                self.rows.append(Row("floor", place, 0, None, {paired: -self.goal.floor}))

    def _add_shares(self) -> None:
        """Shares over columns that count: to branch on a count tells more than to branch on a candidate."""
        most = self.most
        shares = self.pool.problem.shares
        counts = {name: self._count([name], most) for name in shares}
        everything = self._count(MODALITIES, most) if shares else 0
        self.number = Number(everything, counts) if shares else None
        for name, share in shares.items():
            for limit, sign in ((share.min, 1), (share.max, -1)):
                if limit is None:
                    continue
                exact = Fraction(limit)
                part = smallest_from(exact, most) if sign == 1 else 1 - smallest_from(1 - exact, most)
                terms = {counts[name]: sign * part.denominator, everything: -sign * part.numerator}
                self.rows.append(Row("none", None, 0, None, terms, is_asked=True))

    def _count(self, modalities: Sequence[Modality], most: int) -> int:
        """A column that counts the partnerships formed of some modalities."""
        column = self.column(most)
        key = np.array([one in modalities for one in MODALITIES], dtype=np.int64)
        self.rows.append(Row("modality", key, 0, 0, {column: -1}))
        return column

    def _add_fixed(self) -> None:
        for stage, value in self.goal.fixed.items():
            if stage == "value":
                self.rows.append(Row("value", None, value, None, is_asked=True))
            elif stage == "changes":
                self.rows.append(Row("changes", None, self.earlier - value, None, is_asked=True))
            elif stage == "reached":
                self._ask(self.reached, value - len(self.granted))
            elif stage == "paired":
                self._ask(self.paired, value)
        for asked in self.goal.asked:
            places = {self.catalogue.place[city] for city in asked.cities}
            columns = self.reached if asked.stage == "reached" else self.paired
            granted = len(self.granted & places) if asked.stage == "reached" else 0
            self._ask({place: column for place, column in columns.items() if place in places}, asked.least - granted)

    def _ask(self, columns: dict[int, int], least: int) -> None:
        self.rows.append(Row("none", None, least, None, dict.fromkeys(columns.values(), 1), is_asked=True))

    def _add_objective(self) -> None:
        if self.goal.stage == "reached":
            self.objective, self.constant = dict.fromkeys(self.reached.values(), 1), len(self.granted)
        elif self.goal.stage == "paired":
            self.objective = dict.fromkeys(self.paired.values(), 1)
        elif self.goal.stage == "changes":
            self.constant = -self.earlier
        elif self.goal.stage == MIXED:
            self._weigh_cities()
        elif self.goal.stage == SLACK:
            for row in self.rows:
                if row.is_asked:
                    # No plan misses by more than it could ever have.
                    missed = self.column(_MOST_MISSED)
                    row.others[missed] = 1
                    row.missed = missed
                    self.objective[missed] = -1

    def _weigh_cities(self) -> None:
        most = max(1, int(self.catalogue.value.max(initial=1)))
        self.constant = _REACHED * most * len(self.granted)
        for columns, weight in ((self.reached, _REACHED * most), (self.paired, _PAIRED * most)):
            for column in columns.values():
                self.objective[column] = self.objective.get(column, 0) + weight


def most_partnerships(catalogue: Catalogue) -> int:
    """No plan has more: each partnership takes two engagements of cities at least."""
    counts = np.bincount(catalogue.members.ravel(), minlength=len(catalogue.ids) + 1)
    room = 0
    for city in catalogue.pool.problem.cities:
        open_to = int(counts[catalogue.place[city.id]])
        room += open_to if city.engagements.max is None else min(city.engagements.max, open_to)
    return room // 2


def above_floor(catalogue: Catalogue, floor: int) -> Flags:
    """The candidates that a plan may hold in which no city with a partnership has less than ``floor``."""
    pool = catalogue.pool
    enough = np.ones(len(catalogue), dtype=bool)
    for city in pool.problem.cities:
        limit = pool.limit_of(city.id)
        numbers = catalogue.of_member(city.id)
        if limit is None or not len(numbers):
            continue
        values = catalogue.value[numbers]
        spare = limit - 1
        # With its other places filled by the best, the city still has to come to the floor.
        best = np.sort(values)[::-1][:limit]
        rest = int(best[:spare].sum())
        within = np.isin(np.arange(len(values)), np.argsort(-values, kind="stable")[:spare])
        others = np.where(within, int(best.sum()) - values, rest)
        enough[numbers[values + others < floor]] = False
    return enough
