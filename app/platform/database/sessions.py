"""One transaction a request, ended before the response goes out: what a browser follows, it finds."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, TypeVar

import psycopg
from anyio import to_thread
from fastapi import Depends, Request
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.platform.database.engine import Database
from app.platform.database.faults import RETRYABLE, LineLost, Undone, state_of
from app.platform.database.turns import Turns
from app.platform.errors import Away, Busy, Conflict, NoRoom, NotFound
from app.platform.forms import FormData
from app.platform.i18n import gettext as _

Result = TypeVar("Result")


READERS = frozenset({"GET", "HEAD"})

WAITED_TOO_LONG = frozenset({"55P03", "57014", "25P03"})
"""PostgreSQL: the lock, the statement or the transaction took longer than the engine allows."""

OUT_OF_RANGE = "22003"
"""PostgreSQL: a number that its column cannot hold; SQLite's driver says ``OverflowError``."""

AWAY_SECONDS = 5
"""After which a database that could not be reached is asked again."""

DISK_FULL = "53100"
"""PostgreSQL: no room is left on the device."""


async def turn_of(request: Request, _form: FormData) -> AsyncIterator[None]:
    """The turn of a request, taken once its form is there: who sends slowly keeps nobody waiting."""
    turns: Turns = request.app.state.turns
    async with turns.taken(writes=request.method not in READERS, scope=request.scope):
        yield


def request_session(request: Request, _turn: Annotated[None, Depends(turn_of, scope="function")]) -> Iterator[Session]:
    """The session of a request: it cannot write for GET and HEAD, and commits on return for the rest.

    Raises:
        NotFound: a number was asked for that no row can have.
        Conflict: a row was saved by somebody else since this request read it.
        Busy: the database could not do it now; nothing was changed.
        Away: it could not be reached, or was lost before the commit; nothing was changed.
        NoRoom: its disk is full; nothing was changed.
    """
    database: Database = request.app.state.database
    opened = database.reading() if request.method in READERS else database.writing()
    with in_words(), opened as session:
        yield session


def read_log_session(request: Request) -> Iterator[Session]:
    """A second transaction, for what a GET writes: who read what, what calendars were told. Idle until it is used."""
    database: Database = request.app.state.database
    with in_words(), database.writing() as session:
        yield session


RequestSession = Annotated[Session, Depends(request_session, scope="function")]
ReadSession = RequestSession
"""For GET and HEAD."""
DbSession = RequestSession
"""For everything that changes something."""
ReadLogSession = Annotated[Session, Depends(read_log_session, scope="function")]
"""For ``audit.record_read`` and for what calendars and readers of a day are told on GET; all else has ``DbSession``."""


async def read_in_one_go(request: Request, work: Callable[..., Result], *, logs: Collection[str]) -> Result:
    """What work that reads gives: done in one thread, within one turn.

    Args:
        work: takes a session, and by name one that writes for each of ``logs``.
    """
    database: Database = request.app.state.database
    turns: Turns = request.app.state.turns

    def read() -> Result:
        with ExitStack() as opened:
            session = opened.enter_context(database.reading())
            return work(session, **{name: opened.enter_context(database.writing()) for name in logs})

    with in_words():
        async with turns.taken(writes=False, scope=request.scope):
            return await to_thread.run_sync(read)


@contextmanager
def in_words() -> Iterator[None]:
    """What the database refuses for the sake of others, as an error of the business."""
    try:
        yield
    except StaleDataError as error:
        raise Conflict(_("Somebody saved this while you worked on it. Load the page again to see both.")) from error
    except OverflowError as error:
        # A number that no row can have, such as forty nines in an address, reads like one that no row has.
        raise NotFound from error
    except NoConnection as error:
        raise Busy(retry_after_seconds=5) from error
    except LineLost as error:
        raise Away(retry_after_seconds=AWAY_SECONDS) from error
    except Undone as error:
        if _is_full(error):
            raise NoRoom from error
        raise
    except DBAPIError as error:
        if _is_passing(error):
            raise Busy(retry_after_seconds=2) from error
        if _is_away(error):
            raise Away(retry_after_seconds=AWAY_SECONDS) from error
        if state_of(error) == OUT_OF_RANGE:
            raise NotFound from error
        if _is_full(error):
            raise NoRoom from error
        raise


def _is_passing(error: DBAPIError) -> bool:
    state = state_of(error)
    if state is not None:
        return state in RETRYABLE | WAITED_TOO_LONG
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def _is_away(error: DBAPIError) -> bool:
    """Whether PostgreSQL was not there before the commit: a commit says no statement, and may have been done."""
    if not isinstance(error.orig, psycopg.OperationalError):
        return False
    if error.connection_invalidated:
        return error.statement is not None
    return error.orig.sqlstate is None  # no line was there to be lost


def _is_full(error: BaseException | None) -> bool:
    """Whether the disk was full: SQLite then undoes the whole transaction, and to undo a part of it fails next."""
    while error is not None:
        if state_of(error) == DISK_FULL or "database or disk is full" in str(getattr(error, "orig", None)):
            return True
        error = error.__cause__ or error.__context__
    return False
