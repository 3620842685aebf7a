"""The proof that a backup is worth something: one is taken, restored elsewhere, compared and looked through."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from app.platform.backup.manifest import BackupFault, TableSum
from app.platform.backup.service import back_up, restore
from app.platform.database.engine import Database


@dataclass(frozen=True, kw_only=True)
class Drill:
    """How a drill went. ``broken`` has a sentence for each thing in what was restored that cannot be so."""

    tables: Mapping[str, TableSum]
    size_bytes: int
    saving_seconds: float
    restoring_seconds: float
    broken: Sequence[str]


def drill(
    url: str, *, now: datetime, to: str | None = None, examine: Callable[[Database], Sequence[str]] = lambda _: ()
) -> Drill:
    """Back the database up while it is in use, restore the copy elsewhere, compare every row and let ``examine`` look.

    Args:
        to: a new SQLite file or an empty PostgreSQL database; else one is made for the drill and thrown away.

    Raises:
        BackupFault: the copy or what was restored differs from its source.
    """
    with TemporaryDirectory(prefix="bridge-drill-") as folder, _elsewhere(url, Path(folder), to=to) as target:
        saved, began = Path(folder) / "drill.backup", time.monotonic()
        back_up(url, saved, now=now)
        is_saved = time.monotonic()
        tables = restore(saved, target, as_migrated=True)
        is_restored = time.monotonic()
        database = Database(target)
        try:
            broken = tuple(examine(database))
        finally:
            database.close()
        return Drill(
            tables=tables,
            size_bytes=saved.stat().st_size,
            saving_seconds=is_saved - began,
            restoring_seconds=is_restored - is_saved,
            broken=broken,
        )


@contextmanager
def _elsewhere(url: str, folder: Path, *, to: str | None) -> Iterator[str]:
    if to is not None:
        yield to
        return
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        yield f"sqlite:///{folder / 'restored.sqlite'}"
        return
    fresh = address.set(drivername="postgresql+psycopg", database=f"bridge_drill_{uuid.uuid4().hex[:12]}")
    _on_server(address, f"CREATE DATABASE {fresh.database}")
    try:
        yield fresh.render_as_string(hide_password=False)
    finally:
        _on_server(address, f"DROP DATABASE {fresh.database} WITH (FORCE)")


def _on_server(address: URL, statement: str) -> None:
    engine = create_engine(address.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    except ProgrammingError as refused:
        raise BackupFault(
            "This account may not make a database for the drill. Make an empty one and name it with --to."
        ) from refused
    finally:
        engine.dispose()
