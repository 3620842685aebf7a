"""The child of ``maxsat``: clauses on standard input, bounds and the answer as JSON lines on standard output.

Core-guided search by RC2 (Ignatiev, Morgado and Marques-Silva, JSAT 11, 2019) over CaDiCaL.
"""

import ctypes
import json
import resource
import signal
import sys
from typing import Any

from pysat.examples.rc2 import RC2
from pysat.formula import WCNF

SOLVER = "cadical153"
DIE_WITH_PARENT = 1
"""``PR_SET_PDEATHSIG`` of Linux's ``prctl``."""


class Reporting(RC2):  # type: ignore[misc]  # the library has no types
    """RC2 that tells the bound after each core."""

    def process_core(self) -> None:
        super().process_core()
        _say(status="bound", cost=self.cost)


def main() -> None:
    """Read, solve, answer; argument: the CPU seconds after which the system ends this process."""
    seconds = int(float(sys.argv[1])) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    asked: dict[str, Any] = json.load(sys.stdin)
    formula = WCNF()
    formula.extend(asked["hard"])
    for literal, weight in asked["costs"]:
        formula.append([-literal], weight=weight)
    with Reporting(formula, solver=SOLVER) as search:
        holding = search.compute()
        if holding is None:
            _say(status="infeasible")
        else:
            _say(status="optimal", cost=search.cost, holding=[literal for literal in holding if literal > 0])


def _say(**words: object) -> None:
    print(json.dumps(words), flush=True)


if __name__ == "__main__":
    main()
