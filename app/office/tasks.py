"""What the office does by itself: personal data goes on its day, and what-ifs that nobody applied."""

import asyncio

import structlog

from app.office.service.purging import is_due, purge
from app.pairing.service import drop_what_ifs, ended_what_ifs
from app.platform.clock import Clock
from app.platform.database.engine import Database

ROUND_SECONDS = 3600.0

log = structlog.get_logger("bridge.privacy")


def purge_now(database: Database, clock: Clock) -> dict[str, int]:
    """Erase what is due: how many lost each kind of data."""
    with database.reading() as session:
        if not is_due(session, now=clock.now()):
            return {}  # nobody waits for a writer that has nothing to write
    with database.writing() as session:
        gone = purge(session, now=clock.now())
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
            gone = await asyncio.to_thread(purge_now, database, clock)
            if gone:
                log.info("personal data purged", **gone)
            dropped = await asyncio.to_thread(tidy_now, database, clock)
            if dropped:
                log.info("what-ifs dropped", count=dropped)
        except Exception:
            log.exception("a round of purging broke off")
        await asyncio.sleep(ROUND_SECONDS)
