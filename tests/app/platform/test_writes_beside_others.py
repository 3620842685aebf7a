"""Short changes of two processes on one PostgreSQL: none waits long for the commit of another."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.platform.database.engine import Database
from app.platform.database.turns import Turns
from app.platform.database.writes import Writes
from app.platform.idempotency import SpentForm
from tests.app.platform.writing import lines, spending, stored, take


@pytest.mark.postgres
def test_who_is_held_up_by_another_process_comes_first_in_the_next_commit(
    database: Database, together: Any, commits: list[int], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit of others does not wait for it, and it is done once whoever stands in its way has gone."""
    database.retry(lambda session: session.add(SpentForm(sender="me", form_digest="theirs", spent_at=now)))
    commits.clear()
    tried: list[str] = []
    with database.engine.connect() as another:
        another.execute(text("SELECT 1 FROM spent_form WHERE form_digest = 'theirs' FOR UPDATE"))

        def held_up(session: Session) -> str:
            tried.append("held up")
            if len(tried) == 2:
                another.rollback()
            session.execute(text("UPDATE spent_form SET sender = 'us' WHERE form_digest = 'theirs'"))
            return "done"

        assert together(spending("a", now), held_up, spending("b", now)) == ["a", "done", "b"]
    assert len(tried) == 2
    assert len(commits) == 2, "the first alone, then the one that was held up and the last"
    assert stored(database) == {"theirs", "a", "b"}


@pytest.mark.postgres
def test_whoever_is_done_waits_for_the_end_of_the_log_as_long_as_anybody(
    database: Database, together: Any, noting: Any, now: Any
) -> None:
    """Also where the one behind it was held up, and did not wait for long."""
    database.retry(lambda session: session.add(SpentForm(sender="me", form_digest="theirs", spent_at=now)))
    tried: list[str] = []
    with database.engine.connect() as another:
        another.execute(text("SELECT 1 FROM spent_form WHERE form_digest = 'theirs' FOR UPDATE"))
        another.execute(text("SELECT pg_advisory_xact_lock(72757)"))
        goes = threading.Timer(1, another.rollback)

        def held_up(session: Session) -> str:
            tried.append("held up")
            if len(tried) == 1:
                goes.start()
            take(session, "theirs")
            return "done"

        assert together(noting(0), held_up) == [None, "done"]
        goes.join()
    assert lines(database) == ["0"]


@pytest.mark.postgres
def test_two_processes_that_stand_in_each_others_way_are_both_done(database: Database, now: Any) -> None:
    """Each has a row that the other wants next: one of them gives way and is done after the other."""
    for key in "xy":
        database.retry(lambda session, key=key: session.add(SpentForm(sender="me", form_digest=key, spent_at=now)))
    both_hold = threading.Barrier(2)
    tries: list[str] = []

    def crossing(first: str, second: str) -> Callable[[Session], str]:
        def work(session: Session) -> str:
            tries.append(first)
            take(session, first)
            if tries.count(first) == 1:
                both_hold.wait(10)
            take(session, second)
            return first

        return work

    def process(first: str, second: str) -> None:
        own = Database(database.url)
        writes = Writes(own, Turns(readers=2, writers=1))
        said.append(asyncio.run(writes.do(crossing(first, second))))
        own.close()

    said: list[str] = []
    running = [threading.Thread(target=process, args=pair) for pair in (("x", "y"), ("y", "x"))]
    for one in running:
        one.start()
    for one in running:
        one.join(30)
    assert sorted(said) == ["x", "y"]
    assert len(tries) > 2, "one of them was undone and done again"


@pytest.mark.postgres
def test_the_end_of_the_log_is_left_to_others_until_all_pieces_are_done(
    database: Database, together: Any, noting: Any
) -> None:
    def another_writes(session: Session) -> None:
        noting(0)(session)
        database.retry(noting(1))

    together(another_writes, noting(2))
    assert lines(database) == ["1", "0", "2"], "in the order of the commits"


@pytest.mark.postgres
@pytest.mark.parametrize("before", [0, 1])
def test_a_statement_that_was_prepared_before_a_migration_is_said_anew(
    database: Database, together: Any, now: Any, before: int
) -> None:
    """Also behind a piece that does not say it, in whose transaction the line would not forget it."""

    def said(session: Session) -> list[str]:
        return list(session.scalars(text("SELECT sender FROM spent_form")))

    together(spending("a", now))
    for _ in range(3):
        assert together(said) == [["me"]]
    other = Database(database.url)
    with other.writing() as session:
        session.execute(text("ALTER TABLE spent_form ALTER COLUMN sender TYPE text"))
    other.close()
    assert together(*[lambda _session: ["x"]] * before, said, said) == [["x"]] * before + [["me"], ["me"]]


@pytest.mark.postgres
def test_at_the_end_of_the_log_whoever_stands_in_anothers_way_comes_again(
    database: Database, together: Any, noting: Any, now: Any
) -> None:
    """The other has the end of the log and waits for what a piece holds; who was refused for good stays so."""
    database.retry(lambda session: session.add(SpentForm(sender="me", form_digest="theirs", spent_at=now)))
    tried: list[str] = []
    with database.engine.connect() as another:
        # It looks for a deadlock late: the pieces are those that are undone.
        another.execute(text("SET LOCAL deadlock_timeout = '20s'"))
        another.execute(text("SELECT pg_advisory_xact_lock(72757)"))

        def wait_for_them() -> None:
            take(another, "theirs")
            another.rollback()

        waits = threading.Thread(target=wait_for_them)

        def crossing(session: Session) -> str:
            tried.append("crossing")
            take(session, "theirs")
            noting(len(tried))(session)
            if len(tried) == 1:
                waits.start()
            return "done"

        def refused(session: Session) -> None:
            raise ValueError("taken")

        said = together(spending("a", now), crossing, refused, noting(9))
        waits.join()
    assert said[:2] == ["a", "done"]
    assert str(said[2]) == "taken"
    assert said[3] is None
    assert len(tried) == 2
    assert lines(database) == ["2", "9"]
    assert stored(database) == {"theirs", "a"}
