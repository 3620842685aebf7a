"""The command that proves that this installation can be restored."""

from typing import Annotated

import typer

from app.cli.telling import commands, give_up, imported, opened, settings_in_use, time_of, told
from app.platform.backup.drill import drill as hold_drill
from app.platform.database.engine import Database


@commands.command()
def drill(
    to: Annotated[
        str | None,
        typer.Option(help="a new SQLite file or an empty PostgreSQL database; else one is made and thrown away"),
    ] = None,
) -> None:
    """Back up while in use, restore elsewhere, compare every row, and look for what cannot be. Ends with 1 if any."""
    settings = settings_in_use()
    with opened(settings, needs_tables=True) as database:
        now = time_of(settings, database)
    target = None if to is None else to if "://" in to else f"sqlite:///{to}"
    held = hold_drill(settings.database_url, now=now, to=target, examine=_faults)
    rows = sum(one.rows for one in held.tables.values())
    told.print(f"Saved: {held.size_bytes / 2**20:.1f} MB in {held.saving_seconds:.1f} s, while in use.")
    told.print(f"Restored elsewhere in {held.restoring_seconds:.1f} s; the schema is what the migrations make.")
    told.print(f"Compared: {len(held.tables)} tables, {rows} rows, all hashes equal.")
    if held.broken:
        give_up("But what was saved cannot be so:\n" + "\n".join(f"  {sentence}" for sentence in held.broken))
    told.print("Looked through: nothing is booked twice, nothing is half written, the log holds together.")


def _faults(database: Database) -> list[str]:
    with database.reading() as session:
        return list(imported("app.office.soundness", "faults_of")(session))
