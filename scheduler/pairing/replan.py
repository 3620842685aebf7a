"""A plan again after something has changed, as close to the old one as the best plans are; and what would change.

For pages: "k partnerships would change: these", before anything is applied.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.core.limits import Control, Limits
from scheduler.pairing.problem import PairingProblem, Wish
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


def replacement_problem(
    problem: PairingProblem, *, others: Iterable[frozenset[str]], released: Iterable[str], declined_by: str
) -> PairingProblem:
    """The problem that ``replace_partnership`` solves, for whoever solves it elsewhere.

    Args:
        others: the members of each partnership that stays.
        released: the members of the partnership that ends; of those that the problem does not know nothing is said.
    """
    ids, others = frozenset(released), tuple(others)
    pins = {frozenset(pin): pin for pin in problem.pins if frozenset(pin) != ids}
    for one in others:
        pins.setdefault(one, tuple(sorted(one)))
    update: dict[str, object] = {"pins": tuple(pins.values()), "previous": None}
    cities = {city.id for city in problem.cities}
    if declined_by in cities:
        apart = {(declined_by, other) for other in ids & cities - {declined_by}}
        said = [wish for wish in problem.wishes if (wish.from_, wish.to) not in apart]
        noes = [Wish.model_validate({"from": one, "to": other, "level": "no"}) for one, other in sorted(apart)]
        update["wishes"] = (*said, *noes)
    else:
        engaged = sum(declined_by in one for one in others)
        update["facilitators"] = tuple(
            one.model_copy(update={"max": engaged}) if one.id == declined_by else one for one in problem.facilitators
        )
    return problem.model_copy(update=update)


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
