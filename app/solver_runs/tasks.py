"""What the composition roots call: the engine of the web process, the worker, and a run done on the spot.

- ``app/main.py``: in the lifespan ``engine = tasks.open_engine(database, settings)`` before requests are served and
  ``engine.close()`` after.
- ``app/worker.py``: ``tasks.run_worker(settings)``; it returns after SIGTERM or SIGINT.
- ``app/cli`` and the demonstration: ``tasks.run_now(database, run_id, settings)`` after the row is committed.
"""

import shlex

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.platform import audit
from app.platform.clock import Clock, clock_for
from app.platform.database.engine import Database
from app.platform.settings import Settings
from app.solver_runs.engine import RunEngine, ThreadEngine
from app.solver_runs.enums import RunState
from app.solver_runs.execution import execute
from app.solver_runs.limits import RunLimits
from app.solver_runs.postgres import PostgresEngine, PostgresWorker, defer
from app.solver_runs.service import TO_SUBMIT
from app.solver_runs.watch import Keeper


def limits_of(settings: Settings) -> RunLimits:
    """What the settings allow a solve."""
    return RunLimits(
        command=tuple(shlex.split(settings.scheduler_command)) or RunLimits().command,
        memory_bytes=settings.solver_memory_mb * 2**20,
        concurrency=settings.solver_concurrency,
    )


def open_engine(
    database: Database, settings: Settings, *, limits: RunLimits | None = None, clock: Clock | None = None
) -> RunEngine:
    """Start what does the runs of this database, and let every committed ``service.submit`` reach it.

    On SQLite runs that were left queued or running are taken up again: this process is the only server. On PostgreSQL
    the rows' tasks go to ``bridge worker``, written in the transaction that writes the rows.
    """
    if database.is_sqlite:
        database.serve_alone()
        keeper = Keeper(
            database, limits=limits or limits_of(settings), clock=clock or clock_for(settings, database=database)
        )
        threads = ThreadEngine(keeper)
        event.listen(database.write_sessions, "after_commit", lambda session: _hand_out(session, threads))
        threads.start()
        return threads
    engine = PostgresEngine(database)
    engine.start()
    event.listen(database.write_sessions, "before_commit", _write_tasks)
    return engine


def run_worker(settings: Settings) -> None:
    """Do runs until SIGTERM or SIGINT, from any machine that reaches the PostgreSQL database of the settings.

    Raises:
        ValueError: the database is SQLite, whose runs the web process does.
    """
    audit.use_key(settings.key())
    database = Database(settings.database_url)
    if database.is_sqlite:
        raise ValueError("With SQLite the web process does the solver runs; a worker needs PostgreSQL.")
    try:
        PostgresWorker(
            Keeper(database, limits=limits_of(settings), clock=clock_for(settings, database=database)),
            conninfo=database.conninfo,
        ).run()
    finally:
        database.close()


def run_now(
    database: Database, run_id: int, settings: Settings, *, limits: RunLimits | None = None, clock: Clock | None = None
) -> RunState | None:
    """Do a queued run in the calling thread, by the code path of the engines; its row must be committed.

    Returns:
        The state it ended in; ``None`` where another process has it.
    """
    return execute(
        Keeper(database, limits=limits or limits_of(settings), clock=clock or clock_for(settings, database=database)),
        run_id,
    )


def _hand_out(session: Session, engine: RunEngine) -> None:
    for run_id in session.info.pop(TO_SUBMIT, ()):
        engine.submit(run_id)


def _write_tasks(session: Session) -> None:
    for run_id in session.info.pop(TO_SUBMIT, ()):
        defer(session, run_id)
