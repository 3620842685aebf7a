"""Runs on other machines: procrastinate's tables in the same PostgreSQL carry run ids to ``bridge worker`` processes.

A run's row and its task are written in one transaction. The row stays the truth: a worker that gets an id takes the
row up by compare-and-swap, and each worker's sweep defers again whatever waits without a task.
"""

import asyncio
import contextlib
import logging
import signal
from dataclasses import dataclass, field
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.platform.database.engine import Database
from app.solver_runs.execution import execute
from app.solver_runs.sweep import Sweep
from app.solver_runs.watch import Keeper

log = logging.getLogger(__name__)

QUEUE = "solver_runs"
TASK = "solver_runs.execute"
DEAD_AFTER_SECONDS = 60.0
"""A queue worker says that it lives every ten seconds; after so long without it its tasks are cleared away."""
SCHEMA_LOCK = 20191105
"""Key of the advisory lock under which the queue's tables are made; any number that nobody else uses."""


def ensure_queue(database: Database) -> None:
    """Make procrastinate's tables where they are missing. Two processes may start at once: the lock lets one do it."""
    with database.writing() as session:
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SCHEMA_LOCK})
        if session.scalar(text("SELECT to_regclass('procrastinate_jobs')")) is None:
            _driver(session.connection()).execute(SchemaManager.get_schema())


def defer(session: Session, run_id: int) -> None:
    """Write the task of a run in the session's transaction; a task that waits already is enough."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector())
    connection = _driver(session.connection())
    deferrer = app.configure_task(
        TASK, allow_unknown=True, queue=QUEUE, queueing_lock=f"run-{run_id}", connection=connection
    )
    with contextlib.suppress(AlreadyEnqueued), connection.transaction():
        deferrer.defer(run_id=run_id)


@dataclass
class PostgresEngine:
    """The web process's side: it writes tasks and does no runs."""

    database: Database

    def start(self) -> None:
        ensure_queue(self.database)

    def submit(self, run_id: int) -> None:
        with self.database.writing() as session:
            defer(session, run_id)

    def cancel(self, run_id: int) -> None:
        """The row says it, and the keeper, on whatever machine, reads the row twice a second."""

    def close(self) -> None:
        """Nothing to end: runs go on in the workers."""


@dataclass
class PostgresWorker:
    """A process that does runs until SIGTERM or SIGINT, then gives back what it has."""

    keeper: Keeper
    conninfo: str
    _sweep: Sweep = field(init=False)

    def __post_init__(self) -> None:
        self._sweep = Sweep(self.keeper)

    def run(self) -> None:
        """Block until told to end."""
        ensure_queue(self.keeper.database)
        asyncio.run(self._run())

    async def _run(self) -> None:
        app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=self.conninfo, min_size=1, max_size=4)
        )

        @app.task(name=TASK, queue=QUEUE)
        def do(run_id: int) -> None:
            execute(self.keeper, run_id)

        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    name=self.keeper.name,
                    concurrency=self.keeper.limits.concurrency,
                    fetch_job_polling_interval=2.0,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            )
            sweeping = asyncio.create_task(self._sweep_often(app))
            self._end_on_signals(working)
            try:
                await working
            except asyncio.CancelledError:
                log.info("the worker ends")
            finally:
                sweeping.cancel()
                await asyncio.gather(sweeping, return_exceptions=True)

    def _end_on_signals(self, working: "asyncio.Task[Any]") -> None:
        def end() -> None:
            self.keeper.closing.set()
            working.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(ValueError, NotImplementedError, RuntimeError):
                asyncio.get_running_loop().add_signal_handler(number, end)

    async def _sweep_often(self, app: procrastinate.App) -> None:
        while True:
            await asyncio.sleep(self.keeper.limits.sweep_seconds)
            try:
                await asyncio.to_thread(self._sweep_once)
                await self._drop_dead_tasks(app)
            except Exception:
                log.exception("the sweep of solver runs failed; it is tried again")

    def _sweep_once(self) -> None:
        for run_id in self._sweep.waiting():
            with self.keeper.database.writing() as session:
                defer(session, run_id)

    async def _drop_dead_tasks(self, app: procrastinate.App) -> None:
        """Tasks that a dead worker holds say nothing that the rows do not say better."""
        stalled = await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=DEAD_AFTER_SECONDS)
        for job in stalled:
            with contextlib.suppress(ConnectorException):
                await app.job_manager.finish_job(job, status=procrastinate.jobs.Status.FAILED, delete_job=True)


def _driver(connection: Connection) -> Any:
    """The psycopg connection below SQLAlchemy's, in the same transaction."""
    return connection.connection.driver_connection
