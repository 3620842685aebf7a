"""Why a pairing file has no plan: a smallest set of facts against each other, and what to change."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from scheduler.core.blocking import shrink
from scheduler.core.explanation import Fact, Fix
from scheduler.core.paths import parts_of
from scheduler.pairing.catalogue import catalogue_of
from scheduler.pairing.explain.facts import REMOVED, changed, fact_of, rank_of
from scheduler.pairing.explain.loose import Asking, LooseModel, loose_candidates, pinned_candidates
from scheduler.pairing.greedy import greedy_plan
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Candidate, Pool
from scheduler.pairing.solve.attempts import attempt, plan_of
from scheduler.pairing.solve.spending import Spending
from scheduler.pairing.validation import validate

_ONE_CHANGE = 1_000_000
"""Cost of any change at all: fewer changes come before cheaper ones."""


def contradiction(problem: PairingProblem, asking: Asking) -> tuple[Fact, ...]:
    """Facts that leave no plan by themselves, and of which none can be spared; empty where time did not allow."""
    for model in _models(Pool(problem), asking):
        if model.ask(kept=model.paths).status == "infeasible":
            paths = shrink(model.paths, partial(_leaves_no_plan, model))
            return tuple(fact_of(problem, path) for path in sorted(paths, key=lambda path: (rank_of(path), path)))
    return ()


def cheapest_fixes(problem: PairingProblem, asking: Asking) -> tuple[Fix, ...]:
    """The fewest changes, among those the cheapest, that make the whole file feasible; each proved by a plan."""
    for model in _models(Pool(problem), asking):
        found = model.ask(costs={path: _ONE_CHANGE + rank_of(path) for path in model.paths})
        if found.values is None:
            continue
        gone = [path for path, literal in model.let_go.items() if found.holds(literal)]
        # A small plan asks for the smallest raise of a limit.
        small = model.ask(gone=gone, kept=[path for path in model.paths if path not in gone], fewest=True)
        solved = found if small.values is None else small
        formed = [one for one, literal in zip(model.candidates, model.formed, strict=True) if solved.holds(literal)]
        changes = {path: _new_value(model.pool, path, formed) for path in gone}
        if has_plan(changed(problem, changes), asking):
            return tuple(
                Fix(path=path, to=value, message=_advice(problem, path, value))
                for path, value in sorted(changes.items(), key=lambda change: (rank_of(change[0]), change[0]))
            )
    return ()


def has_plan(problem: PairingProblem, asking: Asking) -> bool:
    """Whether a plan was found that keeps every rule of the file, as the clerk reads them."""
    pool = Pool(problem)
    catalogue = catalogue_of(pool)
    greedy = greedy_plan(catalogue)
    if greedy is not None and not validate(problem, plan_of(catalogue, np.array(greedy, dtype=np.int64)).solution):
        return True
    spending = Spending(asking.limits, asking.control, asking.stopwatch, None)
    found = attempt(catalogue, {}, spending.part(1.0), known=None)
    return found.plan is not None and not validate(problem, found.plan.solution)


def _models(pool: Pool, asking: Asking) -> list[LooseModel]:
    # Only pins ask for anything, so without shares no other partnership matters: the small model is exact then.
    small = LooseModel(pool, pinned_candidates(pool), asking, with_shares=False)
    if not pool.problem.shares:
        return [small]
    return [small, LooseModel(pool, loose_candidates(pool), asking, with_shares=True)]


def _leaves_no_plan(model: LooseModel, kept: Sequence[str]) -> bool:
    held = set(kept)
    return model.ask(kept=held, gone=[path for path in model.paths if path not in held]).status == "infeasible"


def _new_value(pool: Pool, path: str, formed: list[Candidate]) -> Any:
    parts = parts_of(path)
    if parts[0] in ("pins", "wishes", "ties", "excluded_country_pairs"):
        return REMOVED
    if parts[0] in ("cities", "facilitators"):
        listed = pool.problem.cities if parts[0] == "cities" else pool.problem.facilitators
        member = listed[int(parts[1])].id
        return sum(member in candidate.members for candidate in formed)
    if path == "rules.min_pair_value":
        return min(candidate.value for candidate in formed if len(candidate.members) == 2)
    if path == "rules.min_population":
        together = {identifier for candidate in formed for identifier in candidate.members}
        return min(pool.cities[identifier].population for identifier in together if identifier in pool.cities)
    return None if parts[0] == "shares" else True


def _advice(problem: PairingProblem, path: str, value: Any) -> str:
    fact = fact_of(problem, path)
    parts = parts_of(path)
    if parts[0] == "pins":
        return f"Drop the pin: {fact.message}"
    if parts[0] in ("cities", "facilitators"):
        return f"Let '{fact.ids[0]}' be in {value} partnerships."
    if isinstance(parts[-1], int):
        return f"Take this out: {fact.message}"
    if value is None:
        return f"Give up this limit: {fact.message}"
    if value is True:
        return f"Allow it: {fact.message}"
    return f"Lower this to {value}: {fact.message}"
