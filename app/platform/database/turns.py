"""Who may use the database now: requests wait for their turn without holding a thread or a connection meanwhile.

A handler goes through several threads one after the other, and keeps its connection from the first to the last. Were
threads let in without a turn, all of them could wait for connections whose holders wait for a thread.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """Turns of one process, first come first served.

    Args:
        most: requests at once; the process has more threads, and a connection or two for each.
        has_one_writer: whether those that write come one after the other, beside the others (SQLite).
    """

    def __init__(self, *, most: int, has_one_writer: bool) -> None:
        self._any = asyncio.Semaphore(most)
        self._writer = asyncio.Lock() if has_one_writer else None

    @asynccontextmanager
    async def taken(self, *, writes: bool) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends."""
        # The one writer does not stand in line with readers: who waits for it would wait for all of them.
        async with self._writer if writes and self._writer is not None else self._any:
            yield
