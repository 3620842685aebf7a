"""A first plan without search: pins, then the cities with the fewest choices first, then what adds value.

It stands at once, whatever the number of candidates, and no plan given out is below it.
"""

from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np

from scheduler.pairing.catalogue import Catalogue, Flags, Numbers
from scheduler.pairing.modality import MODALITIES

_CHUNK = 4096
_FEW = 100_000
"""So many candidates are looked at in a moment."""
_ENDLESS = 2**31


class _Growing:
    """A plan that grows one partnership at a time and keeps limits and couples right."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        pool = catalogue.pool
        limits = [pool.limit_of(one) for one in catalogue.ids]
        self.room = np.array([_ENDLESS if limit is None else limit for limit in (*limits, None)], dtype=np.int64)
        self.wanted = np.zeros(len(catalogue.ids) + 1, dtype=np.int64)
        for city in pool.problem.cities:
            self.wanted[catalogue.place[city.id]] = city.engagements.min
        self.together = np.zeros(len(pool.cities) ** 2, dtype=bool)
        self.formed: set[int] = set()

    def fits(self, numbers: Numbers) -> Flags:
        catalogue = self.catalogue
        room = (self.room[catalogue.members[numbers]] > 0).all(axis=1)
        return np.asarray(room & ~self.together[catalogue.couple[numbers]])

    def add(self, number: int) -> None:
        self.formed.add(number)
        self._count(number, 1)

    def remove(self, number: int) -> None:
        self.formed.remove(number)
        self._count(number, -1)

    def first_fit(self, ordered: Numbers) -> int | None:
        """The first of these candidates that fits."""
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            fitting = chunk[self.fits(chunk)]
            if len(fitting):
                return int(fitting[0])
        return None

    def _count(self, number: int, step: int) -> None:
        members = self.catalogue.members[number]
        # A member is in a partnership once; "nobody" has room for any number.
        self.room[members] -= step
        self.wanted[members] -= step
        self.together[self.catalogue.couple[number]] = step > 0


def greedy_plan(catalogue: Catalogue, *, is_over: Callable[[], bool] = lambda: False) -> list[int] | None:
    """The numbers of a plan that keeps every hard rule, or ``None`` where this simple way finds none.

    Args:
        is_over: asked now and then; once it says so, only those of most value are looked at.
    """
    problem = catalogue.pool.problem
    plan = _Growing(catalogue)
    pins = catalogue.numbers_of(problem.pins)
    if len(pins) < len(problem.pins) or not _form_all(plan, pins.values()):
        return None
    if problem.changes_first and problem.previous:
        earlier = catalogue.numbers_of(problem.previous)
        _form_where_possible(plan, np.array(list(earlier.values()), dtype=np.int64))
    else:
        _reach_cities(plan, is_over)
        _form_where_possible(plan, _most_valuable(catalogue) if is_over() else _by_value(catalogue))
    return sorted(plan.formed) if _mend_shares(plan, set(pins.values()), is_over) else None


def _by_value(catalogue: Catalogue) -> Numbers:
    return np.argsort(-catalogue.value, kind="stable")


def _most_valuable(catalogue: Catalogue) -> Numbers:
    """Some of the most valuable candidates in that order; cheaper than to put all in order."""
    if len(catalogue) <= _FEW:
        return _by_value(catalogue)
    few = np.argpartition(-catalogue.value, _FEW)[:_FEW]
    return np.asarray(few[np.argsort(-catalogue.value[few], kind="stable")])


def _form_all(plan: _Growing, numbers: Iterable[int]) -> bool:
    for number in numbers:
        if not plan.fits(np.array([number]))[0]:
            return False
        plan.add(number)
    return True


def _form_where_possible(plan: _Growing, ordered: Numbers) -> None:
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        while len(chunk := chunk[plan.fits(chunk)]):
            plan.add(int(chunk[0]))


def _reach_cities(plan: _Growing, is_over: Callable[[], bool]) -> None:
    if is_over():
        return
    catalogue = plan.catalogue
    counts = {city: len(catalogue.of_member(city)) for city in catalogue.pool.cities}
    fewest_first = sorted(counts, key=lambda city: (counts[city], city))
    rank = np.zeros(len(catalogue.ids) + 1, dtype=np.int64)
    for position, city in enumerate(fewest_first):
        rank[catalogue.place[city]] = position
    for city in fewest_first:
        if is_over():
            return
        while plan.wanted[catalogue.place[city]] > 0:
            numbers = catalogue.of_member(city)
            numbers = numbers[plan.fits(numbers)]
            if not len(numbers):
                break
            members = catalogue.members[numbers]
            helped = plan.wanted[members] > 0
            count = helped.sum(axis=1)
            # A partner that few others can take is taken first; value decides between equals.
            choice = -((rank[members] * helped).sum(axis=1) // np.maximum(1, count))
            plan.add(int(numbers[np.lexsort((catalogue.value[numbers], choice, count))[-1]]))


def _mend_shares(plan: _Growing, pinned: set[int], is_over: Callable[[], bool]) -> bool:
    """Add and drop partnerships, once it is over only drop, until every share is met; False where pins forbid it."""
    catalogue = plan.catalogue
    shares = {MODALITIES.index(name): share for name, share in catalogue.pool.problem.shares.items()}
    if not shares:
        return True
    least = {one: Fraction(share.min) for one, share in shares.items() if share.min is not None}
    most = {one: Fraction(share.max) for one, share in shares.items() if share.max is not None}
    ordered = np.zeros(0, dtype=np.int64) if is_over() else _by_value(catalogue)
    of_modality = {one: ordered[catalogue.modality[ordered] == one] for one in least}
    for _ in range(8 * len(catalogue.pool.cities) + 8):
        formed = np.array(sorted(plan.formed), dtype=np.int64)
        modality = catalogue.modality[formed]
        counts, total = np.bincount(modality, minlength=len(MODALITIES)).tolist(), len(formed)
        scarce = sorted(one for one, share in least.items() if counts[one] < share * total)
        plenty = sorted(one for one, share in most.items() if counts[one] > share * total)
        if not scarce and not plenty:
            return True
        may_go = np.isin(modality, plenty) if plenty else ~np.isin(modality, scarce)
        droppable = formed[may_go & ~np.isin(formed, list(pinned))]
        if not len(droppable):
            return False
        plan.remove(int(droppable[np.argmin(catalogue.value[droppable])]))
        wanted = [] if is_over() else scarce
        fitting = [found for one in wanted if (found := plan.first_fit(of_modality[one])) is not None]
        if fitting:
            plan.add(max(fitting, key=lambda number: (int(catalogue.value[number]), -number)))
    return False
