"""Work that goes by itself: again and again, as long as the process lives."""

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from structlog.stdlib import BoundLogger

from app.platform.database.engine import Database


async def keep_going(
    work: Callable[[], None],
    *,
    every_seconds: float,
    log: BoundLogger,
    broke_off: str,
    alone_on: Database | None = None,
) -> None:
    """Do it in a thread, wait, and do it again until cancelled.

    A round that fails is logged in the words of ``broke_off``; the next one tries again. With ``alone_on`` one process
    at a time does a round, of all that serve this database; the others leave theirs out.
    """

    def once() -> None:
        if alone_on is None:
            work()
            return
        with alone_on.alone(broke_off) as is_mine:
            if is_mine:
                work()

    while True:
        try:
            await run_in_threadpool(once)
        except Exception:
            log.exception(broke_off)
        await asyncio.sleep(every_seconds)
