"""A wish on its way: the time that was asked for, the times that may be asked for, and no second wish of the same two."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.enums import Answer
from app.meetings.models import Meeting, MeetingWish
from app.meetings.planner import problem_of
from app.meetings.service import answer_wish, hold_meeting, wish_meeting, withdraw_wish
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.errors import Refused
from app.platform.outbox import OutboxMail


@pytest.fixture
def delegate(client: Any, cast: Any, sign_in: Any) -> Any:
    """The first head is signed in; ``delegate(slot_id=…)`` sends a wish to the second head."""
    sign_in("delegate", event_id=cast.event.id, delegate_id=cast.heads[0], delegation_id=cast.delegations[0])

    def send(**fields: Any) -> Any:
        wish = {"with": cast.heads[1], "topic": "Waste to energy", "message": "Twenty minutes are enough", **fields}
        return client.post(f"/e/{cast.event.slug}/my/meetings/new", data=wish)

    return send


def _slots(session: Any) -> list[MeetingSlot]:
    return list(session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)))


def _wish(session: Any, cast: Any, one: int, other: int, actor: Actor, now: datetime, **more: Any) -> MeetingWish:
    return wish_meeting(
        session, event=cast.event, from_id=one, to_id=other, topic=None, message=None, actor=actor, now=now, **more
    ).wish


def test_the_time_that_was_asked_for_is_in_the_mail_on_the_page_and_in_the_plan(
    client: Any, cast: Any, delegate: Any
) -> None:
    with client.app.state.database.reading() as session:
        chosen = _slots(session)[2].id
    assert delegate(slot_id=chosen).status_code == 303
    with client.app.state.database.reading() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.cause == "meeting wish")).one()
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "wish.made")).one()
        said = {one.field: one.after for one in session.scalars(select(AuditValue).filter_by(entry_id=line.id))}
    assert said["slot_id"] == str(chosen), "ADM-03"
    assert said["people"] == str([*cast.heads[:2]]), "ADM-03"
    time = "Tue 3 Sep, 10:50"
    assert f"Proposed time: {time}." in mail.body
    address = re.search(r"http://testserver(/m/[^\s?]+)", mail.body)[1]  # type: ignore[index]
    assert f"Proposed time: {time}." in client.get(address).text
    assert "mar. 3 sept" in client.get(f"{address}?lang=fr").text
    assert client.post(address, data={"answer": "accepted"}).status_code == 303
    with client.app.state.database.reading() as session:
        told = session.scalars(select(OutboxMail).where(OutboxMail.cause == "meeting answer")).one()
        problem = problem_of(session, cast.event.id)
        table = session.scalars(select(MeetingTable.number).join(Meeting, Meeting.table_id == MeetingTable.id)).one()
    assert f"You meet on {time}: Hall, table {table}." in told.body
    assert [wish.pin and wish.pin.slot for wish in problem.wishes] == [f"s{chosen}"], "held where both agreed"


def test_without_a_time_any_slot_will_do(client: Any, cast: Any, delegate: Any, accepted: Any) -> None:
    assert delegate().status_code == 303
    with client.app.state.database.writing() as session:
        accepted(session, cast.heads[2], cast.heads[3])
        assert "Proposed time" not in session.scalars(select(OutboxMail.body)).one()
        assert [wish.slots for wish in problem_of(session, cast.event.id).wishes] == [None]


@pytest.mark.parametrize("typed", ["999999", "-1", "1000000000000", "1" + "0" * 30, "another event's", "taken", "tea"])
def test_a_time_that_the_page_did_not_offer_is_refused_with_what_was_typed(
    client: Any, cast: Any, delegate: Any, accepted: Any, actor: Actor, now: datetime, typed: str
) -> None:
    with client.app.state.database.writing() as session:
        slots = _slots(session)
        if typed == "taken":
            wish, table = accepted(session, cast.heads[1], cast.heads[2]), 1
            hold_meeting(
                session, event=cast.event, wish=wish, slot=slots[0], table=session.get_one(MeetingTable, table),
                actor=actor, now=now,
            )  # fmt: skip
            typed = str(slots[0].id)
        if typed == "another event's":
            other = Event(**{
                column.key: getattr(cast.event, column.key)
                for column in Event.__table__.columns
                if column.key not in {"id", "slug", "version"}
            }, slug="other-event")  # fmt: skip
            session.add(other)
            session.flush()
            foreign = MeetingSlot(event_id=other.id, block="d1", starts_at=slots[3].starts_at, ends_at=slots[3].ends_at)
            session.add(foreign)
            session.flush()
            typed = str(foreign.id)
    answer = delegate(slot_id=typed, form_key="one form")
    assert answer.status_code == 422
    assert 'id="slot_id-error"' in answer.text
    assert 'value="Waste to energy"' in answer.text
    assert "Twenty minutes are enough" in answer.text
    with client.app.state.database.reading() as session:
        mine = select(MeetingWish).where(MeetingWish.from_delegate_id == cast.heads[0])
        assert session.scalars(mine).all() == []
        offered = next(one.id for one in _slots(session)[4:] if one.event_id == cast.event.id)
    assert delegate(slot_id=offered, form_key="one form").status_code == 303, "a refusal does not spend the form"


@pytest.mark.parametrize("answer", [Answer.PENDING, Answer.ACCEPTED])
def test_two_have_one_wish_at_a_time(
    session: Any, cast: Any, accepted: Any, actor: Actor, now: datetime, answer: Answer
) -> None:
    one, other, third, _ = cast.heads
    if answer is Answer.ACCEPTED:
        accepted(session, one, other)
        said = ["agreed to meet already", "agreed to meet already"]
    else:
        _wish(session, cast, one, other, actor, now)
        said = ["You asked this person already", "This person asked you already"]
    for pair, words in zip(((one, other), (other, one)), said, strict=True):
        with pytest.raises(Refused, match=words) as refused:
            _wish(session, cast, *pair, actor, now)
        assert set(refused.value.errors) == {"with"}
    assert _wish(session, cast, one, third, actor, now).answer is Answer.PENDING


def test_what_was_declined_withdrawn_or_has_ended_may_be_wished_anew(
    session: Any, cast: Any, actor: Actor, now: datetime
) -> None:
    one, other = cast.heads[:2]
    declined = _wish(session, cast, one, other, actor, now)
    answer_wish(session, wish=declined, answer=Answer.DECLINED, actor=actor, now=now)
    withdraw_wish(session, wish=_wish(session, cast, one, other, actor, now), actor=actor, now=now)
    ending = _wish(session, cast, one, other, actor, now)
    assert ending.expires_at is not None
    assert _wish(session, cast, other, one, actor, ending.expires_at).answer is Answer.PENDING


def test_the_second_wish_comes_back_as_it_was_typed(client: Any, cast: Any, delegate: Any) -> None:
    assert delegate(form_key="first").status_code == 303
    again = delegate(form_key="second", topic="Once more")
    assert again.status_code == 422
    assert "You asked this person already" in again.text
    assert 'value="Once more"' in again.text
    with client.app.state.database.reading() as session:
        assert len(session.scalars(select(MeetingWish)).all()) == 1
