"""A release frees the meetings that it overlaps in the same step, or changes nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.models import DraftPlacement
from app.agenda.service import ReleaseRefused
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting
from app.meetings.queries import wish_in_event
from app.meetings.service import hold_meeting
from app.office.service import release_agenda
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.outbox import MailState, OutboxMail


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


def test_agd_14_a_held_notice_is_replaced_by_one_that_tells_of_both_releases(
    database: Database, cast: Any, placed: Any, actor: Actor, now: datetime, nine: datetime
) -> None:
    """AGD-14: one mail each. Who was told already learns the new change alone; who was not, both from one mail, also
    where both together change nothing; a later release goes on from what was really sent."""
    told, waits, returns = cast.heads[:3]
    with database.writing() as session:
        waste = placed(session, "Waste", (told, waits), 120).id
        water = placed(session, "Water", (returns,), 240).id

    def release(name: str) -> None:
        with database.writing() as session:
            release_agenda(session, event=cast.event, name=name, note=None, actor=actor, now=now)

    def move(session_id: int, minutes: int) -> None:
        with database.writing() as session:
            row = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == session_id)).one()
            row.starts_at = nine + timedelta(minutes=minutes)

    def mails(state: MailState) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        with database.reading() as session:
            for mail in session.scalars(select(OutboxMail).where(OutboxMail.state == state).order_by(OutboxMail.id)):
                found.setdefault(int(mail.key.split()[-1]), []).append(mail.body)
        return found

    release("First")
    with database.writing() as session:
        for mail in session.scalars(select(OutboxMail)):
            mail.state = MailState.SENT
    move(waste, 180)
    move(water, 300)
    release("Second")
    with database.writing() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.key.endswith(f" 2 {told}"))).one()
        mail.state = MailState.SENT
    assert mails(MailState.HELD).keys() == {waits, returns}
    move(waste, 60)
    move(water, 240)
    release("Third")
    held = mails(MailState.HELD)
    assert {person: len(bodies) for person, bodies in held.items()} == {told: 1, waits: 1, returns: 1}
    assert "Your day is again as you were told before." in held[returns][0]
    assert "10:00" in held[told][0] and "was Tue 3 Sep, 12:00" in held[told][0]
    assert "10:00" in held[waits][0] and "was Tue 3 Sep, 11:00" in held[waits][0]
    assert mails(MailState.DROPPED).keys() == {waits, returns}
    move(waste, 420)
    release("Fourth")
    held = mails(MailState.HELD)
    assert {person: len(bodies) for person, bodies in held.items()} == {told: 1, waits: 1, returns: 1}
    assert "was Tue 3 Sep, 12:00" in held[told][0]
    assert "16:00" in held[waits][0] and "was Tue 3 Sep, 11:00" in held[waits][0]
    with database.writing() as session:
        for mail in session.scalars(select(OutboxMail).where(OutboxMail.state == MailState.HELD)):
            mail.state, mail.reason = MailState.DROPPED, "told by telephone"
    move(waste, 360)
    release("Fifth")
    assert "was Tue 3 Sep, 16:00" in mails(MailState.HELD)[waits][0], "what an office decided on is settled"
