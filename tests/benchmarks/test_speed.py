"""Measured times, as tables with medians; run by ``make bench``, never part of the tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from app.demo.load import load_demo, load_fixture
from app.demo.prepare import prepare_demo
from app.events.queries import events_by_date
from app.office.search import search
from app.platform import audit
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.settings import Settings
from app.printing.queries import itinerary_of_delegation
from app.printing.sheets import Edition, sheet_of
from app.printing.typesetting import typeset
from scheduler.core.limits import Limits

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
ROUNDS = 5


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The demonstration, loaded and planned."""
    folder = tmp_path_factory.mktemp("bench")
    settings = Settings(database_url=f"sqlite:///{folder / 'demo.sqlite'}", secret="a key for benches", var=folder)
    audit.use_key(settings.key())
    database = Database(settings.database_url)
    prepare_demo(database, settings, now=NOW)
    return database


def _problem(database: Database, kind: str) -> Any:
    with database.reading() as session:
        event = events_by_date(session)[0]
        return import_module(f"app.{kind}.planner").problem_of(session, event.id)


@pytest.mark.parametrize("kind", ["pairing", "agenda"])
def test_solve_the_demonstration_to_proof(benchmark: Any, planned: Database, kind: str) -> None:
    problem = _problem(planned, kind)
    solve = import_module(f"scheduler.{kind}.solve").solve
    outcome = benchmark.pedantic(
        lambda: solve(problem, limits=Limits(time_limit=30, workers=2)), rounds=ROUNDS, iterations=1
    )
    benchmark.extra_info["status"] = outcome.status
    assert outcome.solution is not None


def test_print_all_packs(benchmark: Any, planned: Database) -> None:
    with planned.reading() as session:
        event = events_by_date(session)[0]
        edition = Edition(number=1, printed_at=NOW, before=None, live_address="http://127.0.0.1/x")
        from app.delegations.queries import delegations_of

        sheets = [
            sheet_of(event, itinerary_of_delegation(session, event, one.id), edition)
            for one in delegations_of(session, event.id)
        ]
    pdf = benchmark.pedantic(lambda: typeset(sheets, title="all packs", at=NOW), rounds=ROUNDS, iterations=1)
    benchmark.extra_info["sheets"] = len(sheets)
    benchmark.extra_info["bytes"] = len(pdf)


def _fresh(folder: Path, number: int) -> Database:
    url = f"sqlite:///{folder / f'load-{number}.sqlite'}"
    migrate(url)
    return Database(url)


@pytest.mark.parametrize("name", ["demonstration", "F-SMALL", "F-BIG"])
def test_load(benchmark: Any, tmp_path: Path, name: str) -> None:
    audit.use_key(b"a key for benches")
    numbers = iter(range(100))

    def setup() -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (_fresh(tmp_path, next(numbers)),), {}

    def load(database: Database) -> None:
        with database.writing() as session:
            if name == "demonstration":
                load_demo(session, now=NOW)
            else:
                load_fixture(session, name=name, seed=1, now=NOW)
        database.close()

    benchmark.pedantic(load, setup=setup, rounds=ROUNDS, iterations=1)


@pytest.fixture(scope="module")
def client(planned: Database) -> Any:
    """The application over the planned demonstration, as an organiser sees it."""
    from starlette.testclient import TestClient

    from app.accounts.service.demonstration import demonstration_links
    from app.main import create_app
    from app.platform.clock import FixedClock

    settings = Settings(
        database_url=planned.url, base_url="http://testserver", secret="a key for benches", log_level="ERROR"
    )
    with TestClient(create_app(settings, clock=FixedClock(NOW)), base_url="http://testserver") as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        with client.app.state.database.writing() as session:
            links = demonstration_links(session, base_url="http://testserver", now=NOW)
        client.post(next(link.address for link in links if link.role.value == "organiser"))
        yield client


@pytest.mark.parametrize("path", ["", "/agenda", "/cities", "/manage", "/manage/agenda", "/manage/people"])
def test_page(benchmark: Any, client: Any, path: str) -> None:
    ask: Callable[[], Any] = lambda: client.get(f"/e/bridge-2019{path}")  # noqa: E731
    answer = benchmark.pedantic(ask, rounds=20, iterations=1, warmup_rounds=2)
    assert answer.status_code == 200
    benchmark.extra_info["bytes"] = len(answer.content)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """F-BIG: 178 cities and 1,000 delegates."""
    audit.use_key(b"a key for benches")
    database = _fresh(tmp_path_factory.mktemp("big"), 0)
    with database.writing() as session:
        load_fixture(session, name="F-BIG", seed=1, now=NOW)
    return database


@pytest.mark.parametrize("typed", ["al", "mayor", "深圳", "nobody is called this"])
def test_search_at_f_big(benchmark: Any, big: Database, typed: str) -> None:
    """The promise is an answer within 100 ms; the table says what it takes."""
    with big.reading() as session:
        event = events_by_date(session)[0]
        hits = benchmark.pedantic(lambda: search(session, event, typed), rounds=20, iterations=1, warmup_rounds=1)
    benchmark.extra_info["hits"] = len(hits)
