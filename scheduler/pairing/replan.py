"""A plan again after something has changed, as close to the old one as the best plans are; and what would change.

For pages: "k partnerships would change: these", before anything is applied.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.core.limits import Control, Limits
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.released import replacement_problem
from scheduler.pairing.solution import PairingOutcome, PairingSolution, Partnership
from scheduler.pairing.solve import solve


@dataclass(frozen=True)
class Replanned:
    """The outcome, and what tells its plan from the one before; all empty where there is no plan.

    ``ended`` are partnerships of the old plan that are no more, ``formed`` those that are new, ``kept`` those of the
    same members, as they stand in the new plan.
    """

    outcome: PairingOutcome
    ended: tuple[Partnership, ...] = ()
    formed: tuple[Partnership, ...] = ()
    kept: tuple[Partnership, ...] = ()

    @property
    def changes(self) -> int:
        """How many partnerships would change, ended and formed ones together: the value of the stage ``changes``."""
        return len(self.ended) + len(self.formed)


def replan(
    changed: PairingProblem,
    before: PairingSolution,
    *,
    limits: Limits | None = None,
    control: Control | None = None,
) -> Replanned:
    """The best plan of a changed problem, of the best ones the one closest to the plan before.

    With ``changes_first`` in the problem closeness ranks first: as little as possible changes, whatever it costs.

    Args:
        changed: the problem with another pin, veto, excluded pair, share or weight; its own ``previous`` does not
            matter. Members may be gone or new.
    """
    known = {city.id for city in changed.cities} | {one.id for one in changed.facilitators}
    previous = [tuple(sorted(one.ids)) for one in before.partnerships if one.ids <= known]
    problem = changed.model_copy(update={"previous": tuple(sorted(previous)) or None})
    return _compared(solve(problem, limits=limits, control=control), before)


def replace_partnership(
    problem: PairingProblem,
    plan: PairingSolution,
    released: Iterable[str],
    *,
    declined_by: str,
    limits: Limits | None = None,
    control: Control | None = None,
) -> Replanned:
    """The best plan without one partnership that leaves all others alone.

    Whoever declined is not brought together with the others of this partnership again: a city as if it had said no to
    each city, an organisation in that it takes on no further triangle.

    Args:
        released: the members of the partnership that ends.

    Raises:
        ValueError: no such partnership in the plan, or ``declined_by`` is none of its members.
    """
    ids = frozenset(released)
    others = [one.ids for one in plan.partnerships if one.ids != ids]
    if len(others) == len(plan.partnerships) or declined_by not in ids:
        raise ValueError("the plan has no such partnership of that member")
    changed = replacement_problem(problem, others=others, released=ids, declined_by=declined_by)
    return _compared(solve(changed, limits=limits, control=control), plan)


def _compared(outcome: PairingOutcome, before: PairingSolution) -> Replanned:
    if outcome.solution is None:
        return Replanned(outcome)
    old = {one.ids for one in before.partnerships}
    new = {one.ids for one in outcome.solution.partnerships}
    return Replanned(
        outcome,
        ended=tuple(one for one in before.partnerships if one.ids not in new),
        formed=tuple(one for one in outcome.solution.partnerships if one.ids not in old),
        kept=tuple(one for one in outcome.solution.partnerships if one.ids in old),
    )
