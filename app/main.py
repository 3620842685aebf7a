"""The web application, put together."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec

import structlog
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

import app.models  # noqa: F401  (every model must be known before the first query)
from app.platform import audit
from app.platform.clock import Clock, SystemClock
from app.platform.database.engine import Database
from app.platform.rendering import STATIC
from app.platform.settings import Settings
from app.platform.web import failures, health
from app.platform.web.guards import Guard
from app.solver_runs.tasks import open_engine

DOMAINS = (
    "accounts",
    "solver_runs",
    "events",
    "delegations",
    "registration",
    "pairing",
    "agenda",
    "visits",
    "meetings",
    "printing",
    "office",
)


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """One application on one database."""
    settings = settings or Settings()
    _log_as_json(settings.log_level)
    audit.use_key(settings.key())
    database = Database(settings.database_url)

    @asynccontextmanager
    async def lifespan(_application: FastAPI) -> AsyncIterator[None]:
        database.serve_alone()
        engine = open_engine(database, settings)
        try:
            yield
        finally:
            engine.close()
            database.close()

    application = FastAPI(
        title="BRIDGE", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, redirect_slashes=False
    )
    application.state.settings = settings
    application.state.database = database
    application.state.clock = clock or SystemClock()
    application.mount("/static", StaticFiles(directory=STATIC), name="static")
    application.include_router(health.router)
    for domain in DOMAINS:
        if find_spec(f"app.{domain}") and find_spec(f"app.{domain}.routes"):
            application.include_router(import_module(f"app.{domain}.routes").router)
    failures.install(application)
    application.add_middleware(Guard, settings=settings)
    return application


def _log_as_json(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=False,
    )
