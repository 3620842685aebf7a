"""A worker process for the tests of workers: forked from one that has imported the application, which takes three seconds."""

import multiprocessing
import sys
from multiprocessing.process import BaseProcess

from app.platform.database.engine import Database
from app.solver_runs.limits import RunLimits
from app.solver_runs.postgres import PostgresWorker
from app.solver_runs.watch import Keeper

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["app.models", __name__])


def start_working(url: str, stub: str) -> BaseProcess:
    """A worker that takes this stub for the scheduler."""
    worker = _PROCESSES.Process(target=_work, args=(url, stub))
    worker.start()
    return worker


def _work(url: str, stub: str) -> None:
    import app.models  # noqa: F401

    limits = RunLimits(command=(sys.executable, stub), memory_bytes=256 * 2**20, sweep_seconds=0.2, lease_seconds=2.0)
    database = Database(url)
    PostgresWorker(Keeper(database, limits=limits), conninfo=database.conninfo).run()
