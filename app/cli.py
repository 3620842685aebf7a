"""The command ``bridge``: everything that an operator types."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console
from sqlalchemy import inspect, select

import app.models  # noqa: F401  (every model must be known before the first query)
from app.accounts.enums import Role
from app.accounts.service.demonstration import demonstration_links
from app.accounts.service.links import issue_link, link_address, purge_ended
from app.accounts.service.roles import ensure_account, grant_role
from app.events.models import Event
from app.platform import audit, idempotency, self_check
from app.platform.actor import Actor
from app.platform.backup import BackupFault, TableSum, back_up
from app.platform.backup import restore as restore_backup
from app.platform.clock import clock_for
from app.platform.database.engine import AlreadyServed, Database
from app.platform.database.migrating import migrate as bring_up_to_date
from app.platform.errors import BusinessError
from app.platform.self_check import UnfitToServe
from app.platform.settings import Settings

commands = typer.Typer(
    help="BRIDGE: the event office.", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
)
told = Console(highlight=False, soft_wrap=True)

EventSlug = Annotated[str, typer.Option("--event", help="the event's short name, as in its address")]
COMMAND_LINE = Actor.system("command line")


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="the port to listen on")] = 8000,
) -> None:
    """Serve the pages; with BRIDGE_DEMONSTRATION=1 the demonstration, loaded at the first start."""
    settings = _settings_for(port)
    with _opened(settings) as database:
        # Held until the server's own process lock takes over, so that two starts do not prepare at once.
        database.serve_alone()
        if settings.demonstration:
            _from("app.demo.prepare", "prepare_demo")(database, settings, now=_now())
        elif database.is_sqlite:
            bring_up_to_date(settings.database_url)
        with database.writing() as session:
            purge_ended(session, now=_now())
            idempotency.purge(session, now=_now())
            links = (
                demonstration_links(session, base_url=settings.base_url, now=_now()) if settings.demonstration else []
            )
        self_check.run(database, settings, now=_now())
    told.print(f"BRIDGE serves on {settings.base_url}")
    for link in links:
        told.print(f"  {link.role.value.replace('_', ' '):14} {link.address}")
    if links:
        told.print("Each link works once and lasts 12 hours; the next start prints new ones. Ctrl+C stops.")
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=1,
        # A forwarded address is believed by nobody but app.platform.web.browser, and only from a named proxy.
        proxy_headers=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )


@commands.command()
def worker() -> None:
    """Take solver runs from PostgreSQL, beside any number of other workers. With SQLite the server does them itself."""
    settings = Settings()
    audit.use_key(settings.key())
    try:
        _from("app.worker", "work")(settings)
    except ValueError as refused:
        _give_up(str(refused))


@commands.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="throw the demonstration's data away first")] = False,  # noqa: FBT002
) -> None:
    """Load the demonstration event, solve its three problems and print its schedules. Does nothing twice."""
    settings = Settings()
    if reset:
        _throw_away(settings)
    with _opened(settings) as database:
        database.serve_alone()
        _from("app.demo.prepare", "prepare_demo")(database, settings, now=_now())
    told.print("The demonstration is ready. `make run` serves it.")


@commands.command()
def load_fixture(
    name: Annotated[str, typer.Argument(help="F-SMALL or F-BIG")],
    seed: Annotated[int, typer.Option(help="another seed gives another event of the same size")] = 0,
    plan: Annotated[
        int,
        typer.Option(
            help="then pair, place, release and hold meetings, so many seconds a solve; 0 leaves it unplanned"
        ),
    ] = 0,
) -> None:
    """Generate an event of a stated size and load it; with --plan also solve its three problems."""
    settings = Settings()
    bring_up_to_date(settings.database_url)
    with _opened(settings) as database:
        with database.writing() as session:
            slug = _from("app.demo.load", "load_fixture")(session, name=name, seed=seed, now=_now()).slug
        if plan > 0:
            _from("app.demo.planning", "plan_event")(database, settings, slug=slug, seconds=plan, now=_now())
    told.print(f"{name} is loaded (seed {seed}): {slug}")


@commands.command()
def migrate() -> None:
    """Bring the tables of the database to this version."""
    settings = Settings()
    bring_up_to_date(settings.database_url)
    told.print("The tables are up to date.")


@commands.command()
def create_admin(
    email: Annotated[str, typer.Argument(help="the address that sign-in links go to")],
    name: Annotated[str, typer.Option(help="how the person is called on pages")] = "Administrator",
) -> None:
    """Make somebody an administrator and print a link for the first sign-in."""
    settings, now = Settings(), _now()
    with _opened(settings, needs_tables=True) as database, database.writing() as session:
        account = ensure_account(session, email=email, display_name=name, actor=COMMAND_LINE, now=now)
        grant = grant_role(
            session, account_id=account.id, role=Role.ADMINISTRATOR, event_id=None, actor=COMMAND_LINE, now=now
        )
        token = issue_link(session, email=account.email, account_id=account.id, grant_id=grant.id, now=now)
    told.print(f"{account.email} is an administrator. This link signs in once, within 20 minutes:")
    told.print(f"  {link_address(settings.base_url, token)}")


@commands.command()
def backup(
    to: Annotated[
        Path | None, typer.Option(help="the new file; under var/backups with the time when not given")
    ] = None,
) -> None:
    """Copy the database while it is in use, prove the copy table by table, and only then give it its name."""
    settings, now = Settings(), _now()
    destination = to or settings.var / "backups" / f"bridge-{now:%Y%m%dT%H%M%SZ}.backup"
    manifest = back_up(settings.database_url, destination, now=now)
    told.print(f"Saved and proved: {destination}")
    _print_sums(manifest.tables)


@commands.command()
def restore(
    saved: Annotated[Path, typer.Argument(help="a backup; its manifest stands beside it as ….json")],
    to: Annotated[str, typer.Option(help="a new SQLite file, or the URL of an empty PostgreSQL database")],
) -> None:
    """Put a backup into a fresh database and compare the hash of every table with the manifest."""
    url = to if "://" in to else f"sqlite:///{to}"
    tables = restore_backup(saved, url)
    told.print(f"Restored into {to if '://' not in to else 'the database'}. All hashes are equal.")
    _print_sums(tables)


@commands.command()
def export_problem(
    kind: Annotated[str, typer.Argument(help="pairing, agenda or meetings")],
    event: EventSlug,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="a file in place of standard output")] = None,
) -> None:
    """Write an event's planning problem as JSON for `python -m scheduler`."""
    if kind not in {"pairing", "agenda", "meetings"}:
        _give_up(f"There is no kind of problem '{kind}'. Choose pairing, agenda or meetings.")
    with _opened(Settings(), needs_tables=True) as database, database.reading() as session:
        problem = _from(f"app.{kind}.planner", "problem_of")(session, _event(session, event).id)
    text = problem.model_dump_json(indent=1)
    if output is None:
        typer.echo(text)
        return
    output.write_text(text + "\n", encoding="utf-8")
    told.print(f"Written: {output}")


@commands.command(name="print")
def print_(
    event: EventSlug,
    folder: Annotated[Path | None, typer.Option(help="where the PDFs go; var/prints when not given")] = None,
) -> None:
    """Write the schedules of all delegations and persons as PDF."""
    settings = Settings()
    target = folder or settings.var / "prints" / event
    target.mkdir(parents=True, exist_ok=True)
    with _opened(settings, needs_tables=True) as database, database.writing() as session:
        _from("app.printing.service", "print_all")(
            session, _event(session, event), target, base_url=settings.base_url, actor=COMMAND_LINE, now=_now()
        )
    told.print(f"Written: {len(list(target.rglob('*.pdf')))} files under {target}")


def main() -> None:
    """Run a command; what a person can do something about is said in a sentence, not in a traceback."""
    try:
        commands(prog_name="bridge")
    except (BusinessError, BackupFault, AlreadyServed, UnfitToServe) as refused:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(refused))
        raise SystemExit(1) from None


def _settings_for(port: int) -> Settings:
    """The settings, with links that lead to the port in use where no other address is configured."""
    settings = Settings()
    if port == 8000 or "base_url" in settings.model_fields_set:
        return settings
    os.environ["BRIDGE_BASE_URL"] = f"http://127.0.0.1:{port}"
    return Settings()


@contextmanager
def _opened(settings: Settings, *, needs_tables: bool = False) -> Iterator[Database]:
    audit.use_key(settings.key())
    database = Database(settings.database_url)
    try:
        if needs_tables and not inspect(database.engine).has_table(Event.__tablename__):
            _give_up("The database has no tables yet: `bridge migrate` makes them.")
        yield database
    finally:
        database.close()


def _throw_away(settings: Settings) -> None:
    """Delete the demonstration's file and prints. Raises ``typer.Exit`` rather than touch a real event."""
    if not settings.demonstration or not settings.is_sqlite:
        _give_up("Only a demonstration on SQLite is thrown away: set BRIDGE_DEMONSTRATION=1.")
    with _opened(settings) as database:
        database.serve_alone()
        if _holds_real_event(database):
            _give_up("The database holds an event that is no demonstration. Nothing was deleted.")
        path = Path(database.engine.url.database or "")
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    for file in (settings.var / "prints").rglob("*.pdf"):
        file.unlink()


def _holds_real_event(database: Database) -> bool:
    if not inspect(database.engine).has_table(Event.__tablename__):
        return False
    with database.reading() as session:
        return session.scalar(select(Event.id).where(Event.is_demonstration.is_(False)).limit(1)) is not None


def _event(session: Any, slug: str) -> Event:
    found: Event | None = session.scalar(select(Event).where(Event.slug == slug))
    if found is None:
        known = ", ".join(session.scalars(select(Event.slug).order_by(Event.slug))) or "none yet"
        _give_up(f"There is no event '{slug}'. There are: {known}.")
        raise AssertionError
    return found


def _print_sums(tables: Mapping[str, TableSum]) -> None:
    width = max(map(len, tables), default=0)
    for name, one in sorted(tables.items()):
        told.print(f"  {name:{width}} {one.rows:>8} rows  {one.sha256}")


def _from(module: str, name: str) -> Any:
    """A function that only one command needs, imported when that command runs: `bridge --help` stays quick."""
    return getattr(import_module(module), name)


def _now() -> datetime:
    return clock_for(Settings()).now()


def _give_up(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    main()
