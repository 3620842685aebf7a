"""Work that goes by itself: again and again, as long as the process lives."""

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from structlog.stdlib import BoundLogger


async def keep_going(work: Callable[[], None], *, every_seconds: float, log: BoundLogger, broke_off: str) -> None:
    """Do it in a thread, wait, and do it again until cancelled.

    A round that fails is logged in the words of ``broke_off``; the next one tries again.
    """
    while True:
        try:
            await run_in_threadpool(work)
        except Exception:
            log.exception(broke_off)
        await asyncio.sleep(every_seconds)
