"""What the office does by itself: personal data goes on its day, and what-ifs that nobody applied."""

from datetime import datetime

import structlog

from app.office.service.purging import Purged, is_due, purge
from app.pairing.service import drop_what_ifs, ended_what_ifs
from app.platform.clock import Clock
from app.platform.database.engine import Database
from app.platform.rounds import keep_going

ROUND_SECONDS = 3600.0

log = structlog.get_logger("bridge.privacy")


def purge_now(database: Database, *, now: datetime) -> tuple[Purged, ...]:
    """Erase what is due: what went of each kind of data, by edition."""
    with database.reading() as session:
        if not is_due(session, now=now):
            return ()  # nobody waits for a writer that has nothing to write
    with database.writing() as session:
        gone = purge(session, now=now)
    if gone:
        database.leave_no_trace()
    return gone


def tidy_now(database: Database, clock: Clock) -> int:
    """Drop what-ifs of the pairing that nobody applied: how many went."""
    with database.reading() as session:
        if not ended_what_ifs(session, now=clock.now()):
            return 0
    with database.writing() as session:
        return drop_what_ifs(session, now=clock.now())


async def keep_purging(database: Database, clock: Clock) -> None:
    """Purge every hour until cancelled."""

    def work() -> None:
        if gone := purge_now(database, now=clock.now()):
            kinds = sorted({one.code for one in gone})
            log.info("personal data purged", rows=sum(one.count for one in gone), kinds=kinds)
        if dropped := tidy_now(database, clock):
            log.info("what-ifs dropped", count=dropped)

    await keep_going(
        work, every_seconds=ROUND_SECONDS, log=log, broke_off="a round of purging broke off", alone_on=database
    )
