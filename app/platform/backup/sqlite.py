"""Backups of an SQLite file while it is written to."""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pysqlite3

from app.platform.backup.manifest import BackupFault, TableSum


@contextmanager
def snapshot(path: Path) -> Iterator[Any]:
    """A connection that sees the file as it is now, whatever others write meanwhile. It cannot write."""
    if not path.is_file():
        raise BackupFault(f"There is no database at {path}.")
    with closing(
        pysqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    ) as connection:
        try:
            connection.execute("PRAGMA busy_timeout = 10000")
            connection.execute("BEGIN")
            # A deferred transaction has no snapshot before its first read.
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            yield connection
        except pysqlite3.DatabaseError as broken:
            raise BackupFault(f"{path.name} is damaged or cannot be read: {broken}") from broken


def copy_into(source: Any, destination: Path) -> None:
    """Copy what the snapshot sees into a new file of its own, without side files."""
    with closing(pysqlite3.connect(str(destination), isolation_level=None)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        target.execute("PRAGMA secure_delete = ON")
        target.execute("VACUUM")


def check(path: Path) -> None:
    """Raises ``BackupFault`` when the file is damaged or a row points at nothing."""
    with snapshot(path) as connection:
        told = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    if told != ["ok"]:
        raise BackupFault(f"{path.name} is damaged: {'; '.join(told[:3])}")
    if dangling:
        raise BackupFault(
            f"{path.name}: {len(dangling)} rows point at rows that do not exist, first in {dangling[0][0]}"
        )


def table_sums(connection: Any) -> dict[str, TableSum]:
    """Rows and hash of every table, in an order that does not depend on where the rows lie in the file."""
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name"
        )
    ]
    return {name: _sum(connection, name) for name in names}


def parts(connection: Any) -> dict[str, str]:
    """Tables, indexes, triggers and views, each with a digest of the statement that makes it."""
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY type, name"
    )
    return {f"{kind} {name}": hashlib.sha256((sql or "").encode()).hexdigest() for kind, name, sql in rows}


def shape(connection: Any) -> dict[str, str]:
    """Tables, columns, indexes and triggers by name, each in words that do not depend on how its statement is set."""
    found = {}
    for kind, name, table, sql in connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^'"
    ).fetchall():
        found[f"{kind} {name}"] = table if kind in {"table", "index"} else " ".join((sql or "").split())
        if kind == "table":
            columns = connection.execute('SELECT name, type, "notnull", pk FROM pragma_table_info(?)', (name,))
            found |= {f"column {name}.{column}": str(facts) for column, *facts in columns}
        if kind == "index":
            keys = connection.execute("SELECT seqno, cid, name FROM pragma_index_info(?)", (name,)).fetchall()
            found[f"index {name}"] = f"{table} {keys} {'UNIQUE' in (sql or '').upper()}"
    return found


def revision(connection: Any) -> str | None:
    """The version of the tables as the migrations noted it; None where they noted nothing."""
    known = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else None


def _sum(connection: Any, table: str) -> TableSum:
    name = '"' + table.replace('"', '""') + '"'
    columns = len(connection.execute(f"SELECT * FROM {name} LIMIT 0").description)  # noqa: S608  a name of the schema
    order = ", ".join(str(number + 1) for number in range(columns))
    total = hashlib.sha256()
    rows = 0
    for row in connection.execute(f"SELECT * FROM {name} ORDER BY {order}"):  # noqa: S608  a name of the schema
        rows += 1
        for value in row:
            # The kind is part of the hash: the text "1" is not the number 1.
            part = f"{type(value).__name__}:{value!r};".encode()
            total.update(part)
        total.update(b"\n")
    return TableSum(rows, total.hexdigest())
