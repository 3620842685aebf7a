"""The compiled kernel, fetched in a thread while something else is done: it takes a second, compiled for the first time
half a minute."""

import threading
from collections.abc import Callable

from scheduler.agenda.problem import AgendaProblem

Reinsert = Callable[..., float]


class Kernel:
    """``reinsert`` of ``improving``, or ``None`` while it is not loaded."""

    def __init__(self) -> None:
        self.reinsert: Reinsert | None = None
        self._thread = threading.Thread(target=self._load, name="kernel", daemon=True)
        self._thread.start()

    @property
    def is_on_its_way(self) -> bool:
        return self._thread.is_alive()

    def wait(self, *, seconds: float | None = None) -> None:
        self._thread.join(seconds)

    def _load(self) -> None:
        from scheduler.agenda.reinserting.compiling import load_kernel
        from scheduler.agenda.reinserting.improving import reinsert

        load_kernel()
        self.reinsert = reinsert


def may_reinsert(problem: AgendaProblem) -> bool:
    """Whether what a move costs can be told from the sessions that it moves."""
    return problem.weights.day_balance == 0
