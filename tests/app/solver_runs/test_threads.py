"""The engine of the web process on SQLite: what is committed is done, what was left behind is taken up again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.platform.clock import SystemClock
from app.platform.database.engine import Database
from app.solver_runs import tasks
from app.solver_runs.enums import RunFailure, RunState
from app.solver_runs.limits import RunLimits

PROJECT = Path(__file__).parents[3]

SERVER = """
import sys, time
import app.models
from app.platform.database.engine import Database
from app.platform.clock import SystemClock
from app.solver_runs import tasks
from app.solver_runs.limits import RunLimits
database = Database(sys.argv[1])
limits = RunLimits(command=(sys.executable, sys.argv[2]), memory_bytes=256 * 2**20, sweep_seconds=0.1)
tasks.open_engine(database, None, limits=limits, clock=SystemClock())
time.sleep(600)
"""


def test_a_committed_run_is_done_at_once(threads, ask, until):
    began = time.monotonic()
    run = until(ask("solve", steps=1), lambda run: not run.state.is_open)
    assert run.state is RunState.DONE
    assert time.monotonic() - began < 5


def test_a_run_that_was_rolled_back_is_never_done(threads, ask, until, database, event, organiser, trace):
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
    until(ask("solve", steps=1), lambda run: run.state is RunState.DONE)
    assert len(trace.read_text().split()) == 1


def test_runs_left_queued_are_done_after_the_next_start(ask, until, database, limits):
    if not database.is_sqlite:
        pytest.skip("threads are for SQLite")
    waiting = [ask("solve", steps=1), ask("infeasible")]
    engine = tasks.open_engine(database, None, limits=limits, clock=SystemClock())
    try:
        assert until(waiting[0], lambda run: not run.state.is_open).state is RunState.DONE
        assert until(waiting[1], lambda run: run.is_explained).state is RunState.INFEASIBLE
    finally:
        engine.close()


def _server(database, stub):
    return subprocess.Popen([sys.executable, "-c", SERVER, database.url, str(stub)], cwd=PROJECT)


def test_a_server_killed_while_solving_leaves_no_child_and_the_next_one_adopts_the_run(
    ask, until, database, limits, stub, trace
):
    """T54."""
    if not database.is_sqlite:
        pytest.skip("threads are for SQLite")
    _killed_and_adopted(ask, until, database, limits, stub, trace)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_thirty_servers_killed_while_solving_leave_no_child_and_no_run_open(ask, until, database, limits, stub, trace):
    """T54, G5."""
    if not database.is_sqlite:
        pytest.skip("threads are for SQLite")
    for _ in range(30):
        trace.unlink(missing_ok=True)
        _killed_and_adopted(ask, until, database, limits, stub, trace)


def _killed_and_adopted(ask, until, database, limits, stub, trace):
    run_id = ask("until stopped", time_limit_seconds=1.0)
    server = _server(database, stub)
    try:
        until(run_id, lambda run: run.state is RunState.RUNNING)
        give_up = time.monotonic() + 60
        while not trace.exists() or not trace.read_text().strip():
            assert time.monotonic() < give_up
            time.sleep(0.02)
        child = int(trace.read_text().split()[0])
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    give_up = time.monotonic() + 60
    while Path(f"/proc/{child}").exists() and "State:\tZ" not in Path(f"/proc/{child}/status").read_text():
        assert time.monotonic() < give_up, "the child outlived the server"
        time.sleep(0.05)
    # On connections of its own: it serves alone until they are closed, and another may be started after it.
    following = Database(database.url)
    engine = tasks.open_engine(following, None, limits=limits, clock=SystemClock())
    try:
        run = until(run_id, lambda run: not run.state.is_open)
        assert (run.state, run.attempts) == (RunState.DONE, 2)
    finally:
        engine.close()
        following.close()


def test_a_run_that_takes_its_server_down_each_time_is_lost_at_last(ask, until, database, limits):
    if not database.is_sqlite:
        pytest.skip("threads are for SQLite")
    from datetime import UTC, datetime

    from app.solver_runs import keeping

    run_id = ask("solve")
    for attempt in range(1, limits.attempts + 1):
        with database.writing() as session:
            task = keeping.take_up(session, run_id=run_id, worker_name=f"server {attempt}", now=datetime.now(UTC))
        assert task.attempt == attempt
        if attempt < limits.attempts:
            with database.writing() as session:
                keeping.reclaim(
                    session, run_id=run_id, attempt=attempt, most_attempts=limits.attempts, now=datetime.now(UTC)
                )
    engine = tasks.open_engine(database, None, limits=limits, clock=SystemClock())
    try:
        run = until(run_id, lambda run: not run.state.is_open)
        assert (run.state, run.failure) == (RunState.FAILED, RunFailure.LOST)
        assert run.error_number
    finally:
        engine.close()


def test_closing_while_solving_gives_the_run_back_and_ends_the_child(ask, until, look, database, limits, trace):
    if not database.is_sqlite:
        pytest.skip("threads are for SQLite")
    engine = tasks.open_engine(database, None, limits=limits, clock=SystemClock())
    run_id = ask("until stopped", time_limit_seconds=20.0)
    until(run_id, lambda run: run.state is RunState.RUNNING and trace.exists())
    began = time.monotonic()
    engine.close()
    assert time.monotonic() - began < 5
    assert look(run_id).state is RunState.QUEUED
    with pytest.raises(ProcessLookupError):
        os.kill(int(trace.read_text().split()[0]), 0)


def test_limits_come_from_the_settings(settings):
    plain = tasks.limits_of(settings.model_copy(update={"scheduler_command": ""}))
    assert plain.command == RunLimits().command
    changed = tasks.limits_of(
        settings.model_copy(update={"scheduler_command": "python -m other", "solver_memory_mb": 512})
    )
    assert changed.command == ("python", "-m", "other")
    assert changed.memory_bytes == 512 * 2**20
