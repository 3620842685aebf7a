"""A transaction that writes sees its own lines count, and those that were undone no longer; on both databases."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.kept import kept, state_without

EVENT, OTHER = 7, 8
QUIET = "meeting"


pytestmark = pytest.mark.usefixtures("either")


@pytest.fixture
def read() -> Any:
    """Reads the value of an edition in a session; says the number of the reading."""
    readings = iter(range(1, 100))

    def _read(session: Session, event_id: int = EVENT) -> int:
        return kept(
            session, "number", event_id=event_id, state=state_without(session, event_id, quiet=frozenset({QUIET})),
            read=lambda: next(readings),
        )  # fmt: skip

    return _read


@pytest.fixture
def note(actor: Actor, now: Any) -> Any:
    def _note(session: Session, *, event_id: int = EVENT, action: str = "room.named", entity: str = "room") -> None:
        record(session, actor=actor, now=now, event_id=event_id, action=action, entity=entity, entity_id=1, changes={})

    return _note


def test_a_value_is_read_once_for_each_state_of_its_edition(database: Any, read: Any, note: Any) -> None:
    with database.writing() as session:
        assert [read(session), read(session)] == [1, 1]
        note(session)
        assert [read(session), read(session)] == [2, 2], "its own line counts before it is committed"
    with database.writing() as session:
        for said in ({"entity": QUIET}, {"event_id": OTHER}):
            note(session, **said)
        assert read(session) == 2
    with database.writing() as session:
        assert read(session) == 2, "quiet lines of others are read over"
        assert read(session, OTHER) == 3
    with database.writing() as session:
        note(session)
    with database.writing() as session:
        assert read(session) == 4, "a line that another transaction wrote counts"
        assert read(session, OTHER) == 3


def test_a_line_that_was_undone_no_longer_counts(database: Any, read: Any, note: Any) -> None:
    with database.writing() as session:
        note(session)
    with database.writing() as session:
        assert read(session) == 1
        inside = session.begin_nested()
        note(session)
        assert read(session) == 2
        inside.rollback()
        assert read(session) == 3, "what was read of the undone state is not taken for this one"
        note(session, entity=QUIET)
        assert read(session) == 3
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        note(session)
        assert read(session) == 4
        raise ZeroDivisionError
    with database.writing() as session:
        note(session, event_id=OTHER)  # has the number of the line that was undone
        assert read(session) == 5
