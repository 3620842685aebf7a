"""Short changes that share a commit: each its own savepoint, all told after the commit, none half stored."""

import asyncio
import itertools
import threading
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.platform import audit
from app.platform.database.engine import Database
from app.platform.database.pieces import AT_COMMIT
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes
from app.platform.errors import DoneAlready, NoRoom, Refused
from app.platform.i18n import begin_request, current_locale
from app.platform.idempotency import spend
from app.platform.kept import kept
from tests.app.platform.writing import lines, spending, stored

on_both = pytest.mark.usefixtures("either")


@on_both
def test_those_that_wait_share_one_commit(database: Database, together: Any, commits: list[int], now: Any) -> None:
    assert together(*(spending(key, now) for key in "abc")) == ["a", "b", "c"]
    assert stored(database) == {"a", "b", "c"}
    assert len(commits) == 1


@on_both
def test_who_is_refused_takes_back_what_is_theirs_alone(
    database: Database, together: Any, commits: list[int], now: Any
) -> None:
    def refused(session: Session) -> None:
        spending("b", now)(session)
        raise Refused("no")

    said = together(spending("a", now), refused, spending("c", now))
    assert [type(one) for one in said] == [str, Refused, str]
    assert stored(database) == {"a", "c"}
    assert len(commits) == 1


@on_both
def test_a_fault_of_one_is_nobody_elses(database: Database, together: Any, now: Any) -> None:
    """An error of the database, and one that nobody foresaw."""

    def broken(session: Session) -> None:
        spending("c", now)(session)
        raise ZeroDivisionError

    said = together(spending("a", now), spending("a", now), broken, spending("d", now))
    assert [type(one) for one in said] == [str, IntegrityError, ZeroDivisionError, str]
    assert stored(database) == {"a", "d"}


@on_both
def test_a_commit_that_fails_fails_for_all(database: Database, together: Any, now: Any) -> None:
    """Also for who was refused: what took their place may be among what was not stored."""

    def refuse(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    def refused(_session: Session) -> None:
        raise Refused("no")

    event.listen(database.engine, "commit", refuse)
    said = together(spending("a", now), refused, spending("b", now))
    event.remove(database.engine, "commit", refuse)
    assert [type(one) for one in said] == [OperationalError] * 3
    assert stored(database) == set()
    assert together(spending("a", now)) == ["a"], "the next one finds the connection as it should be"


def test_a_transaction_that_sqlite_undid_is_lost_for_all_and_nothing_follows_it(
    database: Database, together: Any, now: Any
) -> None:
    """As on a full disk; the last one would otherwise be stored line by line, outside any transaction."""

    def full(session: Session) -> None:
        raw: Any = session.connection().connection.dbapi_connection
        raw.execute("ROLLBACK")
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    said = together(spending("a", now), full, spending("c", now))
    assert [type(one) for one in said] == [NoRoom, NoRoom, str]
    assert stored(database) == {"c"}


@on_both
def test_nobody_is_told_before_the_commit(database: Database, now: Any) -> None:
    told: list[str] = []
    at_commit: list[list[str]] = []
    may_commit = threading.Event()

    def wait(_connection: Any) -> None:
        assert may_commit.wait(10)
        at_commit.append(list(told))

    event.listen(database.engine, "commit", wait)

    async def ask(writes: Writes, key: str) -> None:
        told.append(await writes.do(spending(key, now)))

    async def all_of_them() -> None:
        writes = Writes(database, Turns(readers=2, writers=1))
        asked = [asyncio.create_task(ask(writes, key)) for key in "abc"]
        await asyncio.wait(asked, timeout=0.2)
        assert told == []
        may_commit.set()
        await asyncio.gather(*asked)

    asyncio.run(all_of_them())
    assert at_commit == [[]]
    assert sorted(told) == ["a", "b", "c"]


@on_both
def test_a_form_that_is_sent_twice_in_one_commit_has_one_effect(database: Database, together: Any, now: Any) -> None:
    def work(session: Session) -> None:
        spend(session, sender="me", key="key", now=now)

    said = together(work, work, work)
    assert [type(one) for one in said] == [type(None), DoneAlready, DoneAlready]
    assert len(stored(database)) == 1


@on_both
def test_the_log_goes_on_from_piece_to_piece(database: Database, together: Any, noting: Any) -> None:
    """Whoever is undone leaves no line, nor does a savepoint that is undone within a piece; the chain holds."""

    def refused(session: Session) -> None:
        noting(1)(session)
        raise Refused("no")

    def in_part(session: Session) -> None:
        noting(2)(session)
        inside = session.begin_nested()
        noting(3)(session)
        inside.rollback()
        noting(4)(session)

    together(noting(0), refused, in_part, noting(5))
    assert lines(database) == ["0", "2", "4", "5"]


@on_both
def test_a_line_that_waits_counts_for_what_is_kept(database: Database, together: Any, noting: Any) -> None:
    """For its own piece, and for those that share its commit: it is not in the log yet."""
    readings = itertools.count(1)

    def read(session: Session) -> int:
        return kept(session, "number", event_id=7, read=lambda: next(readings))

    def piece(session: Session) -> list[int]:
        before = [read(session), read(session)]
        noting(0, event_id=7)(session)
        return [*before, read(session)]

    assert together(read, piece, read) == [1, [1, 1, 2], 3]
    assert together(read, read) == [4, 4]


@on_both
def test_what_needs_the_number_of_its_line_is_no_short_change(database: Database, together: Any, noting: Any) -> None:
    assert [type(one) for one in together(noting(0, record=audit.record_at_once))] == [AssertionError]
    assert lines(database) == []


def test_a_piece_speaks_the_language_of_its_request(database: Database) -> None:
    async def ask(writes: Writes, locale: str) -> str:
        begin_request(locale)
        return await writes.do(lambda _session: current_locale())

    async def all_of_them() -> list[str]:
        writes = Writes(database, Turns(readers=2, writers=1))
        return await asyncio.gather(*(asyncio.create_task(ask(writes, one)) for one in ("fr", "en", "es")))

    assert asyncio.run(all_of_them()) == ["fr", "en", "es"]


@on_both
def test_what_waits_for_a_commit_of_its_own_is_no_short_change(database: Database, together: Any) -> None:
    """Solver runs are handed out by the commit of the session that wrote them: here it would come too early."""

    def submit(session: Session) -> None:
        session.info[AT_COMMIT] = [1]

    assert [type(one) for one in together(submit)] == [AssertionError]
