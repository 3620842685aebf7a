"""Who may use the database now: requests wait for their turn without holding a thread or a connection meanwhile.

A handler goes through several threads one after the other, and keeps its connection from the first to the last. Were
threads let in without a turn, all of them could wait for connections whose holders wait for a thread.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush

from app.platform.database.arrivals import Arrivals, Scope


class Turns:
    """Turns of one process, first come first served.

    Who writes does not stand in line with readers, and takes the place of one of them: Python runs one thread at a
    time, so that each reader beside a writer makes whoever waits to write wait longer. One reader goes on in any case.

    Args:
        readers: requests at once that read; the process has more threads, and a connection or two for each.
        writers: requests at once that write; one where the database has no more (SQLite).
    """

    def __init__(self, *, readers: int, writers: int) -> None:
        self._readers, self._writers = readers, writers
        self._turn_to_write = asyncio.Semaphore(writers)
        self._writing, self._running = 0, 0
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.arrivals = Arrivals()

    @property
    def has_waiting_readers(self) -> bool:
        return bool(self._waiting)

    def has_waiting_before(self, number: int) -> bool:
        """Whether a reader waits who came before that number."""
        return bool(self._waiting) and self._waiting[0][0] < number

    @asynccontextmanager
    async def taken(self, *, writes: bool, scope: Scope | None = None) -> AsyncIterator[None]:
        """Wait for a turn, and have it until the block ends.

        Args:
            scope: of the request that waits: a reader keeps the place that it has in other lines.
        """
        async with self._as_writer() if writes else self._in_line(scope):
            yield

    @asynccontextmanager
    async def _as_writer(self) -> AsyncIterator[None]:
        # Counted while it waits: readers make room before its turn comes.
        self._writing += 1
        try:
            async with self._turn_to_write:
                yield
        finally:
            self._writing -= 1
            self._call_next()

    @asynccontextmanager
    async def _in_line(self, scope: Scope | None) -> AsyncIterator[None]:
        if self._waiting or not self._is_room():
            turn = asyncio.get_running_loop().create_future()
            number = self.arrivals.come(scope)
            heappush(self._waiting, (number, turn))
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    self._leave()  # it was called as it went away
                raise
            finally:
                self.arrivals.go(number)
        else:
            self._running += 1
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        self._running -= 1
        self._call_next()

    def _is_room(self) -> bool:
        return self._running < max(1, self._readers - min(self._writers, self._writing))

    def _call_next(self) -> None:
        """Give whoever waits longest a turn that is free; it counts from now on, not from when they notice."""
        while self._waiting and self._is_room():
            turn = heappop(self._waiting)[1]
            if not turn.cancelled():  # who waited may have gone away
                turn.set_result(None)
                self._running += 1
