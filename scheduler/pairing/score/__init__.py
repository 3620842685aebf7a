"""How good a pairing is: the value of each partnership with its reasons, the score by term, the value of each stage.

For pages: ``Pool(problem)`` once, then ``partnership_of(pool, members)`` and ``candidates_of(pool, city)``.
"""

from collections import Counter

from scheduler.core.outcome import TermScore
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score.candidates import (
    Candidate,
    candidates_of,
    is_legal,
    obstacles_to,
    partnership_of,
    possible_candidates,
)
from scheduler.pairing.score.formless import no_triangle_of
from scheduler.pairing.score.pool import Obstacle, Pool
from scheduler.pairing.score.stages import Stage, stage_values, stages_of
from scheduler.pairing.score.terms import TERMS, form_of, units_of
from scheduler.pairing.solution import PairingSolution

__all__ = [
    "TERMS",
    "Candidate",
    "Obstacle",
    "Pool",
    "Stage",
    "candidates_of",
    "is_legal",
    "no_triangle_of",
    "obstacles_to",
    "partnership_of",
    "possible_candidates",
    "score",
    "stage_values",
    "stages_of",
]


def score(problem: PairingProblem, solution: PairingSolution) -> dict[str, TermScore]:
    """Units, weight and points gained of each term over all partnerships; ``cost`` is points gained.

    A partnership that has no form (roles not filled) gains nothing.
    """
    pool = Pool(problem)
    units: Counter[str] = Counter()
    for partnership in solution.partnerships:
        form = form_of(pool, partnership.members)
        if form is not None:
            units.update(dict(zip(TERMS, units_of(pool, form), strict=True)))
    weights = pool.weights
    return {
        name: TermScore(units=units[name], weight=weight, cost=units[name] * weight)
        for name, weight in zip(TERMS, weights, strict=True)
    }
