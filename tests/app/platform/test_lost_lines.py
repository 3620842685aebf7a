"""PostgreSQL ends the line of a batch: nothing of it is stored, all of it may be sent again, and the next goes through."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.platform.database.ahead import Asks
from app.platform.database.engine import Database
from app.platform.database.sessions import in_words
from app.platform.errors import Away
from tests.app.platform.writing import lines, spending, stored

pytestmark = pytest.mark.postgres


@pytest.fixture
def lose(database: Database) -> Callable[[Any], None]:
    """``lose(session)``: end its line, as a server that is stopped does."""

    def end(session: Any) -> None:
        own = session.scalar(text("SELECT pg_backend_pid()"))
        with database.engine.connect() as another:
            assert another.scalar(text("SELECT pg_terminate_backend(:own, 10000)"), {"own": own})

    return end


@pytest.mark.parametrize("place", [0, 1, 2])
def test_whoever_shares_the_commit_may_send_it_again_and_nothing_of_it_is_stored(
    database: Database, together: Any, now: Any, lose: Any, place: int
) -> None:
    keys = "abcd"

    def losing(session: Session) -> str:
        lose(session)
        return spending("lost", now)(session)

    works = [spending(key, now) for key in keys]
    works[place] = losing
    said = together(*works)
    assert [type(one) for one in said[: place + 1]] == [Away] * (place + 1)
    assert said[place + 1 :] == [*keys[place + 1 :]], "those behind have a transaction on another line"
    assert stored(database) == {*keys[place + 1 :]}
    assert together(*(spending(key, now) for key in keys[: place + 1])) == [*keys[: place + 1]]


def test_a_line_that_is_lost_behind_the_last_piece_is_noticed_by_the_lines_of_the_log(
    database: Database, together: Any, noting: Any, now: Any, lose: Any
) -> None:
    def losing(session: Session) -> None:
        noting(2)(session)
        lose(session)

    assert [type(one) for one in together(noting(1), losing)] == [Away, Away]
    assert lines(database) == []
    together(noting(3))
    assert lines(database) == ["3"]


@pytest.mark.parametrize("lost_at", [1, 2])
def test_a_line_that_is_lost_while_it_reads_ahead(
    database: Database, together: Any, now: Any, lose: Any, monkeypatch: pytest.MonkeyPatch, lost_at: int
) -> None:
    """Before the first piece nothing is lost; behind it are those who were done already."""
    monkeypatch.setattr("app.platform.database.pieces.MOST_AHEAD", 2)
    readings: list[Any] = []

    def read(session: Session, about: Any) -> dict[Any, Any]:
        readings.append(about)
        if len(readings) == lost_at:
            lose(session)
            session.execute(text("SELECT 1"))
        return {}

    said = together(*((spending(key, now), Asks(read, key)) for key in "abcd"))
    if lost_at == 1:
        assert said == [*"abcd"]
    else:
        assert [type(one) for one in said] == [Away, Away, Away, str]
    assert stored(database) == {one for one in said if isinstance(one, str)}


def test_of_a_commit_nobody_says_that_nothing_was_changed(
    database: Database, together: Any, now: Any, lose: Any
) -> None:
    """It may have been done before the line broke: the answer was lost, not the change."""

    @event.listens_for(database.engine, "commit")
    def _lose(connection: Any) -> None:
        lose(connection)

    said = together(spending("a", now))
    event.remove(database.engine, "commit", _lose)
    assert [type(one) for one in said] == [OperationalError]


def test_a_database_that_is_not_there_is_said_to_be_away(database: Database, together: Any, now: Any) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    database.engine, there = nowhere.engine, database.engine
    assert [type(one) for one in together(spending("a", now))] == [Away]
    database.engine = there
    assert together(spending("a", now)) == ["a"]


@pytest.mark.parametrize("is_silent", [True, False])
def test_whoever_reads_may_ask_again_also_where_the_line_breaks_at_the_very_end(
    database: Database, lose: Any, is_silent: bool
) -> None:
    with pytest.raises(Away), in_words(), database.reading() as session:
        session.execute(text("SELECT 1"))
        lose(session)
        if not is_silent:
            session.execute(text("SELECT 1"))
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
