"""Find runs that nobody works on: those whose wake-up call was missed, and those whose keeper has gone."""

import time
from dataclasses import dataclass, field

from app.solver_runs import keeping, queries
from app.solver_runs.queries import Kept
from app.solver_runs.watch import Keeper


@dataclass
class Sweep:
    """Watches heartbeats by this process's own stopwatch, so that clocks of two machines need not agree."""

    keeper: Keeper
    _seen: dict[Kept, float] = field(default_factory=dict)

    def waiting(self) -> list[int]:
        """Free runs whose heartbeat stood still for the length of a lease; the ids of all that wait, oldest first."""
        now = time.monotonic()
        with self.keeper.database.reading() as session:
            kept = queries.kept_runs(session)
        self._seen = {one: self._seen.get(one, now) for one in kept}
        gone = [one for one, since in self._seen.items() if now - since > self.keeper.limits.lease_seconds]
        self._free(gone)
        with self.keeper.database.reading() as session:
            return queries.waiting_run_ids(session)

    def adopt(self) -> None:
        """Free every kept run at once: for a process that knows that it is the only one, at its start."""
        with self.keeper.database.reading() as session:
            kept = queries.kept_runs(session)
        self._free(kept)

    def _free(self, gone: list[Kept]) -> None:
        for one in gone:
            with self.keeper.database.writing() as session:
                keeping.reclaim(
                    session,
                    run_id=one.run_id,
                    attempt=one.attempt,
                    most_attempts=self.keeper.limits.attempts,
                    now=self.keeper.clock.now(),
                )
