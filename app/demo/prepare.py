"""The demonstration made ready: loaded, paired, placed, released, its meetings held, its schedules printed."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.load import load_demo
from app.demo.planning import event_of, once, plan_event
from app.demo.story import read_story
from app.demo.writing.desk import ACTOR
from app.events.models import Event
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.errors import Refused
from app.platform.settings import Settings
from app.printing.enums import JobWhat
from app.printing.jobs.folder import print_folder
from app.printing.models import PrintedSheet

log = structlog.get_logger("bridge.demo")

CONFIRMED = 5
"""How many partnerships have the consent of all members; the others were asked and wait for an answer."""


def prepare_demo(database: Database, settings: Settings, *, now: datetime) -> None:
    """Bring the tables up to date and do every step that is not done yet; what stands already is left as it is.

    Where a machine is too busy for a solve the pages are there without its plan, and the next start goes on from it.
    """
    migrate(settings.database_url)
    slug = read_story().event.slug
    with database.writing() as session:
        if not _is_loaded(session, slug):
            load_demo(session, now=now)
    try:
        plan_event(database, settings, slug=slug, confirmed=CONFIRMED, now=now)
    except Refused as refused:
        log.warning("demonstration.unfinished", reason=str(refused), next="the next start goes on from here")
        return
    once(database, slug, PrintedSheet, lambda: _print(database, settings, slug, now=now))


def _print(database: Database, settings: Settings, slug: str, *, now: datetime) -> None:
    with database.reading() as session:
        event_id = event_of(session, slug).id
    folder = settings.var / "prints" / slug
    print_folder(database, event_id, folder, what=JobWhat.PACKS, base_url=settings.base_url, actor=ACTOR, now=now)


def _is_loaded(session: Session, slug: str) -> bool:
    return session.scalar(select(Event.id).where(Event.slug == slug)) is not None
