"""A release moves the meetings that it overlaps in the same step, or frees them, or changes nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.models import DraftPlacement, SessionUse
from app.agenda.service import ReleaseRefused
from app.claims.enums import ClaimKind
from app.claims.models import Claim
from app.delegations.models import Delegate
from app.events.models import MeetingSlot, MeetingTable, Resource
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
        session.get_one(Delegate, cast.heads[1]).departs_at = slots[2].ends_at

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
    assert (effects.freed_meetings, effects.moved_meetings) == (1, 0), "after the session nobody is there any more"
    assert effects.touched == set(cast.heads[:2])
    assert states() == [MeetingState.CANCELLED, MeetingState.HELD]


def test_mtg_07_moving_a_panel_moves_the_meetings_that_it_touches_in_the_same_step(
    database: Database,
    client: Any,
    sign_in: Any,
    cast: Any,
    accepted: Any,
    placed: Any,
    actor: Any,
    now: datetime,
    nine: datetime,
) -> None:
    """MTG-07: the way to the panel counts; who is touched goes to the nearest place, all others stay, and the page
    says so before. No person and no table is then taken twice."""
    with database.writing() as session:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        tables = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).all()
        panel = placed(session, "Panel", (cast.heads[0],), 240, room="room-b").id
        for number, (one, other) in enumerate(((0, 1), (0, 2), (3, 2))):
            wish = accepted(session, cast.heads[one], cast.heads[other])
            hold_meeting(
                session, event=cast.event, wish=wish, slot=slots[3 + number], table=tables[0], actor=actor, now=now
            )

    def move(minutes: int) -> None:
        with database.writing() as session:
            row = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == panel)).one()
            row.starts_at = nine + timedelta(minutes=minutes)

    def places() -> list[tuple[int, int]]:
        with database.reading() as session:
            held = session.scalars(select(Meeting).order_by(Meeting.id)).all()
            assert {one.state for one in held} == {MeetingState.HELD}
            return [(one.slot_id - slots[0].id, one.table_id) for one in held]

    with database.writing() as session:
        release_agenda(session, event=cast.event, name="First", note=None, actor=actor, now=now)
    assert places() == [(3, 1), (4, 1), (5, 1)]
    # The panel ends at 11:15 in another building, ten minutes from the tables: the meeting at 11:15 cannot be.
    move(75)
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"/e/{cast.event.slug}/manage/agenda/release").text
    assert "1 meeting moves with it" in page
    assert "Tue 3 Sep, 11:15 → Tue 3 Sep, 12:05, table 2" in page
    with database.writing() as session:
        effects = release_agenda(session, event=cast.event, name="Second", note=None, actor=actor, now=now)
    assert (effects.freed_meetings, effects.moved_meetings) == (0, 1)
    assert places() == [(5, 2), (4, 1), (5, 1)]
    with database.reading() as session:
        told = session.scalars(select(OutboxMail).where(OutboxMail.state == MailState.HELD)).all()
        assert sorted(mail.recipient for mail in told) == ["mayor@phnom-penh.example", "mayor@shenzhen.example"]
        bodies = {mail.recipient: mail.body for mail in told}
        for recipient, whence in (("mayor@phnom-penh.example", "Shenzhen"), ("mayor@shenzhen.example", "Phnom Penh")):
            line = f"Moved: your meeting with {whence}, now Tue 3 Sep, 12:05"
            assert line in bodies[recipient] and "table 2" in bodies[recipient], "one mail each, of both"
        assert "- Panel: " in bodies["mayor@phnom-penh.example"]
        assert "- Panel: " not in bodies["mayor@shenzhen.example"]
        person = (Claim.kind == ClaimKind.PERSON) & (Claim.resource == str(cast.heads[0]))
        assert len(session.scalars(select(Claim.tick).where(person)).all()) == 12 + 2 + 4 + 4, "panel, way, meetings"


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


def test_mtg_07_a_session_moved_to_where_a_meeting_has_its_interpreter_takes_it(
    database: Database, client: Any, sign_in: Any, cast: Any, accepted: Any, placed: Any, actor: Any, now: datetime
) -> None:
    """MTG-07: the page says that the meeting moves, and it does; refused, a draft that breaks no rule had no way out.
    One that is at another time keeps its interpreter, and so does one whose interpreters are enough."""
    with database.writing() as session:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        table = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).first()
        russian, chinese = (
            Resource(event_id=cast.event.id, code=f"interpreters-{code}", name=name, language=code, capacity=number)
            for code, name, number in (("ru", "Russian", 1), ("zh", "Chinese", 2))
        )
        session.add_all([russian, chinese])
        session.flush()
        for slot, (one, other), resource in (
            (slots[0], (0, 1), russian),
            (slots[5], (2, 3), russian),
            (slots[1], (1, 3), chinese),
        ):
            wish = accepted(session, cast.heads[one], cast.heads[other])
            wish.resource_id = resource.id
            session.flush()
            hold_meeting(session, event=cast.event, wish=wish, slot=slot, table=table, actor=actor, now=now)
        panel = placed(session, "Panel", (), 60, room="room-b")
        session.add_all([SessionUse(session_id=panel.id, resource_id=one.id, units=1) for one in (russian, chinese)])
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"/e/{cast.event.slug}/manage/agenda/release").text
    assert "1 meeting moves with it" in page
    with database.writing() as session:
        effects = release_agenda(session, event=cast.event, name="First", note=None, actor=actor, now=now)
    assert (effects.freed_meetings, effects.moved_meetings) == (0, 1)
    assert effects.touched == set(cast.heads[:2])
    with database.reading() as session:
        held = [one.slot_id for one in session.scalars(select(Meeting).order_by(Meeting.id))]
        # The panel ends at 11:00; the slot from 10:50 overlaps it.
        assert held == [slots[3].id, slots[5].id, slots[1].id]
