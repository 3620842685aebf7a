"""The web application, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from anyio import to_thread
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

import app.accounts.routes as accounts
import app.agenda.routes as agenda
import app.delegations.routes as delegations
import app.meetings.routes as meetings
import app.models  # noqa: F401  (every model must be known before the first query)
import app.office.routes as office
import app.pairing.routes as pairing
import app.printing.routes as printing
import app.registration.routes as registration
import app.solver_runs.routes as solver_runs
from app.accounts.cookies import cookie_name
from app.accounts.idle import IdleLives, LastUses
from app.accounts.readers import Readers
from app.accounts.tasks import keep_uses, write_uses
from app.claims.enums import BOOKED
from app.meetings.house import OUTDATING
from app.meetings.tasks import keep_answers
from app.meetings.touched import people_of
from app.office.tasks import keep_purging
from app.platform import audit, self_check
from app.platform.clock import Clock, clock_for
from app.platform.database.engine import Database
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes
from app.platform.log_follower import LogFollower
from app.platform.logs import log_as_json
from app.platform.mailing import keep_sending
from app.platform.page_cache import MOST_OWN_PAGES, PageCache
from app.platform.rendering import STATIC, compile_all
from app.platform.settings import Settings
from app.platform.web import failures, health
from app.platform.web.guards import Guard, language_cookie
from app.platform.web.heads import Heads
from app.platform.web.shared import SharedPages
from app.platform.web.signpost import Signpost
from app.registration.tasks import keep_sweeping
from app.solver_runs.tasks import open_engine

ROUTERS = (
    health.router,
    accounts.router,
    solver_runs.router,
    delegations.router,
    registration.router,
    pairing.router,
    agenda.router,
    meetings.router,
    printing.router,
    office.router,
)


READERS, WRITERS, THREADS = 2, 2, 20
"""Requests at once that use the database, and threads. Python runs one at a time: more only slow each other down.

With six readers at once a booking on SQLite got a seventh of the processor, and waited two seconds. The threads that
are left over are for files, for whether the server is well, and for what goes by itself.
"""


QUIET = BOOKED | {"solver_run"}
"""Entities whose changes no page for visitors shows: a rush of bookings leaves those pages kept. A test says so."""


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """One application on one database."""
    settings = settings or Settings()
    log_as_json(settings.log_level)
    audit.use_key(settings.key())
    database = Database(settings.database_url)

    @asynccontextmanager
    async def lifespan(_application: FastAPI) -> AsyncIterator[None]:
        database.serve_alone()
        self_check.run(database, settings, now=application.state.clock.now())
        compile_all()
        configure_mappers()
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        engine = open_engine(database, settings, clock=application.state.clock)
        # In a demonstration mails are held and shown; none leaves the machine.
        sends = bool(settings.smtp_host) and not settings.demonstration
        going = [asyncio.create_task(keep(database, application.state.clock)) for keep in (keep_sweeping, keep_purging)]
        going.append(asyncio.create_task(keep_uses(database, application.state.uses)))
        going.append(asyncio.create_task(keep_answers(database, application.state.clock, settings.base_url)))
        if sends:
            going.append(asyncio.create_task(keep_sending(database, application.state.clock, settings)))
        try:
            yield
        finally:
            for task in going:
                task.cancel()
            await asyncio.gather(*going, return_exceptions=True)
            engine.close()
            with suppress(SQLAlchemyError):  # the uses of a minute at most
                write_uses(database, application.state.uses)
            database.close()

    application = FastAPI(
        title="BRIDGE",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        max_body_size=settings.largest_body_bytes,
    )
    application.state.settings = settings
    application.state.database = database
    application.state.clock = clock or clock_for(settings, database=database)
    application.state.uses = LastUses(
        IdleLives(staff=timedelta(hours=settings.staff_idle_hours), guests=timedelta(hours=settings.guest_idle_hours))
    )
    application.state.pages = PageCache()
    application.state.own_pages = PageCache(most=MOST_OWN_PAGES)
    application.state.turns = Turns(readers=READERS, writers=1 if database.is_sqlite else WRITERS)
    application.state.writes = Writes(database, application.state.turns, outdated_by=OUTDATING)
    application.mount("/static", GZipMiddleware(StaticFiles(directory=STATIC), minimum_size=1000), name="static")
    for router in ROUTERS:
        application.include_router(router)
    application.router.middleware_stack = Signpost(application.router)
    failures.install(application)
    readers = Readers(application.state.uses, application.state.clock)
    application.add_middleware(
        SharedPages,
        pages=application.state.pages,
        own_pages=application.state.own_pages,
        session_cookie=cookie_name(settings),
        language_cookie=language_cookie(settings),
        admits=readers.admits,
        follower=LogFollower(database, quiet=QUIET, people=people_of, readers=readers.of_tokens),
        clock=application.state.clock,
        writes=application.state.writes,
    )
    application.add_middleware(Heads)
    application.add_middleware(Guard, settings=settings)
    return application
