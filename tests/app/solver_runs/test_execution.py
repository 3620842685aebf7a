"""How runs end: each end of the child has its name, on whatever database."""

import json
import os
import signal
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.platform.audit import AuditEntry
from app.solver_runs import execution, keeping, queries, service
from app.solver_runs.enums import RunFailure, RunState
from app.solver_runs.watch import Keeper


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def pids(trace):
    return [int(line) for line in trace.read_text().split()] if trace.exists() else []


def wait_for_pid(trace, count=1):
    give_up = time.monotonic() + 10
    while len(pids(trace)) < count:
        assert time.monotonic() < give_up, "the child has not started"
        time.sleep(0.02)
    return pids(trace)


def test_a_solve_ends_done_with_plan_stages_and_progress(ask, run_now, look, database, event):
    run_id = ask("solve", steps=60)
    assert run_now(run_id) is RunState.DONE
    run = look(run_id)
    assert (run.outcome_status, run.has_solution, run.solve_seconds) == ("optimal", True, 1.0)
    assert json.loads(run.outcome)["solution"] == {"placements": []}
    assert run.stages[0]["name"] == "least_cost"
    assert run.started_at <= run.ended_at
    assert run.error_number is None
    with database.reading() as session:
        steps = queries.steps_of(session, run_id=run_id, event_id=event.id)
        session.expunge_all()
    assert [step.position for step in steps] == list(range(len(steps)))
    assert (steps[0].seconds, steps[0].incumbent) == (0.0, 100), "the first step says how soon a plan stood"
    assert 2 <= len(steps) <= 8, "60 steps in 1.2 s are stored twice a second, not one by one"


def test_a_hint_is_scored_beside_the_plan(ask, run_now, look):
    run_id = ask("solve", hint='{"placements": []}')
    run_now(run_id)
    assert json.loads(look(run_id).hint_report)["score"]["moves"]["cost"] == 10


def test_an_infeasible_run_is_explained(ask, run_now, look):
    run_id = ask("infeasible")
    assert run_now(run_id) is RunState.INFEASIBLE
    run = look(run_id)
    assert run.is_explained
    assert json.loads(run.explanation)["fix"]["message"] == "Open Hall A on Tuesday."
    assert run.worker_name is None


@pytest.mark.parametrize(
    ("mode", "failure", "said"),
    [
        ("nothing", RunFailure.NOTHING_FOUND, "time was up"),
        ("refused", RunFailure.REFUSED, "no room 'x'"),
        ("memory", RunFailure.MEMORY, "MemoryError"),
        ("segfault", RunFailure.CRASHED, "SIGSEGV"),
    ],
)
def test_each_failure_has_its_name_and_a_number(ask, run_now, look, mode, failure, said):
    """T54."""
    run_id = ask(mode)
    assert run_now(run_id) is RunState.FAILED
    run = look(run_id)
    assert run.failure is failure
    assert said in run.error
    assert len(run.error_number) == 6
    assert not run.has_solution


def test_a_plan_that_breaks_a_hard_rule_is_not_offered(ask, run_now, look):
    """T55."""
    run_id = ask("solve", broken=[{"rule": "one_room", "subjects": [], "message": "Hall A is used twice at 10:00."}])
    assert run_now(run_id) is RunState.FAILED
    run = look(run_id)
    assert run.failure is RunFailure.WRONG
    assert "Hall A is used twice" in run.error
    assert (run.has_solution, run.outcome) == (False, None)


def test_time_up_with_a_plan_is_done(ask, run_now, look):
    run_id = ask("incumbent at the limit", time_limit_seconds=0.5)
    assert run_now(run_id) is RunState.DONE
    assert look(run_id).outcome_status == "feasible"


def test_a_child_that_overruns_is_asked_first_and_its_plan_is_kept(ask, run_now, look, limits):
    run_id = ask("until stopped", time_limit_seconds=0.5)
    began = time.monotonic()
    assert run_now(run_id) is RunState.DONE
    assert time.monotonic() - began < 0.5 + limits.grace_seconds + 5.0  # G14 allows five
    assert look(run_id).has_solution


@pytest.mark.parametrize(("start", "state"), [(30.0, RunState.DONE), (0.0, RunState.FAILED)])
def test_the_time_to_start_is_not_of_the_limit(ask, run_now, look, keeper, limits, start, state):
    """A busy machine takes long to import: the limit runs from the child's first word."""
    run_id = ask("slow to start", time_limit_seconds=0.3)
    patient = replace(limits, start_seconds=start, grace_seconds=1.0)
    assert execution.execute(replace(keeper, limits=patient), run_id) is state
    assert look(run_id).failure is (None if state is RunState.DONE else RunFailure.TIME_OUT)


def test_a_deaf_child_is_killed_with_all_that_it_started(ask, run_now, look, trace, limits):
    """T54."""
    run_id = ask("deaf", time_limit_seconds=0.5)
    began = time.monotonic()
    assert run_now(run_id) is RunState.FAILED
    assert time.monotonic() - began < 0.5 + limits.grace_seconds + 5.0  # G14 allows five
    assert look(run_id).failure is RunFailure.TIME_OUT
    assert len(pids(trace)) == 2
    give_up = time.monotonic() + 2
    while any(is_alive(pid) for pid in pids(trace)):
        assert time.monotonic() < give_up, "a process of the group is left"
        time.sleep(0.05)


def test_a_child_killed_from_outside_ends_its_run_as_crashed(ask, run_now, look, trace):
    run_id = ask("until stopped", time_limit_seconds=20)
    doing = threading.Thread(target=run_now, args=(run_id,))
    doing.start()
    os.kill(wait_for_pid(trace)[0], signal.SIGKILL)
    doing.join(10)
    assert not doing.is_alive()
    run = look(run_id)
    assert (run.state, run.failure) == (RunState.FAILED, RunFailure.CRASHED)
    assert "SIGKILL" in run.error


def test_stopping_keeps_the_best_plan(ask, run_now, look, trace, database, organiser):
    run_id = ask("until stopped", time_limit_seconds=20)
    doing = threading.Thread(target=run_now, args=(run_id,))
    doing.start()
    wait_for_pid(trace)
    time.sleep(0.3)
    with database.writing() as session:
        run = queries.run_of_event(session, event_id=look(run_id).event_id, run_id=run_id)
        service.request_stop(session, run=run, actor=organiser, now=datetime.now(UTC))
    doing.join(10)
    assert not doing.is_alive()
    run = look(run_id)
    assert (run.state, run.has_solution, run.outcome_status) == (RunState.STOPPED, True, "stopped")


def test_a_run_stopped_in_the_queue_never_starts(ask, run_now, look, trace, database, organiser):
    run_id = ask("solve")
    with database.writing() as session:
        run = queries.run_of_event(session, event_id=look(run_id).event_id, run_id=run_id)
        service.request_stop(session, run=run, actor=organiser, now=datetime.now(UTC))
    assert run_now(run_id) is None
    assert look(run_id).state is RunState.STOPPED
    assert pids(trace) == []


def test_two_keepers_at_once_start_one_child(ask, run_now, look, trace):
    run_id = ask("solve")
    states = []
    doing = [threading.Thread(target=lambda: states.append(run_now(run_id))) for _ in range(6)]
    for thread in doing:
        thread.start()
    for thread in doing:
        thread.join(20)
    assert sorted(states, key=str) == [None] * 5 + [RunState.DONE]
    assert len(pids(trace)) == 1
    assert look(run_id).attempts == 1


def test_a_keeper_thought_dead_writes_nothing_when_it_comes_back(ask, look, keeper, database):
    run_id = ask("solve")
    now = datetime.now(UTC)
    with database.writing() as session:
        first = keeping.take_up(session, run_id=run_id, worker_name="first", now=now)
    with database.writing() as session:
        assert keeping.reclaim(session, run_id=run_id, attempt=1, most_attempts=3, now=now) is RunState.QUEUED
    assert execution.execute(keeper, run_id) is RunState.DONE
    late = execution.ending.failed(RunFailure.CRASHED, "late")
    with database.writing() as session:
        assert not keeping.beat(session, task=first, steps=(), now=now)
        assert not keeping.finish(session, task=first, ending=late, now=now)
        keeping.release(session, task=first, now=now)
    run = look(run_id)
    assert (run.state, run.attempts, run.error) == (RunState.DONE, 2, None)


def test_a_keeper_that_loses_its_run_meanwhile_ends_its_child(ask, look, limits, database, trace):
    run_id = ask("until stopped", time_limit_seconds=20)
    states = []
    keeper = Keeper(database, limits=limits)
    doing = threading.Thread(target=lambda: states.append(execution.execute(keeper, run_id)))
    doing.start()
    pid = wait_for_pid(trace)[0]
    with database.writing() as session:
        keeping.reclaim(session, run_id=run_id, attempt=1, most_attempts=1, now=datetime.now(UTC))
    doing.join(10)
    assert states == [None]
    assert not is_alive(pid)
    assert (look(run_id).state, look(run_id).failure) == (RunState.FAILED, RunFailure.LOST)


def test_closing_gives_the_run_back(ask, look, limits, database, trace):
    run_id = ask("until stopped", time_limit_seconds=20)
    keeper = Keeper(database, limits=limits)
    doing = threading.Thread(target=execution.execute, args=(keeper, run_id))
    doing.start()
    pid = wait_for_pid(trace)[0]
    keeper.closing.set()
    doing.join(10)
    assert not is_alive(pid)
    assert (look(run_id).state, look(run_id).worker_name) == (RunState.QUEUED, None)


def test_the_child_sees_nothing_of_our_environment(ask, run_now, trace, monkeypatch):
    monkeypatch.setenv("BRIDGE_SECRET", "not for solvers")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:word@database/x")
    run_now(ask("secrets"))
    seen = json.loads(trace.with_name("trace.environment").read_text())
    assert "PATH" in seen
    assert not any(name.startswith("BRIDGE_") or name == "DATABASE_URL" for name in seen)


def test_each_change_of_state_stands_once_in_the_log(ask, run_now, database):
    run_id = ask("infeasible")
    run_now(run_id)
    with database.reading() as session:
        actions = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.entity == "solver_run", AuditEntry.entity_id == str(run_id))
            .order_by(AuditEntry.id)
        ).all()
    assert list(actions) == ["solver_run.submitted", "solver_run.started", "solver_run.ended"]
