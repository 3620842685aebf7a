"""G12, G13: how many questions a booking and the pages that are asked most put to the database; counted, never timed.

A bound that is reached is a page that got dearer: find out why before it is raised.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select

from app.events.models import MeetingSlot
from app.meetings.service import wish_meeting
from app.platform import i18n

BOOKING = 42


@contextmanager
def counting(client: Any) -> Iterator[list[str]]:
    """The statements of the requests inside, savepoints included; what goes by itself speaks no language."""
    database, asked = client.app.state.database, []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if i18n._current.get(None) is not None:
            asked.append(statement)

    engines = {database.engine, database.read_engine}
    for engine in engines:
        listening.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            listening.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def links(database: Any, cast: Any, actor: Any, now: Any) -> list[str]:
    """Answer links of wishes with a time, a slot for each."""
    with database.writing() as session:
        slots = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).all()
        return [
            wish_meeting(
                session, event=cast.event, from_id=cast.heads[0], to_id=other, topic=None, message=None, slot_id=slot,
                actor=actor, now=now,
            ).token
            for slot, other in zip(slots[:3], [*cast.heads[1:], *cast.staff[1:]], strict=False)
        ]  # fmt: skip


def test_g13_a_booking_asks_little(client: Any, links: list[str]) -> None:
    """The second booking of a process: the first reads what the next ones know."""
    assert client.post(f"/m/{links[0]}", data={"answer": "accepted"}).status_code == 303
    with counting(client) as asked:
        assert client.post(f"/m/{links[1]}", data={"answer": "accepted"}).status_code == 303
    assert any("INSERT INTO meeting " in one for one in asked), "the meeting is held in the same request"
    assert len(asked) <= BOOKING, "\n".join(asked)
