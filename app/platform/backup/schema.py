"""What the migrations make at a version, held against what a backup brings: a guard can be gone before it is taken."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, create_engine

from app.platform.backup import postgres, sqlite
from app.platform.backup.manifest import OtherSchema
from app.platform.database.migrating import knows, migrate

MOST_TOLD = 5


def sqlite_as_migrated(revision: str) -> Mapping[str, str]:
    """The shape of an SQLite file that was migrated to a revision and to nothing else."""
    with TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh.sqlite"
        migrate(f"sqlite:///{fresh}", to=revision)
        with sqlite.snapshot(fresh) as connection:
            return sqlite.shape(connection)


def postgres_as_migrated(address: URL, revision: str) -> Mapping[str, str]:
    """The same on PostgreSQL: made in the empty database that is restored into, which is empty again afterwards."""
    url = address.render_as_string(hide_password=False)
    engine = create_engine(address)
    try:
        migrate(url, to=revision)
        with engine.connect() as connection:
            return postgres.shape(connection)
    finally:
        engine.dispose()
        postgres.empty(address)


def known(revision: str | None, *, of: str) -> str:
    """A revision that this program can make.

    Raises:
        OtherSchema: there is none, or it is of another program.
    """
    if revision is None:
        raise OtherSchema(f"{of} does not say which version its tables have: it is no backup of BRIDGE.")
    if not knows(revision):
        raise OtherSchema(
            f"The tables of {of} have version {revision}, which this program does not know. "
            "Restore with the program that saved it, or a newer one."
        )
    return revision


def must_be(wanted: Mapping[str, str], found: Mapping[str, str], *, revision: str, of: str) -> None:
    """Compare what is there with what the migrations make.

    Raises:
        OtherSchema: with what is missing, added or made otherwise.
    """
    # A table that is gone says enough: not its columns and indexes one by one.
    gone = {name.removeprefix("table ") for name in set(wanted) - set(found) if name.startswith("table ")}
    told = [
        f"{name} is missing"
        for name in sorted(set(wanted) - set(found))
        if not (name.startswith("column ") and name.removeprefix("column ").split(".")[0] in gone)
        and not (name.startswith("index ") and wanted[name].split(" ")[0] in gone)
    ]
    told += [f"{name} is not made by them" for name in sorted(set(found) - set(wanted))]
    told += [f"{name} is made otherwise" for name in sorted(set(found) & set(wanted)) if found[name] != wanted[name]]
    if told:
        more = f", and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
        raise OtherSchema(
            f"{of} was saved from tables that are not what the migrations make at version {revision}: "
            f"{'; '.join(told[:MOST_TOLD])}{more}."
        )
