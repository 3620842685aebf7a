"""Groups with interpreters, substitutes, the waiting list, and why two cannot meet."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.delegations.models import BlockedTime, Delegate
from app.events.models import MeetingSlot, MeetingTable, Resource
from app.meetings.enums import Answer, MeetingWishLevel, OfferState
from app.meetings.models import Meeting, MeetingOffer, MeetingWish
from app.meetings.service import hold_meeting, wish_meeting
from app.meetings.tasks import sweep


def _slots(client: Any) -> list[int]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)))


def _all(client: Any, model: Any) -> list[Any]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def _hold(session: Any, cast: Any, wish: Any, slot_id: int, actor: Any, now: Any, *, table: int = 0) -> Meeting:
    tables = session.scalars(select(MeetingTable).order_by(MeetingTable.id)).all()
    slot = session.get_one(MeetingSlot, slot_id)
    return hold_meeting(session, event=cast.event, wish=wish, slot=slot, table=tables[table], actor=actor, now=now)


def test_mtg_11_a_group_is_placed_only_where_seats_and_an_interpreter_are_free(
    client: Any, cast: Any, as_delegate: Any, ask: Any, accepted: Any, actor: Any, now: Any
) -> None:
    """MTG-11: up to eight; with a language only slots are offered and held in which a team of it is on its shift."""
    slots = _slots(client)
    with client.app.state.database.writing() as session:
        team = Resource(event_id=cast.event.id, code="interpreters-zh", name="Chinese", language="zh", capacity=1)
        session.add(team)
        session.flush()
        other = accepted(session, cast.heads[2], cast.heads[3], language="zh")
        _hold(session, cast, other, slots[0], actor, now)
        tables = session.scalars(select(MeetingTable).order_by(MeetingTable.id)).all()
        tables[2].seats = 2
    as_delegate(cast.heads[0])
    address = f"/e/{cast.event.slug}/my/meetings/new?with={cast.heads[1]}"

    def offered(query: str) -> list[int]:
        return [int(one) for one in re.findall(r'name="slot_id" value="(\d+)"', client.get(address + query).text)]

    assert offered("") == slots
    both = f"&chosen=yes&also={cast.staff[0]}&also={cast.staff[1]}&language=zh"
    assert offered(both) == slots[1:], "the only team interprets elsewhere in the first slot"
    group = {"also": [cast.staff[0], cast.staff[1]], "language": "zh"}
    assert ask(cast.heads[1], slot_id=slots[0], **group).status_code == 422
    assert ask(cast.heads[1], slot_id=slots[1], **group).status_code == 303
    wish = _all(client, MeetingWish)[-1]
    as_delegate(cast.heads[1])
    answer = f"/e/{cast.event.slug}/my/meetings/wishes/{wish.id}/answer"
    assert client.post(answer, data={"answer": "accepted"}).status_code == 303
    held = _all(client, Meeting)[-1]
    assert (held.slot_id, held.table_id != tables[2].id) == (slots[1], True), "a table with seats for four"
    as_delegate(cast.heads[0])
    assert 'href="#also"' in ask(cast.heads[2], also=list(range(1, 9))).text, "more than eight are refused"


def test_mtg_12_a_colleague_goes_and_the_partner_is_told(
    client: Any, cast: Any, as_delegate: Any, accepted: Any, actor: Any, now: Any, mails: Any
) -> None:
    """MTG-12: the page lists free colleagues by rank; partner and colleague read who comes; nothing else moves."""
    slots = _slots(client)
    with client.app.state.database.writing() as session:
        deputy = Delegate(
            event_id=cast.event.id, delegation_id=cast.delegations[0], family_name="Deputy", badge_name="Deputy",
            rank=40, email="deputy@x.example", approved_at=now,
        )  # fmt: skip
        session.add(deputy)
        session.flush()
        deputy_id = deputy.id
        session.get_one(Delegate, cast.staff[0]).rank, session.get_one(Delegate, cast.staff[0]).approved_at = 50, now
        meeting = _hold(session, cast, accepted(session, cast.heads[1], cast.heads[0]), slots[0], actor, now)
        other = _hold(session, cast, accepted(session, cast.heads[0], cast.heads[2]), slots[1], actor, now)
        ids, version = (meeting.id, other.id), meeting.version
    as_delegate(cast.heads[0])
    address = f"/e/{cast.event.slug}/my/meetings/{ids[0]}"
    listed = re.findall(r'name="instead_id" value="(\d*)"', client.get(address).text)
    assert listed == [str(deputy_id), str(cast.staff[0]), ""], "by rank, nobody last"
    assert client.post(address, data={"version": version, "instead_id": cast.heads[3]}).status_code == 422
    assert client.post(address, data={"version": version, "instead_id": deputy_id}).status_code == 303
    told = mails("meeting substitute")
    assert {recipient for recipient, _ in told} == {"deputy@x.example", "mayor@shenzhen.example"}
    assert all("Deputy comes instead of Mayor of Phnom Penh." in body for _, body in told)
    assert [(one.slot_id, one.sequence) for one in _all(client, Meeting)] == [(slots[0], 1), (slots[1], 0)]
    as_delegate(cast.heads[3])
    assert client.get(address).status_code == 404, "another's meeting is not there"


def test_mtg_14_a_freed_time_goes_to_the_best_wish_and_then_to_the_next(
    client: Any, cast: Any, as_delegate: Any, accepted: Any, actor: Any, now: Any, mails: Any, link_in: Any, clock: Any
) -> None:
    """MTG-14: musts before value before date; who does not answer in the set minutes is passed over; one takes it."""
    slots, database = _slots(client), client.app.state.database
    with database.writing() as session:
        meeting = _hold(session, cast, accepted(session, cast.heads[0], cast.heads[1]), slots[0], actor, now)
        early = accepted(session, cast.heads[2], cast.heads[0]).id
        valued = accepted(session, cast.heads[3], cast.heads[1]).id
        must = accepted(session, cast.staff[2], cast.heads[0], level=MeetingWishLevel.MUST).id
        elsewhere = accepted(session, cast.staff[3], cast.staff[2], level=MeetingWishLevel.MUST).id
        session.get_one(MeetingWish, valued).value = 5
        session.get_one(MeetingWish, elsewhere).value = 9
        blocked = session.get_one(MeetingSlot, slots[0])
        start, end = blocked.starts_at, blocked.ends_at
        session.add(BlockedTime(delegate_id=cast.staff[3], starts_at=start, ends_at=end))
        meeting_id, version, table_id = meeting.id, meeting.version, meeting.table_id
    as_delegate(cast.heads[0])
    own = f"/e/{cast.event.slug}/my/meetings"
    assert client.post(f"{own}/{meeting_id}", data={"version": version, "reason": "ill"}).status_code == 303
    assert [one.wish_id for one in _all(client, MeetingOffer)] == [must], "the other must cannot come then"
    client.cookies.clear()
    first = link_in(mails("freed time")[0][1])
    assert "Take it" in client.get(first).text
    assert sweep(database, clock, base_url="http://testserver") == 0, "it is theirs for the set minutes"
    clock.set(now + timedelta(minutes=15))
    assert sweep(database, clock, base_url="http://testserver") == 1
    assert [(one.wish_id, one.state) for one in _all(client, MeetingOffer)] == [
        (must, OfferState.LAPSED),
        (valued, OfferState.OPEN),
    ]
    assert client.post(first, data={"answer": "taken"}).status_code == 409, "too late"
    second = link_in(mails("freed time")[1][1])
    assert client.post(second, data={"answer": "declined"}).status_code == 303
    third = link_in(mails("freed time")[2][1])
    assert client.post(third, data={"answer": "taken"}).status_code == 303
    assert client.post(third, data={"answer": "taken"}).status_code == 303, "harmless twice"
    held = [one for one in _all(client, Meeting) if one.wish_id == early]
    assert [(one.slot_id, one.table_id) for one in held] == [(slots[0], table_id)]
    assert {one.answer for one in _all(client, MeetingWish) if one.id in (must, valued)} == {Answer.ACCEPTED}


def test_mtg_14_the_place_that_a_moved_meeting_leaves_is_offered_too(
    client: Any, cast: Any, sign_in: Any, accepted: Any, actor: Any, now: Any, mails: Any
) -> None:
    slots = _slots(client)
    with client.app.state.database.writing() as session:
        meeting = _hold(session, cast, accepted(session, cast.heads[0], cast.heads[1]), slots[0], actor, now)
        waiting = accepted(session, cast.heads[2], cast.heads[3]).id
        address = f"/e/{cast.event.slug}/manage/meetings/{meeting.id}/move"
        there = {"slot_id": slots[0], "table_id": meeting.table_id}
        elsewhere = {"version": meeting.version, "place": f"{slots[1]}-{meeting.table_id}"}
    sign_in("organiser", event_id=cast.event.id)
    stays = {**elsewhere, "place": f"{there['slot_id']}-{there['table_id']}"}
    assert client.post(address, data=stays).status_code == 303
    assert _all(client, MeetingOffer) == [], "nothing has moved"
    assert client.post(address, data=elsewhere).status_code == 303
    (offer,) = _all(client, MeetingOffer)
    assert (offer.wish_id, offer.slot_id, offer.table_id) == (waiting, there["slot_id"], there["table_id"])
    assert len(mails("freed time")) == 1


def test_mtg_13_why_not_says_the_reason_and_the_nearest_change_and_nothing_private(
    client: Any, cast: Any, as_delegate: Any, accepted: Any, placed: Any, actor: Any, now: Any
) -> None:
    """MTG-13, canary: of the other side it says that there is no time, never what they do, where, or whom they refuse."""
    slots, database = _slots(client), client.app.state.database
    with database.writing() as session:
        every = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        secret = session.get_one(Delegate, cast.heads[3])
        secret.badge_name = secret.family_name = "CANARY-PARTNER"
        session.get_one(Delegate, cast.heads[1]).arrives_at = every[2].starts_at
        for n, index in enumerate((2, 3)):
            topic = "CANARY-TOPIC"
            wish = accepted(session, cast.heads[1], (cast.heads[3], cast.staff[3])[n], topic=topic)
            _hold(session, cast, wish, slots[index], actor, now, table=2)
        for index in (4, 5):
            block = every[index]
            session.add(
                BlockedTime(
                    delegate_id=cast.heads[1], starts_at=block.starts_at, ends_at=block.ends_at, reason="CANARY-BLOCK"
                )
            )
    as_delegate(cast.heads[0])
    address = f"/e/{cast.event.slug}/my/people/why?with={cast.heads[1]}"
    page = client.get(address).text
    assert "There is no time at which both of you are free." in page
    assert f"/my/meetings/new?with={cast.staff[1]}" in page, "a colleague with a common time is the nearest change"
    assert "CANARY" not in page
    with database.writing() as session:
        session.get_one(Delegate, cast.heads[1]).arrives_at = None
        for slot in every[:2]:
            session.add(BlockedTime(delegate_id=cast.heads[0], starts_at=slot.starts_at, ends_at=slot.ends_at))
    page = client.get(address).text
    assert "There is no time at which both of you are free." in page
    assert "10:00 would do, if you were there." in page
    with database.writing() as session:
        for block in session.scalars(select(BlockedTime).where(BlockedTime.delegate_id == cast.heads[0])):
            session.delete(block)
        wish = accepted(session, cast.heads[0], cast.heads[2])
        _hold(session, cast, wish, slots[0], actor, now)
        own = wish_meeting(
            session, event=cast.event, from_id=cast.staff[0], to_id=cast.staff[2], topic=None, message=None,
            actor=actor, now=now,
        ).wish  # fmt: skip
        assert own.answer is Answer.PENDING
    page = client.get(address).text
    assert "1 time suits both of you." in page, "a pending wish blocks nobody"
    with database.writing() as session:
        wish = accepted(session, cast.heads[0], cast.staff[2])
        _hold(session, cast, wish, slots[1], actor, now)
    page = client.get(address).text
    assert "10:00 would do, if you gave up what you have then." in page
    assert "CANARY" not in page
    with database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).meetings_max = 2
    page = client.get(address).text
    assert "You may have 2 meetings" in page
    assert "count no longer" in page
