"""A first good plan of a large pool: one relaxation of all stages but ``lowest``, and a search of what is near to it.

Most pools have a plan at the ceilings of the counts. To find one soon leaves the time to the bounds.
"""

from dataclasses import dataclass

import numpy as np

from scheduler.pairing.catalogue import Catalogue, Numbers
from scheduler.pairing.solve.attempts import CORE, Nearness, closest, first_columns, nearest, plan_of
from scheduler.pairing.solve.master import Master
from scheduler.pairing.solve.mip import branch, is_exact
from scheduler.pairing.solve.plans import Plan
from scheduler.pairing.solve.relaxation import relax, spread
from scheduler.pairing.solve.rows import MIXED, Goal
from scheduler.pairing.solve.spending import Part

LARGE = 100_000
"""A pool of fewer candidates is searched as a whole."""

_RELAXING = 0.6
"""The relaxation takes at most this part of the time; what it has come to by then shows the way well enough."""

FEW = 30_000
PER_MEMBER = 12

_NEAR_ENOUGH = 1e-4
"""A plan within this part of the most that counts and value come to together is near in value alone as well."""


@dataclass(frozen=True)
class Opening:
    """A plan, which may be better than the one at hand or not, and the few candidates it was sought among."""

    plan: Plan | None
    few: Catalogue


def opening(catalogue: Catalogue, part: Part, *, known: Plan) -> Opening | None:
    """Look for a plan of high counts and value; ``None`` where there is no time or the numbers are too large."""
    master = Master(catalogue, Goal(MIXED))
    if not is_exact(master):
        return None
    own = np.array(list(catalogue.numbers_of(known.groups).values()), dtype=np.int64)
    relaxed = relax(master, np.union1d(first_columns(catalogue), own), seconds=part.part(_RELAXING).clock())
    if relaxed is None or part.is_over:
        return None
    order = nearest(catalogue, relaxed.losses, relaxed.formed)
    near = Nearness(master, order, relaxed.losses, np.arange(len(catalogue)))
    close = closest(near, CORE, known.groups)
    answer = branch(master, close, part, gap=_NEAR_ENOUGH)
    plan = None if answer.numbers is None else plan_of(catalogue, answer.numbers)
    few = _few(near, [close, np.flatnonzero(master.before)])
    return Opening(plan, catalogue.only(few))


def _few(near: Nearness, kept: list[Numbers]) -> Numbers:
    """The nearest candidates, of each member the nearest and the most valuable, and what is to be kept."""
    catalogue = near.master.catalogue
    of_each = spread(catalogue, -near.cost, per_member=PER_MEMBER)
    valuable = spread(catalogue, catalogue.value, per_member=PER_MEMBER)
    return np.unique(np.concatenate([near.order[:FEW], of_each, valuable, *kept]))
