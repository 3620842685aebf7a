"""A real server on a free port, tests that run on both databases, and short changes that wait together."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.platform import audit
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> str:
    """Runs the test on SQLite and on PostgreSQL; ``database`` follows the mark."""
    return request.param


@pytest.fixture
def serving() -> Iterator[Callable[[Any], str]]:
    """``serving(app)``: the address of a real uvicorn that serves it until the test ends."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def serve(app: Any) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        end = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.01)
        return f"http://127.0.0.1:{port}"

    yield serve
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def commits(database: Database) -> list[int]:
    """One entry for each commit of the connection that writes."""
    counted: list[int] = []
    event.listen(database.engine, "commit", lambda _connection: counted.append(1))
    return counted


@pytest.fixture
def together(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """``together(work, ...)``: what comes of pieces of work that all wait before the first one begins.

    A piece may be a pair: the work, and what it asks for.
    """
    monkeypatch.setattr("app.platform.database.writes.BATCH_SECONDS", 60)

    def do(*works: Any) -> list[Any]:
        async def all_of_them() -> list[Any]:
            writes = Writes(database, Turns(readers=2, writers=1))
            pieces = (one if isinstance(one, tuple) else (one, None) for one in works)
            return await asyncio.gather(*(writes.do(work, asks=asks) for work, asks in pieces), return_exceptions=True)

        return asyncio.run(all_of_them())

    return do


@pytest.fixture
def noting(now: Any) -> Callable[..., Callable[[Session], None]]:
    """``noting(number)``: a piece that writes a line about this."""

    def about(number: int, *, event_id: int | None = None, record: Any = audit.record) -> Callable[[Session], None]:
        def note(session: Session) -> None:
            record(
                session, actor=Actor.system("test"), now=now, event_id=event_id, action="a.line", entity="test",
                entity_id=number, changes={"x": (None, str(number))},
            )  # fmt: skip

        return note

    return about
