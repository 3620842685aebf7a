"""What the pieces of one commit ask for, read at once before they are done."""

import itertools
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.platform.database import pieces as pieces_module
from app.platform.database.ahead import Asks, take_ahead
from app.platform.database.engine import Database
from app.platform.errors import Conflict
from app.platform.idempotency import SpentForm
from tests.app.platform.writing import spending, stored, take

on_both = pytest.mark.usefixtures("either")


@dataclass
class _Reading:
    """Reads ahead, and keeps in mind for whom."""

    asked: list[list[str]] = field(default_factory=list)

    def read(self, _session: Session, about: Sequence[str]) -> dict[Hashable, str]:
        self.asked.append([*about])
        return {("word", one): one.upper() for one in about}

    def asks(self, about: str) -> Asks:
        return Asks(self.read, about)


def _taking(*names: str) -> Callable[[Session], list[str | None]]:
    return lambda session: [take_ahead(session, ("word", name)) for name in names]


@on_both
def test_what_those_that_wait_ask_for_is_read_once_and_given_once(database: Database, together: Any) -> None:
    reading = _Reading()
    said = together(
        (_taking("a", "c"), reading.asks("a")),
        (_taking("b", "a"), reading.asks("b")),
        (_taking("c"), reading.asks("c")),
    )
    assert reading.asked == [["a", "b", "c"]], "one reading for all"
    assert said == [["A", "C"], ["B", None], [None]], "what one took the others read anew"


@on_both
def test_whoever_is_alone_asks_for_themselves(database: Database, together: Any) -> None:
    reading = _Reading()
    assert together((_taking("a"), reading.asks("a"))) == [[None]]
    assert reading.asked == []


@on_both
def test_behind_a_piece_of_another_kind_nothing_is_known_that_was_read_before(
    database: Database, together: Any
) -> None:
    """It may have changed what was read."""
    reading = _Reading()
    said = together((_taking("a"), reading.asks("a")), _taking("b"), (_taking("b"), reading.asks("b")))
    assert reading.asked == [["a", "b"]]
    assert said == [["A"], [None], [None]]


@on_both
def test_who_stood_on_what_was_saved_meanwhile_is_done_again_and_others_are_told(
    database: Database, together: Any
) -> None:
    """Between the reading and the work another process saved it: the next try reads anew."""
    reading, tries = _Reading(), itertools.count(1)

    def outrun(session: Session) -> int:
        tried = next(tries)
        if take_ahead(session, ("word", "b")) is not None and tried == 1:
            raise StaleDataError
        return tried

    def told(_session: Session) -> None:
        raise StaleDataError

    said = together((_taking("a"), reading.asks("a")), (outrun, reading.asks("b")), (told, reading.asks("c")))
    assert said[:2] == [["A"], 2]
    assert type(said[2]) is Conflict


@on_both
@pytest.mark.parametrize("broken", [{1}, {2}, {1, 2}])
def test_a_reading_ahead_that_breaks_is_nobodys_fault(
    database: Database, together: Any, now: Any, monkeypatch: pytest.MonkeyPatch, broken: set[int]
) -> None:
    """Before the first piece or behind it: what was done stays, and each asks for itself."""
    monkeypatch.setattr(pieces_module, "MOST_AHEAD", 2)
    numbers = itertools.count(1)

    def read(session: Session, _about: Sequence[str]) -> dict[Hashable, Any]:
        session.execute(text("SELECT * FROM nowhere" if next(numbers) in broken else "SELECT 1"))
        return {}

    assert together(*((spending(key, now), Asks(read, key)) for key in "abcd")) == [*"abcd"]
    assert stored(database) == {*"abcd"}
    assert next(numbers) == 3, "two readings, each for two"


@pytest.mark.postgres
def test_whoever_comes_first_waits_not_long_while_more_is_locked_for_those_behind(
    database: Database, together: Any, now: Any
) -> None:
    """Another process has what the first one wants, and wants what was locked for the second: it gets it."""
    for key in "xy":
        database.retry(lambda session, key=key: session.add(SpentForm(sender="me", form_digest=key, spent_at=now)))
    has_begun, order = threading.Event(), []

    def theirs() -> None:
        with database.writing() as session:
            take(session, "y")
            has_begun.set()
            take(session, "x")
            order.append("another")

    another = threading.Thread(target=theirs)

    def read(session: Session, _about: Sequence[str]) -> dict[Hashable, Any]:
        take(session, "x")
        return {}

    def first(session: Session) -> None:
        if not another.ident:
            another.start()
            assert has_begun.wait(10)
            while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                pass
        take(session, "y")
        order.append("first")

    asks = Asks(read, "both")
    assert together((first, asks), (lambda _session: order.append("second"), asks)) == [None, None]
    another.join(10)
    assert order == ["another", "first", "second"], "nobody was the victim of a deadlock"
