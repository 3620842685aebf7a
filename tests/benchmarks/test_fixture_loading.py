"""How long the generated editions and the demonstration take to load into a fresh SQLite file."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.demo.load import load_demo, load_fixture
from app.platform.database.engine import Database

NOW = datetime(2019, 8, 20, tzinfo=UTC)
LOADERS: dict[str, Callable[[Any], object]] = {
    "F-SMALL": lambda session: load_fixture(session, name="F-SMALL", seed=0, now=NOW),
    "F-BIG": lambda session: load_fixture(session, name="F-BIG", seed=0, now=NOW),
    "demonstration": lambda session: load_demo(session, now=NOW),
}


@pytest.mark.parametrize("name", LOADERS)
def test_loading(benchmark: Any, database: Database, name: str) -> None:
    def load() -> None:
        with database.write_sessions() as session:
            LOADERS[name](session)
            session.rollback()

    benchmark.pedantic(load, rounds=3)
