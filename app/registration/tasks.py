"""What goes by itself: drafts whose fourteen days are over, and uploaded lists that nobody imported in time."""

import structlog

from app.platform.clock import Clock
from app.platform.database.engine import Database
from app.platform.rounds import keep_going
from app.registration.importing import service as importing
from app.registration.importing.queries import expired_uploads
from app.registration.queries import ended_drafts
from app.registration.service import sweep_drafts

ROUND_SECONDS = 3600.0

log = structlog.get_logger("bridge.registration")


def sweep(database: Database, clock: Clock) -> int:
    """Delete the drafts and uploads that have ended; how many went."""
    now = clock.now()
    with database.reading() as session:
        uploads = expired_uploads(session, now=now)
        if not uploads and not ended_drafts(session, now=now):
            return 0  # nobody waits for a writer that has nothing to write
    with database.writing() as session:
        importing.purge(session, now=now)
        return uploads + sweep_drafts(session, now=now)


async def keep_sweeping(database: Database, clock: Clock) -> None:
    """Sweep every hour until cancelled."""

    def work() -> None:
        if swept := sweep(database, clock):
            log.info("drafts and uploads swept", count=swept)

    await keep_going(
        work, every_seconds=ROUND_SECONDS, log=log, broke_off="a round of sweeping broke off", alone_on=database
    )
