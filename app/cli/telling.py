"""What all commands share: how they speak, open the database, learn the time and give up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from tempfile import NamedTemporaryFile
from typing import Annotated, Any

import typer
from rich.console import Console
from sqlalchemy import inspect, select

import app.models  # noqa: F401  (every model must be known before the first query)
from app.events.models import Event
from app.platform import audit
from app.platform.actor import Actor
from app.platform.clock import clock_for
from app.platform.database.engine import Database
from app.platform.settings import Settings, WrongSetting

commands = typer.Typer(
    help="BRIDGE: the event office.", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
)
told = Console(highlight=False, soft_wrap=True)

EventSlug = Annotated[str, typer.Option("--event", help="the event's short name, as in its address")]
COMMAND_LINE = Actor.system("command line")
SERVED = "served-at"
"""File under ``BRIDGE_VAR`` with the address that was served last: links that a command prints lead there."""


def settings_in_use() -> Settings:
    """The settings; where no address is set, links lead to where the server was started last.

    Raises:
        WrongSetting: nothing can be written under ``BRIDGE_VAR``.
    """
    settings = Settings()
    check_folder(settings)
    served = settings.var / SERVED
    if "base_url" in settings.model_fields_set or not served.is_file():
        return settings
    return settings.model_copy(update={"base_url": served.read_text(encoding="utf-8").strip()})


def check_folder(settings: Settings) -> None:
    """See that ``BRIDGE_VAR`` can be written to.

    Raises:
        WrongSetting: it cannot.
    """
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=settings.var, prefix=".written-"):
            pass
    except OSError as error:
        raise WrongSetting(f"BRIDGE_VAR is {settings.var}: nothing can be written there ({error.strerror}).") from None


@contextmanager
def opened(settings: Settings, *, needs_tables: bool = False) -> Iterator[Database]:
    """The database of the settings, closed at the end.

    Raises:
        WrongSetting: ``DATABASE_URL`` names no place for a database.
        typer.Exit: it has no tables, and they are needed.
    """
    try:
        audit.use_key(settings.key())
    except OSError as error:
        raise WrongSetting(f"BRIDGE_VAR is {settings.var}: the key cannot be kept there ({error.strerror}).") from None
    try:
        database = Database(settings.database_url)
    except OSError as error:
        raise WrongSetting(f"DATABASE_URL: {error.filename} cannot be used ({error.strerror}).") from None
    except ValueError as error:
        raise WrongSetting(f"DATABASE_URL: {error}") from None
    try:
        if needs_tables and not inspect(database.engine).has_table(Event.__tablename__):
            give_up("The database has no tables yet: `bridge migrate` makes them.")
        yield database
    finally:
        database.close()


def time_of(settings: Settings, database: Database) -> datetime:
    """What time it is for this database: a demonstration has a clock of its own, the same as its server's."""
    return clock_for(settings, database=database).now()


def event_named(session: Any, slug: str) -> Event:
    """The event of this short name. Raises ``typer.Exit`` with the known ones where there is none."""
    found: Event | None = session.scalar(select(Event).where(Event.slug == slug))
    if found is None:
        known = ", ".join(session.scalars(select(Event.slug).order_by(Event.slug))) or "none yet"
        give_up(f"There is no event '{slug}'. There are: {known}.")
        raise AssertionError
    return found


def imported(module: str, name: str) -> Any:
    """A function that only one command needs, imported when that command runs: `bridge --help` stays quick."""
    return getattr(import_module(module), name)


def give_up(sentence: str, *, status: int = 1) -> None:
    """Say why the command ends here. Raises ``typer.Exit``."""
    typer.echo(sentence, err=True)
    raise typer.Exit(status)
