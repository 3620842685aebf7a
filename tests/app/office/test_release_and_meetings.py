"""A release frees the meetings that it overlaps in the same step, or changes nothing."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.service import ReleaseRefused
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting
from app.meetings.queries import wish_in_event
from app.meetings.service import hold_meeting
from app.office.service import release_agenda
from app.platform.actor import Actor
from app.platform.database.engine import Database


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_overlapping_meetings_are_freed_with_the_release_or_not_at_all(
    database: Database, cast: Any, accepted: Any, placed: Any, actor: Actor, now: datetime, kind: str
) -> None:
    with database.writing() as session:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.id)).all()
        table = session.scalars(select(MeetingTable)).first()
        for slot, (one, other) in zip((slots[0], slots[5]), (cast.heads[:2], cast.heads[2:]), strict=True):
            wish = accepted(session, one, other)
            whole = wish_in_event(session, cast.event.id, wish.id)
            hold_meeting(session, event=cast.event, wish=whole, slot=slot, table=table, actor=actor, now=now)
        placed(session, "One", cast.heads[:1], 60)
        broken = placed(session, "Same room", (), 60)

    def release() -> Any:
        with database.writing() as session:
            return release_agenda(session, event=cast.event, name="First", note=None, actor=actor, now=now)

    def states() -> list[MeetingState]:
        with database.reading() as session:
            return list(session.scalars(select(Meeting.state).order_by(Meeting.id)))

    with pytest.raises(ReleaseRefused):
        release()
    assert states() == [MeetingState.HELD, MeetingState.HELD]
    with database.writing() as session:
        session.merge(broken).is_cancelled = True
    effects = release()
    assert effects.freed_meetings == 1
    assert effects.touched == set(cast.heads[:2])
    assert states() == [MeetingState.CANCELLED, MeetingState.HELD]
