"""Commands that serve, solve and make the demonstration."""

import gc
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from sqlalchemy import inspect, select

from app.accounts.service.demonstration import DemonstrationLink, demonstration_links
from app.accounts.service.links import purge_ended
from app.cli.telling import SERVED, check_folder, commands, give_up, imported, opened, settings_in_use, time_of, told
from app.events.models import Event
from app.platform import idempotency, self_check
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate as bring_up_to_date
from app.platform.settings import Settings, WrongSetting

LIVE_OBJECTS = 50_000
SWITCH_SECONDS = 0.0005
"""How long a thread computes while others wait. Each question to the database ends one's turn: at Python's own five
milliseconds a booking with its fifty questions waits a second beside three pages that are being rendered.
"""


def spare_the_collector() -> None:
    """Let the collector pass over what lives as long as the process, and look less often: pages are short-lived.

    For a process that is nothing but the server: what is frozen is never given back.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(LIVE_OBJECTS, 20, 50)


class TellingServer(uvicorn.Server):
    """A server that says where it is once it answers: an address that is printed earlier leads nowhere for seconds."""

    def __init__(self, config: uvicorn.Config, tell: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            spare_the_collector()
            sys.setswitchinterval(SWITCH_SECONDS)
            self._tell()


def _tell_where(settings: Settings, links: Sequence[DemonstrationLink]) -> None:
    told.print(f"BRIDGE serves on {settings.base_url}")
    for link in links:
        told.print(f"  {link.role.value.replace('_', ' '):14} {link.address}")
    if links:
        told.print("Each link works once and lasts 12 hours; the next start prints new ones. Ctrl+C stops.")


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="the port to listen on", min=1, max=65535)] = 8000,
) -> None:
    """Serve the pages; with BRIDGE_DEMONSTRATION=1 the demonstration, loaded at the first start."""
    settings = _settings_for(port)
    with opened(settings) as database:
        # Held until the server's own process lock takes over, so that two starts do not prepare at once.
        database.serve_alone()
        listener = _port_taken(host, port)
        if settings.demonstration:
            imported("app.demo.prepare", "prepare_demo")(database, settings, now=time_of(settings, database))
        elif database.is_sqlite:
            bring_up_to_date(settings.database_url)
        now = time_of(settings, database)
        with database.writing() as session:
            purge_ended(session, now=now)
            idempotency.purge(session, now=now)
            links = demonstration_links(session, base_url=settings.base_url, now=now) if settings.demonstration else []
        self_check.run(database, settings, now=now)
    (settings.var / SERVED).write_text(settings.base_url + "\n", encoding="utf-8")
    server = TellingServer(
        uvicorn.Config(
            lambda: imported("app.main", "create_app")(settings),
            factory=True,
            host=host,
            port=port,
            # A forwarded address is believed by nobody but app.platform.web.browser, and only from a named proxy.
            proxy_headers=False,
            server_header=False,
            log_config=None,
            timeout_graceful_shutdown=5,
        ),
        lambda: _tell_where(settings, links),
    )
    with closing(listener), suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    if not server.started:
        sys.exit(3)


@commands.command()
def worker() -> None:
    """Take solver runs from PostgreSQL, beside any number of other workers. With SQLite the server does them itself."""
    settings = settings_in_use()
    with opened(settings) as database:
        database.engine.connect().close()  # said now in a sentence, not after many tries
    try:
        imported("app.worker", "work")(settings)
    except ValueError as refused:
        give_up(str(refused))


@commands.command()
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="throw the demonstration's data away first")] = False,  # noqa: FBT002
) -> None:
    """Load the demonstration event, solve its three problems and print its schedules. Does nothing twice."""
    settings = settings_in_use()
    if reset:
        _throw_away(settings)
    with opened(settings) as database:
        database.serve_alone()
        imported("app.demo.prepare", "prepare_demo")(database, settings, now=time_of(settings, database))
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
    settings = settings_in_use()
    with opened(settings) as database:
        bring_up_to_date(settings.database_url)
        with database.writing() as session:
            slug = imported("app.demo.load", "load_fixture")(
                session, name=name, seed=seed, now=time_of(settings, database)
            ).slug
        if plan > 0:
            imported("app.demo.planning", "plan_event")(
                database, settings, slug=slug, seconds=plan, now=time_of(settings, database)
            )
    told.print(f"{name} is loaded (seed {seed}): {slug}")


def _settings_for(port: int) -> Settings:
    """The settings, with links that lead to the port in use where no other address is configured."""
    settings = Settings()
    check_folder(settings)
    if port == 8000 or "base_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})


def _port_taken(host: str, port: int) -> socket.socket:
    """The port, taken for this server before anything is prepared.

    Raises:
        WrongSetting: another program has it, or it may not be used.
    """
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise WrongSetting(f"--host {host}: {error.strerror}.") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise WrongSetting(
            f"Port {port} on {host} cannot be used: {error.strerror}. Nothing was started or loaded. "
            "Choose another one: `PORT=8010 make run`, or `bridge serve --port 8010`."
        ) from None
    return listener


def _throw_away(settings: Settings) -> None:
    """Delete the demonstration's file and prints. Raises ``typer.Exit`` rather than touch a real event."""
    if not settings.demonstration or not settings.is_sqlite:
        give_up("Only a demonstration on SQLite is thrown away: set BRIDGE_DEMONSTRATION=1.")
    with opened(settings) as database:
        database.serve_alone()
        if _holds_real_event(database):
            give_up("The database holds an event that is no demonstration. Nothing was deleted.")
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
