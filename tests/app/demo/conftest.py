"""The demonstration and the generated editions, each written once for all tests that only read them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.platform import audit
from app.platform.database.engine import Database

TWO_WEEKS_BEFORE = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def written(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Database]]:
    """``written(name, writer)``: a database in which ``writer`` wrote once, for as many tests as ask."""
    folder = tmp_path_factory.mktemp("written")
    made: dict[str, Database] = {}

    def write(name: str, writer: Callable[[Any], object]) -> Database:
        if name not in made:
            audit.use_key(b"a key for tests")
            path = folder / f"{name}.sqlite"
            shutil.copy(sqlite_template, path)
            made[name] = Database(f"sqlite:///{path}")
            with made[name].writing() as session:
                writer(session)
        return made[name]

    yield write
    for database in made.values():
        database.close()


@pytest.fixture
def demo(demonstration_file: Path) -> Iterator[Any]:
    """A reading session on the loaded demonstration."""
    database = Database(f"sqlite:///{demonstration_file}")
    with database.reading() as session:
        yield session
    database.close()


@pytest.fixture
def fixture_of(written: Callable[..., Database]) -> Iterator[Callable[[str, int], Any]]:
    """``fixture_of(name, seed)``: a reading session on a generated edition."""
    from app.demo.load import load_fixture

    open_sessions = []

    def read(name: str, seed: int = 0) -> Any:
        database = written(
            f"{name}-{seed}", lambda session: load_fixture(session, name=name, seed=seed, now=TWO_WEEKS_BEFORE)
        )
        session = database.read_sessions()
        open_sessions.append(session)
        return session

    yield read
    for session in open_sessions:
        session.close()
