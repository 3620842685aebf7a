"""One transaction a request: committed before the answer goes out, undone by an error, said in words when refused."""

import asyncio
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Annotated, Any

import httpx
import psycopg
import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from starlette.responses import PlainTextResponse, RedirectResponse

from app.platform.database.engine import Database
from app.platform.database.sessions import DbSession, ReadLogSession, ReadSession, read_in_one_go, request_session
from app.platform.database.turns import Turns
from app.platform.errors import Away, Busy, Conflict, NoRoom, NotFound
from app.platform.idempotency import SpentForm

COMMIT_SECONDS = 0.3


def _late_session(request: Request) -> Iterator[Session]:
    yield from request_session(request, None)


LateSession = Annotated[Session, Depends(_late_session, scope="request")]
"""The framework's default, which ends the transaction after the answer: the control of these tests."""


def _app(database: Database, clock: Any) -> FastAPI:
    app = FastAPI()
    app.state.database = database
    app.state.turns = Turns(readers=4, writers=1 if database.is_sqlite else 4)

    def write(session: Session, key: str) -> RedirectResponse:
        session.add(SpentForm(sender="me", form_digest=key, spent_at=clock.now()))
        session.flush()
        return RedirectResponse(f"/rows/{key}", status_code=303)

    @app.post("/rows/{key}")
    def add(key: str, session: DbSession) -> Any:
        return write(session, key)

    @app.post("/late/{key}")
    def add_late(key: str, session: LateSession) -> Any:
        return write(session, key)

    @app.post("/broken/{key}")
    def add_and_break(key: str, session: DbSession) -> Any:
        write(session, key)
        raise NotFound

    @app.get("/rows/{key}")
    def read(key: str, session: ReadSession) -> Any:
        found = session.scalar(text("SELECT count(*) FROM spent_form WHERE form_digest = :key"), {"key": key})
        return PlainTextResponse(str(found))

    @app.get("/writes/{key}")
    def write_on_get(key: str, session: ReadSession) -> Any:
        return write(session, key)

    @app.get("/noted/{key}")
    def note(key: str, session: ReadSession, log: ReadLogSession) -> Any:
        assert session.scalar(text("SELECT 1")) == 1
        return write(log, key)

    @app.get("/at-once/rows/{key}")
    async def read_at_once(key: str, request: Request) -> Any:
        return await read_in_one_go(request, lambda session: read(key, session), logs=())

    @app.get("/at-once/writes/{key}")
    async def write_at_once(key: str, request: Request) -> Any:
        return await read_in_one_go(request, lambda session: write(session, key), logs=())

    @app.get("/at-once/noted/{key}")
    async def note_at_once(key: str, request: Request) -> Any:
        return await read_in_one_go(request, lambda session, log: note(key, session, log), logs={"log"})

    @app.get("/at-once/none/{key}")
    async def break_at_once(key: str, request: Request) -> Any:
        def work(_session: Session, log: Session) -> Any:
            write(log, key)
            raise NotFound

        return await read_in_one_go(request, work, logs={"log"})

    app.add_exception_handler(NotFound, lambda _request, _error: PlainTextResponse("none", status_code=404))
    return app


@pytest.fixture
def address(database: Database, clock: Any, serving: Callable[[Any], str]) -> str:
    event.listen(database.engine, "commit", lambda _connection: time.sleep(COMMIT_SECONDS))
    return serving(_app(database, clock))


@pytest.mark.usefixtures("either")
def test_who_follows_a_redirect_finds_the_row_even_when_commits_are_slow(address: str) -> None:
    with httpx.Client(base_url=address, follow_redirects=True) as browser:
        assert browser.post("/rows/first").text == "1"
        assert browser.post("/late/second").text == "0", "the control: the default scope commits too late"


def test_an_error_undoes_what_the_request_wrote(address: str) -> None:
    with httpx.Client(base_url=address, follow_redirects=True) as browser:
        assert browser.post("/broken/a").status_code == 404
        assert browser.get("/rows/a").text == "0"


def test_a_commit_that_fails_is_no_success(database: Database, address: str) -> None:
    def refuse(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(database.engine, "commit", refuse)
    # The bare application lets the server close the connection after a fault: each request has its own.
    assert httpx.post(f"{address}/rows/a").status_code == 500
    assert httpx.get(f"{address}/rows/a").text == "0"
    event.remove(database.engine, "commit", refuse)
    assert httpx.post(f"{address}/rows/a").status_code == 303


@pytest.mark.usefixtures("either")
def test_get_cannot_write_but_may_note_who_read(address: str) -> None:
    assert httpx.get(f"{address}/writes/a").status_code == 500
    assert httpx.get(f"{address}/rows/a").text == "0"
    assert httpx.get(f"{address}/noted/b").status_code == 303
    assert httpx.get(f"{address}/rows/b").text == "1"


@pytest.mark.usefixtures("either")
def test_a_page_in_one_go_reads_and_notes_as_any_other(database: Database, address: str) -> None:
    with httpx.Client(base_url=address, follow_redirects=True) as browser:
        assert browser.get("/at-once/noted/a").text == "1", "committed before the answer"
        assert browser.get("/at-once/rows/a").text == "1"
        assert browser.get("/at-once/none/b").status_code == 404
        assert browser.get("/at-once/rows/b").text == "0"
    assert httpx.get(f"{address}/at-once/writes/c").status_code == 500
    # Whoever broke gave their turn back: more than there are turns are read now.
    for _ in range(6):
        assert httpx.get(f"{address}/at-once/none/b").status_code == 404
    assert httpx.get(f"{address}/at-once/rows/c").text == "0"


class _Postgres(Exception):
    sqlstate = ""


def _refusal(state: str) -> OperationalError:
    fault = _Postgres()
    fault.sqlstate = state
    return OperationalError("UPDATE", {}, fault)


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (StaleDataError(), Conflict),
        (NoConnection(), Busy),
        (_refusal("40P01"), Busy),
        (_refusal("55P03"), Busy),
        (_refusal("57014"), Busy),
        (_refusal("53100"), NoRoom),
        (_refusal("22003"), NotFound),
        (_refusal("58030"), OperationalError),
        (OperationalError("UPDATE", {}, psycopg.OperationalError(), connection_invalidated=True), Away),
        (OperationalError(None, {}, psycopg.OperationalError(), connection_invalidated=True), OperationalError),
        (OperationalError(None, {}, psycopg.OperationalError()), Away),
        (OperationalError("UPDATE", {}, psycopg.errors.IoError()), OperationalError),
        (OverflowError(), NotFound),
        (OperationalError("INSERT", {}, Exception("database or disk is full")), NoRoom),
        (OperationalError("BEGIN", {}, Exception("database is locked")), Busy),
        (OperationalError("BEGIN", {}, Exception("disk I/O error")), OperationalError),
    ],
)
def test_what_the_database_refuses_for_others_is_said_in_words(
    database: Database, refusal: Exception, told: type[Exception]
) -> None:
    request: Any = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(database=database)), method="POST")
    sessions = request_session(request, None)
    next(sessions)
    with pytest.raises(told):
        sessions.throw(refusal)  # type: ignore[attr-defined]


@pytest.mark.parametrize("writers", [1, 3])
def test_turns_are_given_first_come_first_served_and_waiting_writers_hold_no_reader_up(writers: int) -> None:
    turns, running, most, order = Turns(readers=3, writers=writers), 0, 0, []

    async def write(number: int) -> None:
        nonlocal running, most
        async with turns.taken(writes=True):
            running += 1
            most = max(most, running)
            order.append(number)
            await asyncio.sleep(0.002)
            running -= 1

    async def read() -> None:
        async with turns.taken(writes=False):
            order.append("reader")

    async def all_of_them() -> None:
        writers = [asyncio.create_task(write(number)) for number in range(8)]
        await asyncio.sleep(0)
        await asyncio.gather(read(), *writers)

    asyncio.run(all_of_them())
    assert most == writers
    assert [one for one in order if one != "reader"] == list(range(8))
    assert order.index("reader") == writers, order


def test_a_writer_takes_the_place_of_one_reader_and_one_goes_on_beside_it() -> None:
    """Each thread beside the one writer of SQLite makes a booking wait; nobody's page waits for all bookings either."""
    turns, reading, alone, beside = Turns(readers=2, writers=1), 0, [], []

    async def read(found: list[int]) -> None:
        nonlocal reading
        async with turns.taken(writes=False):
            reading += 1
            found.append(reading)
            await asyncio.sleep(0.001)
            reading -= 1

    async def write() -> None:
        async with turns.taken(writes=True):
            await asyncio.gather(*(read(beside) for _ in range(5)))

    async def all_of_them() -> None:
        await asyncio.gather(*(read(alone) for _ in range(6)))
        await asyncio.gather(write(), write())
        await asyncio.gather(*(read(alone) for _ in range(6)))

    asyncio.run(all_of_them())
    assert max(alone[:6]) == max(alone[6:]) == 2
    assert len(beside) == 10 and max(beside) == 1


def test_who_came_before_and_waited_elsewhere_has_the_next_turn() -> None:
    """A page that was kept, and turned out to be stale when its turn came, does not wait once more behind all others."""
    turns, order = Turns(readers=1, writers=1), []

    async def read(name: str, scope: dict[str, Any] | None = None) -> None:
        async with turns.taken(writes=False, scope=scope):
            order.append(name)

    async def all_of_them() -> None:
        earlier: dict[str, Any] = {}
        await turns.arrivals.behind(earlier)
        async with turns.taken(writes=False):
            others = [asyncio.create_task(read(name)) for name in ("first", "second")]
            await asyncio.sleep(0)
            others.append(asyncio.create_task(read("earlier", earlier)))
            await asyncio.sleep(0)
        await asyncio.gather(*others)

    asyncio.run(all_of_them())
    assert order == ["earlier", "first", "second"]


def test_whoever_goes_away_while_it_waits_takes_no_turn_along() -> None:
    turns, order = Turns(readers=1, writers=1), []

    async def read(name: str) -> None:
        async with turns.taken(writes=False):
            order.append(name)
            await asyncio.sleep(0.002)

    async def all_of_them() -> None:
        async with turns.taken(writes=False):
            gone, called, last = (asyncio.create_task(read(name)) for name in ("gone", "called", "last"))
            await asyncio.sleep(0)
            gone.cancel()
        called.cancel()  # it has been given its turn, and has not noticed yet
        await asyncio.wait_for(last, timeout=60)

    asyncio.run(all_of_them())
    assert order == ["last"]
