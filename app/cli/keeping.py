"""Commands that keep an installation: its tables, its administrators, its backups."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.accounts.enums import Role
from app.accounts.forms import normal_email
from app.accounts.service.links import issue_link, link_address
from app.accounts.service.roles import ensure_account, grant_role
from app.accounts.service.second_step.removing import remove_all
from app.cli.telling import COMMAND_LINE, commands, give_up, imported, opened, settings_in_use, time_of, told
from app.platform.backup import TableSum, back_up
from app.platform.backup import restore as restore_backup
from app.platform.database.migrating import migrate as bring_up_to_date
from app.platform.settings import Settings

SOMETHING_DUE = 3
"""How a dry run of ``bridge purge`` ends where a run would erase something."""


@commands.command()
def migrate() -> None:
    """Bring the tables of the database to this version."""
    settings = settings_in_use()
    with opened(settings):
        bring_up_to_date(settings.database_url)
    told.print("The tables are up to date.")


@commands.command()
def create_admin(
    email: Annotated[str, typer.Argument(help="the address that sign-in links go to")],
    name: Annotated[str, typer.Option(help="how the person is called on pages")] = "Administrator",
) -> None:
    """Make somebody an administrator and print a link for the first sign-in."""
    settings = settings_in_use()
    with opened(settings, needs_tables=True) as database, database.writing() as session:
        now = time_of(settings, database)
        account = ensure_account(session, email=email, display_name=name, actor=COMMAND_LINE, now=now)
        grant = grant_role(
            session, account_id=account.id, role=Role.ADMINISTRATOR, event_id=None, actor=COMMAND_LINE, now=now
        )
        token = issue_link(session, email=account.email, account_id=account.id, grant_id=grant.id, now=now)
    told.print(f"{account.email} is an administrator. This link signs in once, within 20 minutes:")
    told.print(f"  {link_address(settings.base_url, token)}")


@commands.command()
def remove_second_step(
    email: Annotated[str, typer.Argument(help="the address of the account whose app and keys are lost")],
) -> None:
    """Take the second step of an account away and sign it out everywhere; a line in the log and a mail say so."""
    settings = settings_in_use()
    with opened(settings, needs_tables=True) as database, database.writing() as session:
        remove_all(session, email=normal_email(email), actor=COMMAND_LINE, now=time_of(settings, database))
    told.print(f"{email} signs in by the mailed link alone until a new second step is set up.")


@commands.command()
def rights() -> None:
    """Print who may do what: every route, and by role whether it is let in."""
    matrix = imported("app.cli.rights", "rights_of")(imported("app.main", "ROUTERS"))
    for line in imported("app.cli.rights", "table")(matrix):
        typer.echo(line)


@commands.command()
def components() -> None:
    """Print the bill of materials (CycloneDX): every library of the lock, with its version and licence."""
    typer.echo(json.dumps(imported("app.cli.components", "bill_of_materials")(), indent=1))


@commands.command()
def retention() -> None:
    """Print which personal data goes how long after an event, and what it is kept for."""
    fields, word_of, purpose_of = (imported("app.office.privacy", name) for name in ("FIELDS", "word_of", "purpose_of"))
    width = max(len(word_of(field.code)) for field in fields)
    for field in fields:
        when = "with the person" if field.days is None else f"{field.days} days"
        typer.echo(f"{word_of(field.code):{width}}  {when:15}  {purpose_of(field.code)}")


@commands.command()
def purge(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would go; change nothing")] = False,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="with --dry-run: as if it were this day, at noon UTC")
    ] = None,
) -> None:
    """Erase the personal data whose day has come, as the server does every hour.

    Ends with 0 where it is done or nothing is due; with 3 where a dry run found something.
    """
    if on is not None and not dry_run:
        give_up("--on goes with --dry-run alone: nothing is erased before its day.")
    settings = settings_in_use()
    with opened(settings, needs_tables=True) as database:
        now = time_of(settings, database) if on is None else on.replace(hour=12, tzinfo=UTC)
        if dry_run:
            with database.writing() as session:
                found = imported("app.office.service.purging", "would_purge")(session, now=now)
        else:
            found = imported("app.office.tasks", "purge_now")(database, now=now)
    if not found:
        typer.echo("Nothing is due.")
        return
    typer.echo(
        "This would go (data, event, due since, rows):" if dry_run else "This went (data, event, due since, rows):"
    )
    for one in found:
        typer.echo(f"{one.code:13} {one.event:20} {one.since.isoformat()} {one.count:6}")
    if dry_run:
        raise typer.Exit(SOMETHING_DUE)


@commands.command()
def backup(
    to: Annotated[
        Path | None, typer.Option(help="the new file; under var/backups with the time when not given")
    ] = None,
) -> None:
    """Copy the database while it is in use, prove the copy, and only then give it its name."""
    # A full disk under BRIDGE_VAR is no reason to refuse a backup to another one.
    settings = settings_in_use() if to is None else Settings()
    with opened(settings) as database:
        now = time_of(settings, database)
    destination = to or settings.var / "backups" / f"bridge-{now:%Y%m%dT%H%M%SZ}.backup"
    manifest = back_up(settings.database_url, destination, now=now)
    told.print(f"Saved and proved: {destination}")
    _print_sums(manifest.tables)


@commands.command()
def restore(
    saved: Annotated[Path, typer.Argument(help="a backup; its manifest stands beside it as ….json")],
    to: Annotated[str, typer.Option(help="a new SQLite file, or the URL of an empty PostgreSQL database")],
) -> None:
    """Put a backup into a fresh database; compare all with the manifest, and the schema with what migrations make."""
    url = to if "://" in to else f"sqlite:///{to}"
    tables = restore_backup(saved, url, as_migrated=True)
    place = to if "://" not in to else "the database"
    told.print(f"Restored into {place}. All hashes are equal, and so are indexes and triggers.")
    told.print("The schema is what the migrations make.")
    _print_sums(tables)


def _print_sums(tables: Mapping[str, TableSum]) -> None:
    width = max(map(len, tables), default=0)
    for name, one in sorted(tables.items()):
        told.print(f"  {name:{width}} {one.rows:>8} rows  {one.sha256}")
