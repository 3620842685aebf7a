"""Is there a plan that comes to given values? A relaxation says no, or says among which candidates to look first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.pairing.catalogue import Catalogue, Flags, Numbers
from scheduler.pairing.solve.by_size import relax_by_size
from scheduler.pairing.solve.master import Master, above_floor
from scheduler.pairing.solve.mip import branch, is_exact
from scheduler.pairing.solve.plans import Plan, ranked, solution_of
from scheduler.pairing.solve.proof import Relaxed
from scheduler.pairing.solve.relaxation import relax, spread
from scheduler.pairing.solve.rows import SLACK, Goal
from scheduler.pairing.solve.search import Found, Wanted, look
from scheduler.pairing.solve.spending import Part

CORE = 1500
"""How many candidates are searched first; then four times as many, and so on until it is all of them."""

PER_MEMBER = 3
"""How many candidates of each member that first search holds at least."""

START = 12
"""How many candidates of each member a relaxation starts from."""

ORDERED = 50_000
"""So many candidates are put in order with care, what is further off by its cost alone."""

GOOD_ENOUGH = 0.01
"""Where any plan will do, one within this part of the most value."""

NO_PLAN = Found("infeasible", None, None)
NOT_KNOWN = Found("unknown", None, None)


@dataclass(frozen=True)
class Nearness:
    """Candidates that may come to given values, in the order in which they are worth a look.

    ``master`` relaxes the most value of such a plan; ``order`` numbers its candidates, ``origin`` says what numbers
    they have in the catalogue asked about.
    """

    master: Master
    order: Numbers
    cost: Numbers
    origin: Numbers


def attempt(
    catalogue: Catalogue, values: dict[str, int], part: Part, *, known: Plan | None, most: int | None = None
) -> Found:
    """Look for any plan that comes to these values, ``infeasible`` where there is none among all candidates.

    Args:
        most: search no more than about so many candidates.
    """
    near = nearness(catalogue, values, part)
    if isinstance(near, Found):
        return near
    hint = [] if known is None else known.groups
    size = CORE
    while not part.is_over:
        close = closest(near, size, hint)
        is_all = len(close) == len(near.order)
        found = search(near.master, close, values, part, hint=hint)
        if found.plan is not None or is_all:
            return found
        if size == CORE and found.status == "infeasible":
            # Before more candidates are looked at: odd sets may show that no number of them is enough.
            missed = slack(near.master.catalogue, values, part, cutting=True)
            if missed is not None and missed.reach < 0:
                return NO_PLAN
        size *= 4
        if most is not None and size > most:
            break
    return NOT_KNOWN


def nearness(catalogue: Catalogue, values: dict[str, int], part: Part) -> Nearness | Found:
    """What to search for a plan that comes to these values, or ``Found`` where that is answered already."""
    floor = values.get("lowest", 0)
    origin = np.flatnonzero(above_floor(catalogue, floor)) if floor > 0 else np.arange(len(catalogue))
    if part.is_over:
        return NOT_KNOWN
    catalogue = catalogue.only(origin)
    missed = slack(catalogue, values, part)
    if missed is None:
        return NOT_KNOWN
    if missed.reach < 0:
        return NO_PLAN
    if part.is_over:
        return NOT_KNOWN
    wide = missed.allowed(0)
    catalogue = catalogue.only(wide)
    # A plan of much value is as good as any other here, and the next stages start from it.
    master = Master(catalogue, Goal("value", without_lowest(values), floor))
    relaxed = relax(master, renumbered(wide, missed.numbers), seconds=part.clock())
    cost = -catalogue.value if relaxed is None else relaxed.losses
    order = nearest(catalogue, cost, [] if relaxed is None else relaxed.formed)
    return Nearness(master, order, cost, origin[wide])


def nearest(catalogue: Catalogue, cost: Numbers, first: Numbers | Sequence[int]) -> Numbers:
    """All candidates by what they cost, of equals some ``first``, then those of most value.

    Thousands may be equal in all that: these come in an order that favours no member.
    """
    later = np.ones(len(catalogue), dtype=bool)
    later[np.asarray(first, dtype=np.int64)] = False
    mixed = np.random.default_rng(0).permutation(len(catalogue))
    head = np.arange(len(catalogue))
    tail = head[:0]
    if len(catalogue) > 2 * ORDERED:
        # Only the nearest need all of the order.
        last = np.partition(cost, ORDERED)[ORDERED]
        head, tail = np.flatnonzero(cost <= last), np.flatnonzero(cost > last)
        tail = tail[np.argsort(cost[tail], kind="stable")]
    head = head[np.lexsort((mixed[head], -catalogue.value[head], later[head], cost[head]))]
    return np.concatenate([head, tail])


def tried(catalogue: Catalogue, relaxed: Relaxed, size: int) -> Numbers:
    """The candidates to look for a better plan among: what the relaxation forms, and so many that cost it least.

    Where prices are rounded, millions may cost less than what the relaxation forms.
    """
    return np.union1d(nearest(catalogue, relaxed.losses, relaxed.formed)[:size], relaxed.formed)


def closest(near: Nearness, size: int, hint: list[frozenset[str]]) -> Numbers:
    """About so many candidates in their order, some of each member, the pinned ones and those of a hint."""
    catalogue = near.master.catalogue
    if size >= len(catalogue):
        return np.arange(len(catalogue))
    of_each = spread(catalogue, -near.cost, per_member=PER_MEMBER)
    hinted = np.array(list(catalogue.numbers_of(hint).values()), dtype=np.int64)
    return np.unique(np.concatenate([near.order[:size], of_each, hinted, near.master.pinned]))


def search(
    master: Master, numbers: Numbers, values: dict[str, int], part: Part, *, hint: list[frozenset[str]]
) -> Found:
    """Look for a plan among some candidates: by branch and bound where that is exact, else or then by CP-SAT."""
    catalogue = master.catalogue
    if is_exact(master):
        answer = branch(master, numbers, part, share=0.4, gap=GOOD_ENOUGH)
        if answer.status == "infeasible":
            return NO_PLAN
        if answer.numbers is not None:
            plan = plan_of(catalogue, answer.numbers)
            if meets(plan, values):
                return Found(answer.status, plan, None)
    return look(catalogue.only(numbers), Wanted(values), part, share=0.5, hint=hint)


def plan_of(catalogue: Catalogue, numbers: Numbers) -> Plan:
    pool = catalogue.pool
    return ranked(pool, solution_of(pool, [catalogue.candidate(number) for number in numbers.tolist()]))


def meets(plan: Plan, values: dict[str, int]) -> bool:
    """Whether the plan comes to these values, as the score counts them."""
    return all(
        plan.values[stage] <= value if stage == "changes" else plan.values[stage] >= value
        for stage, value in values.items()
    )


def slack(catalogue: Catalogue, values: dict[str, int], part: Part, *, cutting: bool = False) -> Relaxed | None:
    """By how much every plan must miss these values; a ``reach`` below 0 proves that none comes to them."""
    master = Master(catalogue, Goal(SLACK, without_lowest(values), values.get("lowest", 0)))
    if master.lacks_a_pin:
        return Relaxed(-1, -1, 1, np.zeros(len(catalogue), dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
    return relax_by_size(master, first_columns(catalogue), above=-1, seconds=part.clock(), cutting=cutting, enough=0)


def floored(catalogue: Catalogue, floor: int) -> Catalogue:
    return catalogue.only(above_floor(catalogue, floor)) if floor > 0 else catalogue


def first_columns(catalogue: Catalogue) -> Numbers:
    """Some candidates of each member, of most value."""
    return spread(catalogue, catalogue.value, per_member=START)


def without_lowest(values: dict[str, int]) -> dict[str, int]:
    return {stage: value for stage, value in values.items() if stage != "lowest"}


def renumbered(kept: Flags, numbers: Numbers) -> Numbers:
    """The new numbers of those of some candidates that are kept."""
    places = np.cumsum(kept) - 1
    return np.asarray(places[numbers[kept[numbers]]])
