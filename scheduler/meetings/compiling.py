"""Compile the kernel before anybody waits for it: ``python -m scheduler.meetings.compiling``.

Numba keeps the machine code beside the sources (or in ``NUMBA_CACHE_DIR``); without it the first large solve after an
installation would wait half a minute before it begins.
"""

from functools import cache

import numpy as np

from scheduler.meetings.annealing import anneal, insert
from scheduler.meetings.arrays import day_of, facts_of, paths_of, placed_in
from scheduler.meetings.kernel import plan_cost
from scheduler.meetings.legal import Legal
from scheduler.meetings.paths import anneal_paths, runs_in
from scheduler.meetings.problem import read_problem

SMALL = b"""{"format": "bridge-meetings/1", "slots": [{"id": "s", "block": "b", "start": 0, "end": 1}],
 "tables": [{"id": "t"}], "people": [{"id": "p"}, {"id": "q"}],
 "wishes": [{"id": "w", "people": ["p", "q"], "level": "must"}]}"""


@cache
def load_kernel() -> None:
    """Call every compiled function once on the smallest problem there is, so that none is loaded or compiled later."""
    legal = Legal(read_problem(SMALL))
    facts = facts_of(legal, moved=0, keeps_places=False)
    day = day_of(legal, (), facts, seed=(0,))
    waiting, worth = np.zeros(2, np.int32), np.ones(1, np.int64)
    insert(facts, day, waiting, 1, worth, 1)
    anneal(facts, day, np.zeros(1, np.int32), 1, 1.0)
    paths = paths_of(legal, placed_in(day))
    anneal_paths(facts, day, paths, 1, 1.0)
    if runs_in(paths) or plan_cost(facts, day) or len(placed_in(day)) != 1:
        raise RuntimeError("the compiled kernel does not hold the one meeting there is")


if __name__ == "__main__":
    load_kernel()
