"""Live progress read through a real server: server-sent events while a real child solves."""

import re
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
import uvicorn

from app.platform.clock import SystemClock
from app.solver_runs import routes, tasks
from app.solver_runs.enums import RunState


@pytest.fixture
def address(settings, database, limits, monkeypatch):
    """A server on a free port over the test's database, with the stand-in as its scheduler."""
    from app.main import create_app

    monkeypatch.setattr(tasks, "limits_of", lambda _settings: limits)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    application = create_app(settings.model_copy(update={"base_url": base}), clock=SystemClock())
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_config=None, timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run)
    thread.start()
    give_up = time.monotonic() + 15
    while not server.started:
        assert time.monotonic() < give_up
        time.sleep(0.05)
    yield base
    server.should_exit = True
    thread.join(15)
    assert not thread.is_alive()


@pytest.fixture
def worker(database, limits):
    """On PostgreSQL runs are done by a worker; here it is a thread that takes up what waits."""
    if database.is_sqlite:
        yield
        return
    from app.solver_runs.engine import ThreadEngine
    from app.solver_runs.watch import Keeper

    engine = ThreadEngine(Keeper(database, limits=limits))
    engine.start()
    yield
    engine.close()


@pytest.fixture
def browser(address, database, event):
    """A signed-in organiser's browser."""
    from app.accounts.enums import Role
    from app.accounts.service.browsers import open_session
    from app.accounts.service.roles import ensure_account, grant_role
    from app.platform.actor import Actor

    actor, now = Actor.system("test"), datetime.now(UTC)
    with database.writing() as session:
        account = ensure_account(
            session, email="organiser@test.example", display_name="Organiser", locale="en", actor=actor, now=now
        )
        grant = grant_role(session, account_id=account.id, role=Role.ORGANISER, event_id=event.id, actor=actor, now=now)
        signed_in = open_session(
            session, account_id=account.id, grant_id=grant.id, device="a test", replaces=None, now=now
        )
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=address, cookies={"bridge": signed_in.token}, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def organiser():
    from app.platform.actor import Actor

    return Actor(account_id=None, label="an organiser")


def read(browser, path, *, on_event=lambda name, data: None):
    """Read a stream to its end; the events as (seconds since the start, name, data)."""
    began, found = time.monotonic(), []
    with browser.stream("GET", path) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        name, data = "", []
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data.append(line[6:])
            elif not line and name:
                found.append((time.monotonic() - began, name, "\n".join(data)))
                on_event(name, found[-1][2])
                name, data = "", []
    return found


def test_a_run_is_seen_from_start_to_end(browser, worker, ask, event):
    run_id = ask("solve", steps=100)
    found = read(browser, f"/e/{event.slug}/manage/runs/{run_id}/events")
    names = [name for _, name, _ in found]
    assert names[-2:] == ["terms", "done"]
    assert found[0][0] < 1.0, "the first sign comes within a second"
    progress = [(at, data) for at, name, data in found if name == "progress"]
    assert len(progress) >= 3
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(progress)]
    assert min(gaps) > 0.35, "twice a second at most"
    assert any("cost, best so far" in data for _, data in progress)
    assert "Best possible plan: nothing can cost less than 40." in progress[-1][1]
    assert "sse-connect" not in progress[-1][1], "what the stream brings never opens it again"
    spoken = [re.findall(r'innerHTML:#live">([^<]*)<', data) for _, data in progress]
    assert any("has ended" in text for texts in spoken for text in texts)
    terms = next(data for _, name, data in found if name == "terms")
    assert "Cost by term" in terms


def test_an_infeasible_run_is_streamed_until_it_is_explained(browser, worker, ask, event):
    run_id = ask("infeasible")
    found = read(browser, f"/e/{event.slug}/manage/runs/{run_id}/events")
    assert found[-1][1] == "done"
    last = [data for _, name, data in found if name == "progress"][-1]
    assert "Open Hall A on Tuesday." in last


def test_stopping_is_seen_in_the_stream(browser, worker, ask, event, look):
    run_id = ask("until stopped", time_limit_seconds=20.0)
    path = f"/e/{event.slug}/manage/runs/{run_id}"
    asked = []

    def stop_once(name, data):
        if not asked and "cost, best so far" in data:
            asked.append(browser.post(f"{path}/stop").status_code)

    found = read(browser, f"{path}/events", on_event=stop_once)
    assert asked == [303]
    assert "Stopped after" in [data for _, name, data in found if name == "progress"][-1]
    assert look(run_id).state is RunState.STOPPED


def test_a_stream_ends_in_time_so_that_the_right_to_read_is_asked_again(browser, ask, event, monkeypatch):
    monkeypatch.setattr(routes, "STREAM_SECONDS", 1.0)
    run_id = ask("until stopped", time_limit_seconds=20.0)
    began = time.monotonic()
    found = read(browser, f"/e/{event.slug}/manage/runs/{run_id}/events")
    assert time.monotonic() - began < 4
    assert "done" not in [name for _, name, _ in found]


def test_a_stream_holds_no_database_connection_between_looks(browser, worker, ask, event, database):
    run_id = ask("until stopped", time_limit_seconds=20.0)
    path = f"/e/{event.slug}/manage/runs/{run_id}"
    readers = [threading.Thread(target=read, args=(browser, f"{path}/events")) for _ in range(30)]
    for reader in readers:
        reader.start()
    time.sleep(2)
    waits = []
    for _ in range(20):
        began = time.monotonic()
        assert browser.get(path).status_code == 200
        waits.append(time.monotonic() - began)
    browser.post(f"{path}/stop")
    for reader in readers:
        reader.join(20)
    assert not any(reader.is_alive() for reader in readers)
    assert max(waits) < 5, waits


def test_pages_stay_quick_while_solves_fail_in_every_way(browser, worker, ask, event, until, limits):
    """T54."""
    modes = ("memory", "segfault", "infeasible", "deaf", "solve")
    run_ids = [ask(mode, time_limit_seconds=1.0) for mode in modes]
    waits = []
    give_up = time.monotonic() + 40
    while any(browser_state(browser, event, run_id, waits) for run_id in run_ids):
        assert time.monotonic() < give_up
    assert len(waits) >= 20
    assert sorted(waits)[int(len(waits) * 0.99) - 1] <= 1.0, max(waits)
    for mode, run_id in zip(modes, run_ids, strict=True):
        run = until(run_id, lambda run: not run.state.is_open)
        assert run.ended_at - run.started_at < timedelta(seconds=1.0 + 5.0), mode


def browser_state(browser, event, run_id, waits):
    """Whether a run's page still says that the run is open; how long the page took is noted."""
    began = time.monotonic()
    page = browser.get(f"/e/{event.slug}/manage/runs/{run_id}")
    waits.append(time.monotonic() - began)
    assert page.status_code == 200
    return "sse-connect" in page.text
