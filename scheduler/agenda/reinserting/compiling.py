"""Compile the kernel before anybody waits for it: ``python -m scheduler.agenda.reinserting.compiling``.

Numba keeps the machine code beside the sources, or in ``NUMBA_CACHE_DIR``.
"""

from functools import cache

from scheduler.agenda.first_plan.board import Place
from scheduler.agenda.first_plan.ground import Grounds
from scheduler.agenda.legal_starts import legal_of
from scheduler.agenda.problem import read_problem
from scheduler.agenda.reinserting.annealing import anneal
from scheduler.agenda.reinserting.arrays import facts_of, places_in, plan_of, refill

SMALL = b"""{"format": "bridge-agenda/1", "days": [{"id": "d", "start": 0, "end": 9}],
 "rooms": [{"id": "r", "capacity": 9}], "sessions": [{"id": "s", "duration": 2}]}"""


@cache
def load_kernel() -> None:
    """Call every compiled function once on the smallest problem there is, so that none is loaded or compiled later."""
    problem = read_problem(SMALL)
    grounds = Grounds(problem, legal_of(problem))
    facts, places = facts_of(grounds), {0: Place(0, 0)}
    plan = plan_of(grounds, facts, places, seed=1)
    refill(facts, plan, places)
    anneal(facts, plan, 1, 1, 1.0)
    if set(places_in(plan)) != {0}:
        raise RuntimeError("the compiled kernel does not hold the one session there is")


if __name__ == "__main__":
    load_kernel()
