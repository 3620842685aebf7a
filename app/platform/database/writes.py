"""Short changes, each in one go; those that wait at one moment share one commit.

A request that goes through several threads waits for the next one while its transaction is open. A change is one piece
of work, from its first question to its last, in one thread. A process does the pieces that wait one after the other in
one transaction, those behind the first in a savepoint each: the disk is waited for once for all of them, and the end of
the log, which others wait for, is taken once all of them are done. Nobody is answered before the commit.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Collection
from typing import TypeVar

import structlog
from anyio import to_thread
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.platform.audit import write_lines
from app.platform.audit_chain import Chain, end_of_log
from app.platform.database.ahead import Asks
from app.platform.database.arrivals import Scope
from app.platform.database.engine import LOCK_WAIT, RETRIES, Database
from app.platform.database.faults import RETRYABLE, state_of
from app.platform.database.pieces import Batch, Piece, Work
from app.platform.database.sessions import in_words
from app.platform.database.sharing import AS_A_WHOLE, MAY_BE_UNDONE, check_goes_on, wait_for_others, within
from app.platform.database.turns import Turns
from app.platform.errors import Busy
from app.platform.kept import newest_line, was_told_since

log = structlog.get_logger("bridge.database")

Result = TypeVar("Result")


MOST = 20
"""Pieces in one commit."""
GATHER_SECONDS, LONGEST_GATHER, LOOK_SECONDS = 0.16, 0.4, 0.02
"""While others wait to read, the first change of a batch waits that long for more: they make pages stale once then. It
waits on, up to the second of these, for readers who came before it, as if it stood in line with them: the more people
read, the more changes share a commit, and the fewer pages are made anew. How often it looks whether they are gone.
"""
BATCH_SECONDS = 0.15
"""After that long no further piece joins: whoever came first waits no longer for those who came later."""
TURN_SECONDS = 0.2
"""After that long others that write have their turn."""
WAY_SECONDS = 0.2
"""Small answers make way no longer than that."""
AT_A_TIME, SECONDS_FOR_THEM = 30, 0.005
"""Small answers that go out while a commit waits for the disk, though they came behind others, and what they take."""
PAUSE = (0.02, 0.08)
"""Seconds, from and to, that pass before what was undone for the sake of another process begins once more."""
AMONG_OTHERS = 20
"""Milliseconds that a piece waits for another process while the commit of others waits for it; then it comes first in
the next one. Two processes that wait for each other's pieces so wait no longer than that.
"""
OVERTAKEN_SECONDS = 2
"""After which whoever was overtaken by other processes each time may come again."""


class Writes:
    """The short changes of one process.

    Args:
        outdated_by: actions after which what pieces know by ``kept`` is not to be booked on any more; no state of their
            own would refuse it.
    """

    def __init__(self, database: Database, turns: Turns, *, outdated_by: Collection[str] = ()) -> None:
        self._database, self._turns, self._outdated_by = database, turns, outdated_by
        self._waiting: deque[Piece] = deque()
        self._going: asyncio.Task[None] | None = None
        self._is_free = asyncio.Event()
        self._is_free.set()
        self._making_way = 0
        self._is_at_the_disk = False

    async def make_way(self, scope: Scope | None = None) -> None:
        """Wait until no batch is being done, for answers that cost little.

        Python runs one thread at a time, and hands it on at each question to the database: a flood of small answers
        takes every turn between two questions, and a booking waits for one of them each time. They go out all at once
        while a batch waits for the disk, and before the next one begins; and at the latest after a while, where a batch
        waits for another process. Before all that they wait for those who came before them.
        """
        await self._turns.arrivals.behind(scope)
        if self._is_free.is_set():
            return
        self._making_way += 1
        try:
            async with asyncio.timeout(WAY_SECONDS):
                await self._is_free.wait()
        except TimeoutError:
            pass
        finally:
            self._making_way -= 1

    async def do(self, work: Work[Result], *, asks: Asks | None = None) -> Result:
        """What the work gives, once it is committed. Not for what is handed on by a commit, such as solver runs.

        Args:
            asks: what the work will ask for, so that it is read with what others of the same commit ask for.

        Raises:
            BaseException: whatever the work raised, or what the commit did; nothing of it is stored then.
        """
        piece = Piece(work, asyncio.get_running_loop().create_future(), self._turns.arrivals.come(), asks)
        self._waiting.append(piece)
        if self._going is None:
            self._going = asyncio.create_task(self._go())
        try:
            await piece.is_told
        finally:
            self._turns.arrivals.go(piece.number)
        with in_words():
            if piece.fault is not None:
                raise piece.fault
        return piece.result  # type: ignore[no-any-return]

    async def _go(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                while self._gathers(self._waiting[0]):
                    await asyncio.sleep(LOOK_SECONDS)
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

    def _gathers(self, first: Piece) -> bool:
        """Whether the first of a batch waits for more: whoever waited for the batch before has done so already."""
        waited = time.monotonic() - first.came
        if waited < GATHER_SECONDS:
            return self._turns.has_waiting_readers
        return waited < LONGEST_GATHER and self._turns.has_waiting_before(first.number)

    def _do_what_waits(self, loop: asyncio.AbstractEventLoop, ends_at: float) -> None:
        """One batch after the other, unless somebody makes way: they are answered before the next one begins."""
        while self._waiting:
            self._is_free.clear()
            pieces = [self._waiting.popleft()]
            try:
                with self._database.engine.connect() as connection, connection.begin():
                    self._do_batch(connection, pieces)
                    loop.call_soon_threadsafe(self._are_done, [piece.number for piece in pieces])
            except BaseException as fault:
                if not pieces:
                    # It is tried again. Whoever it met has what they wait for by then, and they do not meet once more.
                    time.sleep(random.uniform(*PAUSE))  # noqa: S311
                # Also whoever was refused: it may have been for the sake of what is not stored now.
                for piece in pieces:
                    piece.fault = fault
            loop.call_soon_threadsafe(self._tell, pieces)
            if self._must_pause() or time.monotonic() > ends_at:
                return

    def _must_pause(self) -> bool:
        """Whether small answers make way, or came before whoever waits first; whoever is alone need not ask."""
        if self._making_way:
            return True
        return bool(self._waiting) and self._turns.arrivals.is_small_before(self._waiting[0].number)

    def _are_done(self, numbers: list[int]) -> None:
        """They wait for the disk alone: small answers that came behind them go out, and others that fit in."""
        self._is_free.set()
        for number in numbers:
            self._turns.arrivals.go(number)
        self._is_at_the_disk = True
        self._let_pass()

    def _let_pass(self) -> None:
        """Some more, as long as nobody else would use the time."""
        if self._is_at_the_disk and not self._turns.has_waiting_readers:
            self._turns.arrivals.let_pass(AT_A_TIME)
            asyncio.get_running_loop().call_later(SECONDS_FOR_THEM, self._let_pass)

    def _tell(self, pieces: list[Piece]) -> None:
        self._is_at_the_disk = False
        for piece in pieces:
            if not piece.is_told.done():  # who waited may have gone away
                piece.is_told.set_result(None)

    def _do_batch(self, connection: Connection, pieces: list[Piece]) -> None:
        """Do the first piece, and add those that wait as long as they may join; then write their lines into the log."""
        ends_at = time.monotonic() + BATCH_SECONDS
        batch = Batch()
        began = newest_line(connection) if self._has_others(connection) else 0
        self._read_ahead(connection, pieces, batch)
        is_shared = batch.holds_for_others
        if is_shared:
            wait_for_others(connection, AMONG_OTHERS)
        self._do_first(connection, pieces, batch)
        while self._waiting and len(pieces) < MOST and time.monotonic() < ends_at:
            if not is_shared:
                is_shared = True
                wait_for_others(connection, AMONG_OTHERS)
            pieces.append(self._waiting.popleft())
            self._read_ahead(connection, pieces, batch)
            pieces[-1].do(within(connection, MAY_BE_UNDONE), batch)
            check_goes_on(connection, pieces[-1])
            if pieces[-1].may_try_again(waits_long=False):
                self._waiting.appendleft(pieces.pop())
                break
        if batch.lines:
            if is_shared:
                wait_for_others(connection, LOCK_WAIT)
            chain = self._end_of_log(connection, pieces)
            self._check_is_newest(connection, pieces, began)
            write_lines(connection, chain, batch.lines)

    def _end_of_log(self, connection: Connection, pieces: list[Piece]) -> Chain:
        """Where the lines of these pieces go on; another process may have it, and wait for what they hold.

        Raises:
            DBAPIError: it could not be had; if they stood in each other's way, the pieces come again.
        """
        try:
            return end_of_log(connection)
        except DBAPIError as fault:
            if state_of(fault) in RETRYABLE:
                self._come_again(pieces)
            raise

    def _come_again(self, pieces: list[Piece]) -> None:
        """Put them in front of those that wait; left are those that came often enough, and are told what was raised."""
        self._waiting.extendleft(piece for piece in reversed(pieces) if piece.tries < RETRIES)
        pieces[:] = [piece for piece in pieces if piece.tries >= RETRIES]

    def _has_others(self, connection: Connection) -> bool:
        """SQLite has one writer; on PostgreSQL others commit while a batch goes on."""
        return bool(self._outdated_by) and connection.dialect.name == "postgresql"

    def _check_is_newest(self, connection: Connection, pieces: list[Piece], began: int) -> None:
        """See whether what the pieces read, any of it perhaps before the others committed, still holds.

        Args:
            began: the last line of the log before anything was read.

        Raises:
            Busy: all pieces come again, and look anew; those left have come often enough, and are told so.
        """
        if self._has_others(connection) and was_told_since(connection, began, self._outdated_by):
            self._come_again(pieces)
            raise Busy(retry_after_seconds=OVERTAKEN_SECONDS)

    def _read_ahead(self, connection: Connection, pieces: list[Piece], batch: Batch) -> None:
        """What the newest piece asks for, with those who wait behind it.

        Where the reading breaks, that is nobody's fault: the pieces before it stay as they are, and each of those it
        was for asks for itself.
        """
        is_first = len(pieces) == 1
        opened = within(connection, AS_A_WHOLE if is_first else MAY_BE_UNDONE)
        try:
            batch.read_ahead(opened, (pieces[-1], *self._waiting.copy()))
        except Exception:
            log.warning("reading ahead failed", exc_info=True)
            if is_first:
                self._waiting.appendleft(pieces.pop())
                raise

    def _do_first(self, connection: Connection, pieces: list[Piece], batch: Batch) -> None:
        """Without a savepoint: where it fails nothing of others is undone with the transaction."""
        (first,) = pieces
        first.do(within(connection, AS_A_WHOLE), batch)
        if first.fault is None:
            check_goes_on(connection, first)
            return
        if first.may_try_again(waits_long=not batch.holds_for_others):
            self._waiting.appendleft(pieces.pop())
        raise first.fault
