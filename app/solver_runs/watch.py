"""Stand beside a child: store what it reports, beat the heart of its run, pass on the wish to stop, end it in time."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.platform.clock import Clock, SystemClock
from app.platform.database.engine import Database
from app.solver_runs import keeping
from app.solver_runs.child import Child
from app.solver_runs.ending import Exit
from app.solver_runs.keeping import Task
from app.solver_runs.limits import RunLimits, worker_name
from app.solver_runs.models import SolverRun
from app.solver_runs.progress import StepBuffer

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_SECONDS = 0.1
"""How long one look at the child's output lasts."""
MOST_STORED = 1000
"""Times that one run's progress is stored, so that a long run does not fill the database."""
UNREACHABLE = (OperationalError, InterfaceError)
"""What the driver raises while the database is away; a run outlives that for the length of its lease."""


@dataclass(frozen=True)
class Keeper:
    """Who does runs: a database, limits, a clock, a name, and an event that is set when this process must end."""

    database: Database
    limits: RunLimits = field(default_factory=RunLimits)
    clock: Clock = field(default_factory=SystemClock)
    name: str = field(default_factory=worker_name)
    closing: threading.Event = field(default_factory=threading.Event)

    def write(self, change: Callable[[Session], T]) -> T:
        """Do a change in a transaction of its own; while the database is away, try again for the length of a lease."""
        give_up = time.monotonic() + self.limits.lease_seconds
        while True:
            try:
                with self.database.writing() as session:
                    return change(session)
            except UNREACHABLE:
                if time.monotonic() > give_up:
                    raise
                log.warning("the database is away; trying again", exc_info=True)
                time.sleep(0.5)


class Interrupted(Exception):
    """The keeper must go, or the run became another's."""


@dataclass
class Watch:
    """One child of one run, watched until it ends.

    Args:
        seconds: its time limit, which runs from its first report, or once the time to start is over; at half the grace
            after it the child is asked to stop, at all of it killed.
        obeys_stop: whether a person's wish to stop reaches this child.
    """

    keeper: Keeper
    task: Task
    child: Child
    seconds: float
    obeys_stop: bool = True
    steps: StepBuffer = field(default_factory=StepBuffer)
    was_asked_to_stop: bool = False
    _begun_at: float | None = None
    _stop_after: float | None = None
    _was_out_of_time: bool = False
    _looked_at: float = 0.0
    _beat_at: float = field(default_factory=time.monotonic)

    def until_end(self) -> Exit:
        """Watch until the child has ended.

        Raises:
            Interrupted: this process must go or the run is another's; leave the child's ``with`` block to end it.
        """
        while (code := self.child.exit_code()) is None:
            self._hear(self.child.lines(LOOK_SECONDS))
            self._mind_the_row()
            self._mind_the_time()
        self.steps.add(self.child.rest())
        self._beat()
        return Exit(code=code, was_out_of_time=self._was_out_of_time, tail=self.child.tail)

    def _mind_the_row(self) -> None:
        if self.keeper.closing.is_set():
            raise Interrupted
        now = time.monotonic()
        if now - self._looked_at < self._step_seconds:
            return
        self._looked_at = now
        if self.steps or now - self._beat_at > self.keeper.limits.lease_seconds / 6:
            self._beat()
        if self.obeys_stop and not self.was_asked_to_stop and self._stop_is_wanted():
            self.was_asked_to_stop = True
            self._stop_after = self.child.seconds + self.keeper.limits.grace_seconds
            self.child.ask_to_stop()

    def _hear(self, lines: Sequence[str]) -> None:
        if self._begun_at is None and any(line.startswith("{") for line in lines):
            self._begun_at = self.child.seconds
        self.steps.add(lines)

    def _mind_the_time(self) -> None:
        grace, lived = self.keeper.limits.grace_seconds, self.child.seconds
        started = self.keeper.limits.start_seconds if self._begun_at is None else self._begun_at
        spent = lived - min(started, self.keeper.limits.start_seconds)
        if spent > self.seconds + grace or (self._stop_after is not None and lived > self._stop_after):
            self._was_out_of_time = True
            self.child.kill()
        elif spent > self.seconds + grace / 2 and self._stop_after is None:
            # Also where the word to stop is enough: without a result the reason is the time.
            self._was_out_of_time = True
            self._stop_after = lived + grace / 2
            self.child.ask_to_stop()

    @property
    def _step_seconds(self) -> float:
        return max(self.keeper.limits.step_seconds, self.seconds / MOST_STORED)

    def _beat(self) -> None:
        steps = self.steps.take()
        now = self.keeper.clock.now()
        is_mine = self._reach(lambda session: keeping.beat(session, task=self.task, steps=steps, now=now))
        if is_mine is False:
            raise Interrupted
        if is_mine:
            self._beat_at = time.monotonic()

    def _reach(self, change: Callable[[Session], bool]) -> bool | None:
        """Try a write once; ``None`` while the database is away, for as long as the lease lasts."""
        try:
            with self.keeper.database.writing() as session:
                return change(session)
        except UNREACHABLE:
            if time.monotonic() - self._beat_at > self.keeper.limits.lease_seconds:
                raise
            log.warning("run %s: the database is away", self.task.run_id)
            return None

    def _stop_is_wanted(self) -> bool:
        try:
            with self.keeper.database.reading() as session:
                asked = select(SolverRun.stop_requested_at).where(SolverRun.id == self.task.run_id)
                return session.scalar(asked) is not None
        except UNREACHABLE:
            return False
