"""Taking a backup and putting one back, on either database."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, create_engine
from sqlalchemy.engine import make_url

from app.platform.backup import postgres, schema, sqlite
from app.platform.backup.files import finished_at
from app.platform.backup.manifest import BackupFault, Manifest, TableSum, manifest_path


def back_up(url: str, destination: Path, *, now: datetime) -> Manifest:
    """Copy the database at ``url`` to ``destination`` without stopping anybody, and prove the copy.

    Every table of the copy is hashed again and compared with the source as it was at that instant, and so are its
    indexes and triggers; a copy that differs, is damaged or has dangling rows never gets its name. The manifest
    stands beside it as ``….json``.
    """
    address = _address(url)
    with finished_at(destination) as unfinished:
        if address.get_backend_name() == "sqlite":
            manifest = _back_up_sqlite(Path(address.database or ""), unfinished, now=now)
        else:
            with postgres.snapshot(address) as (connection, name):
                manifest = Manifest(
                    engine="postgresql",
                    taken_at=now,
                    tables=postgres.table_sums(connection),
                    parts=postgres.parts(connection),
                )
                postgres.dump(address, unfinished, snapshot_name=name)
        manifest.write(manifest_path(destination))
    return manifest


def restore(backup: Path, url: str, *, as_migrated: bool = False) -> Mapping[str, TableSum]:
    """Put a backup into a fresh SQLite file or an empty PostgreSQL database, and compare every table and its guards.

    Gives the sums of the restored tables, equal to the manifest's.

    Args:
        as_migrated: compare the schema with what the migrations at its version make, too.

    Raises:
        OtherSchema: a table, column, index or trigger was missing, added or made otherwise when it was saved.
        BackupFault: the backup is not what its manifest says, or the target holds something already.
    """
    manifest = Manifest.read(manifest_path(backup))
    address = _address(url)
    if address.get_backend_name() != manifest.engine:
        raise BackupFault(f"This is a backup of {manifest.engine}; the target is {address.get_backend_name()}.")
    if manifest.engine == "sqlite":
        with finished_at(Path(address.database or "")) as unfinished:
            with sqlite.snapshot(backup) as source:
                _same(manifest, sqlite.table_sums(source), sqlite.parts(source), of=backup.name)
                if as_migrated:
                    version = schema.known(sqlite.revision(source), of=backup.name)
                    schema.must_be(
                        schema.sqlite_as_migrated(version), sqlite.shape(source), revision=version, of=backup.name
                    )
                sqlite.copy_into(source, unfinished)
            return _checked_sqlite(unfinished, manifest)
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            if postgres.table_sums(connection):
                raise BackupFault(f"The database {address.database} is not empty. Restore into a new one.")
        version = schema.known(postgres.revision(backup), of=backup.name) if as_migrated else ""
        wanted = schema.postgres_as_migrated(address, version) if as_migrated else {}
        postgres.load(address, backup)
        with engine.connect() as connection:
            found, parts = postgres.table_sums(connection), postgres.parts(connection)
            if as_migrated:
                schema.must_be(wanted, postgres.shape(connection), revision=version, of=backup.name)
    finally:
        engine.dispose()
    _same(manifest, found, parts, of="what was restored")
    return found


def _address(url: str) -> URL:
    address = make_url(url)
    return address.set(drivername="postgresql+psycopg") if address.get_backend_name() == "postgresql" else address


def _back_up_sqlite(source: Path, unfinished: Path, *, now: datetime) -> Manifest:
    with sqlite.snapshot(source) as seen:
        manifest = Manifest(engine="sqlite", taken_at=now, tables=sqlite.table_sums(seen), parts=sqlite.parts(seen))
        sqlite.copy_into(seen, unfinished)
    _checked_sqlite(unfinished, manifest)
    return manifest


def _checked_sqlite(path: Path, manifest: Manifest) -> Mapping[str, TableSum]:
    sqlite.check(path)
    with sqlite.snapshot(path) as copy:
        found, parts = sqlite.table_sums(copy), sqlite.parts(copy)
    _same(manifest, found, parts, of=path.name)
    return found


def _same(manifest: Manifest, found: Mapping[str, TableSum], parts: Mapping[str, str], *, of: str) -> None:
    told = manifest.differences(found) + manifest.part_differences(parts)
    if told:
        raise BackupFault(f"{of} is not what was saved: {'; '.join(told[:5])}.")
