"""What the office does by itself: personal data goes on its day, and what-ifs that nobody applied."""

import asyncio
from datetime import datetime

import structlog

from app.office.service.purging import Purged, is_due, purge
from app.pairing.service import drop_what_ifs, ended_what_ifs
from app.platform.clock import Clock
from app.platform.database.engine import Database

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
    """Purge every hour until cancelled. A round that fails is logged; the next one tries again."""
    while True:
        try:
            gone = await asyncio.to_thread(purge_now, database, now=clock.now())
            if gone:
                kinds = sorted({one.code for one in gone})
                log.info("personal data purged", rows=sum(one.count for one in gone), kinds=kinds)
            dropped = await asyncio.to_thread(tidy_now, database, clock)
            if dropped:
                log.info("what-ifs dropped", count=dropped)
        except Exception:
            log.exception("a round of purging broke off")
        await asyncio.sleep(ROUND_SECONDS)
