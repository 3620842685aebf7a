"""Workers on PostgreSQL: row and task in one transaction, two processes, one of them killed."""

import time

import pytest
from sqlalchemy import text

from app.platform.clock import SystemClock
from app.solver_runs import tasks
from app.solver_runs.enums import RunState
from tests.app.solver_runs.working import start_working

pytestmark = pytest.mark.postgres
HANGS_AFTER = 60.0
"""Seconds after which a process that was told to end is taken to hang; on a busy machine Python alone needs ten."""


@pytest.fixture
def web(database, limits):
    """The web process's side."""
    engine = tasks.open_engine(database, None, limits=limits, clock=SystemClock())
    yield engine
    engine.close()


@pytest.fixture
def start_worker(database, stub):
    """Start a worker process; all are ended after the test."""
    started = []

    def start():
        worker = start_working(database.url, str(stub))
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.terminate()
        worker.join(HANGS_AFTER)
        worker.kill()
        worker.join()


def queued_tasks(database):
    with database.reading() as session:
        return session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))


def test_row_and_task_come_in_one_transaction(web, ask, database, event, organiser):
    from datetime import UTC, datetime

    from app.solver_runs import service

    class Enough(Exception):
        pass

    with pytest.raises(Enough), database.writing() as session:
        service.submit(
            session,
            event_id=event.id,
            kind="agenda",
            label="never",
            problem_json="{}",
            time_limit_seconds=1,
            actor=organiser,
            now=datetime.now(UTC),
        )
        raise Enough
    assert queued_tasks(database) == 0
    ask("solve")
    assert queued_tasks(database) == 1


def test_a_worker_does_the_runs_and_ends_on_sigterm(web, ask, until, start_worker, database):
    first = ask("infeasible")
    worker = start_worker()
    second = ask("solve", steps=1)
    assert until(second, lambda run: not run.state.is_open).state is RunState.DONE
    assert until(first, lambda run: run.is_explained).state is RunState.INFEASIBLE
    worker.terminate()
    worker.join(HANGS_AFTER)
    assert worker.exitcode == 0


def test_a_run_without_a_task_is_found_by_the_sweep(ask, until, start_worker):
    run_id = ask("solve", steps=1)  # no web engine listens: the row is there, the task is not
    start_worker()
    assert until(run_id, lambda run: not run.state.is_open).state is RunState.DONE


def test_another_worker_takes_over_from_a_killed_one_and_the_run_ends_once(
    web, ask, until, start_worker, trace, database
):
    """Over a network, and with the scheduler itself: tests/reliability/test_machines.py."""
    killed = start_worker()
    run_id = ask("until stopped", time_limit_seconds=3.0)
    until(run_id, lambda run: run.state is RunState.RUNNING and trace.exists())
    start_worker()
    killed.kill()
    killed.join()
    run = until(run_id, lambda run: not run.state.is_open)
    assert (run.state, run.attempts, run.has_solution) == (RunState.DONE, 2, True)
    assert len(trace.read_text().split()) == 2
    with database.reading() as session:
        said = session.scalars(
            text(
                "SELECT action FROM audit_entry WHERE entity = 'solver_run' AND entity_id = cast(:run AS text) ORDER BY id"
            ),
            {"run": run_id},
        ).all()
    assert [one.removeprefix("solver_run.") for one in said] == ["submitted", "started", "released", "started", "ended"]


def test_two_workers_share_the_queue_and_no_run_is_done_twice(web, ask, until, start_worker, trace):
    start_worker()
    start_worker()
    run_ids = [ask("solve", steps=5) for _ in range(6)]
    for run_id in run_ids:
        run = until(run_id, lambda run: not run.state.is_open)
        assert (run.state, run.attempts) == (RunState.DONE, 1)
    assert len(trace.read_text().split()) == 6


def test_a_worker_that_must_end_gives_its_run_back(web, ask, until, start_worker, look):
    worker = start_worker()
    run_id = ask("until stopped", time_limit_seconds=30.0)
    until(run_id, lambda run: run.state is RunState.RUNNING)
    time.sleep(0.5)
    worker.terminate()
    worker.join(HANGS_AFTER)
    assert worker.exitcode == 0
    assert look(run_id).state is RunState.QUEUED


def test_a_worker_refuses_sqlite(settings, tmp_path):
    sqlite = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/x.sqlite"})
    with pytest.raises(ValueError, match="needs PostgreSQL"):
        tasks.run_worker(sqlite)
