"""Pieces of work that share a commit, and what they share with each other until then."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.platform.audit_chain import let_lines_wait
from app.platform.audit_lines import Unwritten
from app.platform.database.ahead import Ahead, Asks
from app.platform.database.engine import RETRIES
from app.platform.database.faults import LOCKED, RETRYABLE, state_of

Result = TypeVar("Result")
Work = Callable[[Session], Result]

AT_COMMIT = "handed on at the commit"
"""Key of ``session.info``: what the commit of a session hands on, such as solver runs."""
FEWEST_AHEAD, MOST_AHEAD = 2, 6
"""Pieces that are read for at once: whoever is alone asks for themselves, and more do not fit into one commit."""


@dataclass(eq=False)
class Piece:
    """A piece of work, with the language and the like of its request, and who waits for it."""

    work: Work[Any]
    is_told: asyncio.Future[None]
    number: int
    asks: Asks | None = None
    context: Context = field(default_factory=copy_context)
    result: Any = None
    fault: BaseException | None = None
    came: float = field(default_factory=time.monotonic)
    tries: int = 0
    stood_on_what_was_ahead: bool = False

    def do(self, opened: AbstractContextManager[Session], batch: "Batch") -> None:
        """Do it; what it raises is kept, and undoes what it wrote."""
        self.result, self.fault = None, None
        self.tries += 1
        lines, ahead = batch.lines, batch.ahead
        before, taken = len(lines), ahead.taken
        try:
            with opened as session:
                let_lines_wait(session, lines)
                ahead.lend_to(session)
                self.result = self.context.run(self.work, session)
        except BaseException as fault:
            del lines[before:]
            self.fault = fault
            self.stood_on_what_was_ahead = ahead.taken > taken
            return
        assert AT_COMMIT not in session.info, "this is handed on by a commit of its own session"

    def may_try_again(self, *, waits_long: bool) -> bool:
        """Whether another process stood in its way, so that the next commit may find the way clear.

        Args:
            waits_long: whether it waited as long as anybody does.
        """
        if self.tries >= RETRIES:
            return False
        if isinstance(self.fault, StaleDataError):
            return self.stood_on_what_was_ahead  # somebody saved it between the reading and the work
        state = state_of(self.fault)
        return state in RETRYABLE or (state == LOCKED and not waits_long)


@dataclass(eq=False)
class Batch:
    """What the pieces of one commit share."""

    lines: list[Unwritten] = field(default_factory=list)
    ahead: Ahead = field(default_factory=Ahead)
    asked: set[Piece] = field(default_factory=set)

    @property
    def holds_for_others(self) -> bool:
        """Whether something is locked for pieces that come later: nobody may wait long in front of them."""
        return bool(self.asked)

    def read_ahead(self, opened: AbstractContextManager[Session], waiting: Iterable[Piece]) -> None:
        """Read for all who wait with the next piece and ask alike, where it was not asked for yet.

        Raises:
            Exception: whatever the reading met; those for whom it was done ask for themselves from then on.
        """
        those = [*waiting]
        asks = those[0].asks
        if asks is None:
            self.ahead.forget()  # it may change whatever was read
            return
        if those[0] in self.asked or those[0].tries:
            return  # who was held up waits as long as anybody now, and has nothing meanwhile that others want
        alike = [one for one in those[:MOST_AHEAD] if one.asks is not None and one.asks.read == asks.read]
        alike = [one for one in alike if one not in self.asked]
        if len(alike) < FEWEST_AHEAD:
            return
        try:
            with opened as session:
                let_lines_wait(session, self.lines)
                self.ahead.lend_to(session)
                found = asks.read(session, [one.asks.about for one in alike if one.asks is not None])
        except Exception:
            for one in alike:
                one.asks = None
            raise
        self.asked.update(alike)
        self.ahead.add(found)
