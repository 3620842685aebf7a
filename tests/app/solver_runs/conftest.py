"""A stand-in for the scheduler's command line that behaves as its problem file says, and engines that use it."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.platform.actor import Actor
from app.platform.clock import SystemClock
from app.solver_runs import service, tasks
from app.solver_runs.engine import RunEngine
from app.solver_runs.limits import RunLimits
from app.solver_runs.models import SolverRun
from app.solver_runs.watch import Keeper

STUB = """
import json, os, signal, sys, time
command, kind, problem = sys.argv[1:4]
wish = json.load(open(problem))
answer = sys.argv[sys.argv.index("-o") + 1]

def write(value):
    open(answer + ".part", "w").write(json.dumps(value))
    os.replace(answer + ".part", answer)

def outcome(status, solution):
    write({
        "format": "bridge-outcome/1", "status": status, "solution": solution,
        "score": {"moves": {"units": 3, "weight": 2, "cost": 6}},
        "stages": [{"name": "least_cost", "sense": "min", "value": 40, "bound": 34, "seconds": 1.0}],
        "seconds": 1.0, "first_seconds": 0.1, "seed": 0, "workers": 1,
    })

def say(step):
    line = {"seconds": step / 100, "stage": "least_cost", "incumbent": 100 - step % 50, "bound": 10}
    print(json.dumps(line), file=sys.stderr, flush=True)

if command == "check":
    broken = wish.get("broken", []) if sys.argv[4].endswith("outcome.json") else []
    write({"violations": broken, "score": {"moves": {"units": 5, "weight": 2, "cost": 10}}, "stages": {}})
    sys.exit(1 if broken else 0)
if command == "explain":
    fact = {"rule": "rooms_open", "path": "rooms[0].open", "ids": ["hall"], "message": "Hall A is closed on Tuesday."}
    fix = {"path": "rooms[0].open", "to": None, "message": "Open Hall A on Tuesday."}
    write({"format": "bridge-explanation/1", "status": "infeasible", "facts": [fact], "fix": fix, "seconds": 0.1})
    sys.exit(3)

mode = wish["mode"]
open(wish["trace"], "a").write(f"{os.getpid()}\\n")
if mode == "solve":
    for step in range(wish.get("steps", 10)):
        say(step)
        time.sleep(0.02)
    outcome("optimal", {"placements": []})
elif mode == "infeasible":
    outcome("infeasible", None)
    sys.exit(3)
elif mode == "nothing":
    outcome("unknown", None)
    sys.exit(4)
elif mode == "refused":
    print("rooms[3].id: no room 'x'", file=sys.stderr)
    sys.exit(2)
elif mode == "incumbent at the limit":
    time.sleep(float(sys.argv[sys.argv.index("--time-limit") + 1]))
    outcome("feasible", {"placements": []})
elif mode == "slow to start":
    time.sleep(1.5)
    print(json.dumps({"begins": True}), file=sys.stderr, flush=True)
    time.sleep(0.2)
    outcome("feasible", {"placements": []})
elif mode == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        open(wish["trace"], "a").write(f"{os.getpid()}\\n")
    time.sleep(100)
elif mode == "memory":
    blocks = []
    while True:
        blocks.append(bytearray(2**24))
elif mode == "segfault":
    os.kill(os.getpid(), signal.SIGSEGV)
elif mode == "secrets":
    write_to = open(wish["trace"] + ".environment", "w")
    json.dump(dict(os.environ), write_to)
    write_to.close()
    outcome("optimal", {"placements": []})
elif mode == "until stopped":
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    step = 0
    while not stopped:
        say(step)
        step += 1
        time.sleep(0.01)
    outcome("stopped", {"placements": []})
"""


@pytest.fixture(scope="session")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stand-in as a file."""
    path = tmp_path_factory.mktemp("stub") / "scheduler.py"
    path.write_text(STUB)
    return path


@pytest.fixture
def limits(stub: Path) -> RunLimits:
    """Impatient limits around the stand-in."""
    return RunLimits(
        command=(sys.executable, str(stub)),
        memory_bytes=256 * 2**20,
        start_seconds=0.0,
        grace_seconds=2.0,
        lease_seconds=2.0,
        sweep_seconds=0.1,
    )


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """Where the stand-in writes the id of each process that solved."""
    return tmp_path / "trace"


@pytest.fixture
def organiser() -> Actor:
    return Actor(account_id=None, label="an organiser")


@pytest.fixture
def ask(database: Any, event: Any, trace: Path, organiser: Actor) -> Callable[..., int]:
    """Ask for a run of a mode of the stand-in; returns its id, committed."""

    def submit(mode: str, *, time_limit_seconds: float = 20.0, hint: str | None = None, **wish: Any) -> int:
        with database.writing() as session:
            run = service.submit(
                session,
                event_id=event.id,
                kind="agenda",
                label=mode,
                problem_json=json.dumps({"mode": mode, "trace": str(trace), **wish}),
                hint_json=hint,
                time_limit_seconds=time_limit_seconds,
                workers=1,
                accept_path="/e/x/manage/agenda/runs/{run_id}/accept",
                actor=organiser,
                now=datetime.now(UTC),
            )
            return run.id

    return submit


@pytest.fixture
def look(database: Any) -> Callable[[int], SolverRun]:
    """A run as it stands, with its texts."""
    from sqlalchemy import select
    from sqlalchemy.orm import undefer

    texts = (SolverRun.problem, SolverRun.hint, SolverRun.outcome, SolverRun.hint_report, SolverRun.explanation)

    def of(run_id: int) -> SolverRun:
        with database.reading() as session:
            run = session.scalars(
                select(SolverRun).where(SolverRun.id == run_id).options(*(undefer(text) for text in texts))
            ).one()
            session.expunge(run)
            return run

    return of


@pytest.fixture
def until(look: Callable[[int], SolverRun]) -> Callable[..., SolverRun]:
    """Wait until a run answers a question with yes; fails after some seconds."""

    def wait(run_id: int, is_so: Callable[[SolverRun], bool], *, seconds: float = 60.0) -> SolverRun:
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            run = look(run_id)
            if is_so(run):
                return run
            time.sleep(0.05)
        raise AssertionError(f"run {run_id} is {run.state}, attempts {run.attempts}, error {run.error}")

    return wait


@pytest.fixture
def keeper(database: Any, limits: RunLimits) -> Keeper:
    return Keeper(database, limits=limits)


@pytest.fixture
def run_now(database: Any, limits: RunLimits) -> Callable[[int], Any]:
    """Do a run in this thread."""

    def now(run_id: int) -> Any:
        return tasks.run_now(database, run_id, None, limits=limits, clock=SystemClock())  # type: ignore[arg-type]

    return now


@pytest.fixture
def threads(database: Any, limits: RunLimits) -> Any:
    """The engine of the web process on SQLite, closed in the end."""
    if not database.is_sqlite:
        pytest.skip("threads of the web process do runs on SQLite only; PostgreSQL has test_worker.py")
    engine: RunEngine = tasks.open_engine(database, None, limits=limits, clock=SystemClock())  # type: ignore[arg-type]
    yield engine
    engine.close()
