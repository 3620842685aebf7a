"""Short changes, each in one go; on SQLite those that wait at one moment share one commit.

A request that goes through several threads waits for the next one while its transaction is open. A change is one piece
of work, from its first question to its last, in one thread. SQLite has one writer: it does the pieces that wait one
after the other in one transaction, each in a savepoint of its own, so that the disk is waited for once for all of them.
Nobody is answered before that. On PostgreSQL each piece has its own transaction, beside others.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from anyio import to_thread
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.platform.database.engine import Database
from app.platform.database.sessions import Undone, in_words
from app.platform.database.turns import Turns

Result = TypeVar("Result")
Work = Callable[[Session], Result]

AT_COMMIT = "handed on at the commit"
"""Key of ``session.info``: what the commit of a session hands on, such as solver runs."""

MOST = 20
"""Pieces in one commit."""
BATCH_SECONDS = 0.05
"""After that long no further piece joins: whoever came first waits no longer for those who came later."""
TURN_SECONDS = 0.2
"""After that long others that write have their turn."""


@dataclass(eq=False)
class _Piece:
    """A piece of work, with the language and the like of its request, and who waits for it."""

    work: Work[Any]
    is_told: asyncio.Future[None]
    context: Context = field(default_factory=copy_context)
    result: Any = None
    fault: BaseException | None = None

    def do(self, database: Database, connection: Connection) -> None:
        """Do it within a savepoint; what it raises is kept, and undoes what it wrote."""
        try:
            with database.sharing(connection) as session:
                self.result = self.context.run(self.work, session)
        except BaseException as fault:
            self.fault = fault
            return
        assert AT_COMMIT not in session.info, "this is handed on by a commit of its own session"


class Writes:
    """The short changes of one process."""

    def __init__(self, database: Database, turns: Turns) -> None:
        self._database, self._turns = database, turns
        self._waiting: deque[_Piece] = deque()
        self._going: asyncio.Task[None] | None = None
        self._is_free = asyncio.Event()
        self._is_free.set()
        self._making_way = 0

    async def make_way(self) -> None:
        """Wait until no batch is being done, for answers that cost little.

        Python runs one thread at a time, and hands it on at each question to the database: a flood of small answers
        takes every turn between two questions, and a booking waits for one of them each time. They go out all at once
        while a batch waits for the disk, and before the next one begins.
        """
        if self._is_free.is_set():
            return
        self._making_way += 1
        try:
            await self._is_free.wait()
        finally:
            self._making_way -= 1

    async def do(self, work: Work[Result]) -> Result:
        """What the work gives, once it is committed. Not for what is handed on by a commit, such as solver runs.

        Raises:
            BaseException: whatever the work raised, or what the commit did; nothing of it is stored then.
        """
        with in_words():
            if self._database.is_sqlite:
                return await self._together(work)
            async with self._turns.taken(writes=True):
                return await to_thread.run_sync(self._alone, work)

    def _alone(self, work: Work[Result]) -> Result:
        with self._database.writing() as session:
            return work(session)

    async def _together(self, work: Work[Result]) -> Result:
        piece = _Piece(work, asyncio.get_running_loop().create_future())
        self._waiting.append(piece)
        if self._going is None:
            self._going = asyncio.create_task(self._go())
        await piece.is_told
        if piece.fault is not None:
            raise piece.fault
        return piece.result  # type: ignore[no-any-return]

    async def _go(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                async with self._turns.taken(writes=True):
                    ends_at = time.monotonic() + TURN_SECONDS
                    is_over = False
                    while self._waiting and not is_over:
                        await to_thread.run_sync(self._do_what_waits, loop, ends_at)
                        self._is_free.set()
                        is_over = time.monotonic() > ends_at
        finally:
            self._is_free.set()
            self._going = None

    def _do_what_waits(self, loop: asyncio.AbstractEventLoop, ends_at: float) -> None:
        """One batch after the other, unless somebody makes way: they are answered before the next one begins."""
        while self._waiting:
            self._is_free.clear()
            pieces = [self._waiting.popleft()]
            try:
                with self._database.engine.connect() as connection, connection.begin():
                    self._do_batch(connection, pieces)
                    if self._making_way:
                        loop.call_soon_threadsafe(self._is_free.set)
            except BaseException as fault:
                # Also whoever was refused: it may have been for the sake of what is not stored now.
                for piece in pieces:
                    piece.fault = fault
            loop.call_soon_threadsafe(_tell, pieces)
            if self._making_way or time.monotonic() > ends_at:
                return

    def _do_batch(self, connection: Connection, pieces: list[_Piece]) -> None:
        """Do the first piece, and add those that wait as long as they may join."""
        ends_at = time.monotonic() + BATCH_SECONDS
        raw: Any = connection.connection.dbapi_connection
        while True:
            pieces[-1].do(self._database, connection)
            if not raw.in_transaction:
                # On a full disk SQLite undoes the whole transaction: the next piece would be stored line by line.
                raise Undone from pieces[-1].fault
            if not self._waiting or len(pieces) >= MOST or time.monotonic() > ends_at:
                return
            pieces.append(self._waiting.popleft())


def _tell(pieces: list[_Piece]) -> None:
    for piece in pieces:
        if not piece.is_told.done():  # who waited may have gone away
            piece.is_told.set_result(None)
