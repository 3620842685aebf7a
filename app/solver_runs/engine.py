"""The seam between a run's row and whoever does it.

``submit(run_id)`` and ``cancel(run_id)`` are all that the rest of the application may ask. With SQLite threads of the
web process do the runs, with PostgreSQL any number of ``bridge worker`` processes (``postgres.py``). Both read the row
for the truth, so a call that is lost or comes twice does no harm.
"""

import logging
import queue
import threading
from dataclasses import dataclass, field
from typing import Protocol

from app.solver_runs.execution import execute
from app.solver_runs.sweep import Sweep
from app.solver_runs.watch import Keeper

log = logging.getLogger(__name__)


class RunEngine(Protocol):
    """Does runs, or has them done."""

    def start(self) -> None:
        """Begin; runs that were left queued or running are taken up again."""

    def submit(self, run_id: int) -> None:
        """Have a committed run done soon."""

    def cancel(self, run_id: int) -> None:
        """Make a committed wish to stop heard soon."""

    def close(self) -> None:
        """End in good order: children are killed and their runs given back."""


@dataclass
class ThreadEngine:
    """Runs in threads of this process, which must be the only server of its database (SQLite)."""

    keeper: Keeper
    _calls: "queue.SimpleQueue[int | None]" = field(default_factory=queue.SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _sweep_lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._sweep = Sweep(self.keeper)

    def start(self) -> None:
        self._sweep.adopt()
        for number in range(self.keeper.limits.concurrency):
            thread = threading.Thread(target=self._work, name=f"solver-runs-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def submit(self, run_id: int) -> None:
        self._calls.put(run_id)

    def cancel(self, run_id: int) -> None:
        """The row says it, and the keeper reads the row twice a second."""

    def close(self) -> None:
        self.keeper.closing.set()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join(timeout=10)
        self._threads.clear()

    def _work(self) -> None:
        while not self.keeper.closing.is_set():
            try:
                self._work_once()
            except Exception:
                # The thread must outlive any one run. The run's row still says running; the sweep gives it back.
                log.exception("a solver run was dropped")
                self.keeper.closing.wait(1)

    def _work_once(self) -> None:
        try:
            call = self._calls.get(timeout=self.keeper.limits.sweep_seconds)
        except queue.Empty:
            with self._sweep_lock:
                waiting = self._sweep.waiting()
            call = waiting[0] if waiting else None
        if call is not None and not self.keeper.closing.is_set():
            execute(self.keeper, call)
