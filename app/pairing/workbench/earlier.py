"""Plans of before: with which choices a run was made, seen from what is wanted today."""

from sqlalchemy.orm import Session

from app.pairing.choices import Choices
from app.pairing.planner import PairingFacts, percents_of, wanted_of
from app.pairing.wanted import NO_LIMIT, SHARED, Couple, Percents, Wanted
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import problem_of
from scheduler.pairing.problem import PairingProblem


def choices_behind(session: Session, facts: PairingFacts, run: SolverRun) -> Choices:
    """The choices that lead from what is wanted today to what a run was made with.

    What speaks of parties that are there no more is left out; so are limits of parties and ties, which are theirs.
    """
    problem = PairingProblem.model_validate_json(problem_of(session, run=run))
    return _between(wanted_of(session, facts), problem, frozenset(facts.parties))


def _between(today: Wanted, problem: PairingProblem, known: frozenset[str]) -> Choices:
    pins = {frozenset(pin) for pin in problem.pins}
    apart = {frozenset(pair) for pair in problem.excluded_country_pairs}
    noes: dict[Couple, str | None] = {
        frozenset((wish.from_, wish.to)): None for wish in problem.wishes if wish.level == "no"
    }
    shares: dict[str, Percents] = {
        name: percents_of({"min": _number(limits.min), "max": _number(limits.max)})
        for name, limits in problem.shares.items()
    }
    weights, rules = problem.weights.model_dump(), problem.rules.model_dump()
    return Choices(
        pin=tuple(sorted((pin for pin in pins - today.pins if pin <= known), key=sorted)),
        unpin=tuple(sorted(today.pins - pins, key=sorted)),
        unveto=tuple(sorted((couple for couple in today.vetoes if couple not in noes), key=sorted)),
        apart=tuple(sorted(apart - today.apart, key=sorted)),
        unapart=tuple(sorted(today.apart - apart, key=sorted)),
        shares={name: shares.get(name, NO_LIMIT) for name in SHARED if shares.get(name, NO_LIMIT) != today.share(name)},
        weights={name: weight for name, weight in weights.items() if weight != today.weights[name]},
        rules={name: int(value) for name, value in rules.items() if int(value) != today.rules[name]},
    )


def _number(share: object) -> float | None:
    return None if share is None else float(str(share))
