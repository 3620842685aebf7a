"""Answers by link that share a commit are read for together, and come out as if each had come alone."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event as listening
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.claims.queries import whole_days
from app.claims.service import lock_days, lock_days_ahead
from app.delegations.models import Delegate
from app.delegations.service.availability import Block, set_availability
from app.events.models import MeetingSlot
from app.meetings import answers_ahead, loaders
from app.meetings.enums import Answer
from app.meetings.models import Meeting, MeetingWish
from app.meetings.queries import wish_in_event
from app.meetings.service import answer_wish, booking, close_tables, propose_other_time, wish_meeting, withdraw_wish
from app.platform import audit
from app.platform.database import writes as writes_module

both = pytest.mark.parametrize("kind", [None, pytest.param("pg", marks=pytest.mark.postgres)])


@pytest.fixture
def link_of(database: Any, cast: Any, actor: Any, now: Any) -> Callable[..., str]:
    """``link_of(asks, asked, slot)``: the link of a wish for one of the first slots."""

    def wish(asks: int, asked: int, slot: int) -> str:
        with database.writing() as session:
            slots = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).all()
            return wish_meeting(
                session, event=cast.event, from_id=asks, to_id=asked, topic=None, message=None, slot_id=slots[slot],
                actor=actor, now=now,
            ).token  # fmt: skip

    return wish


@pytest.fixture
def answer_all(client: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Sequence[str]], list[int]]:
    """``answer_all(links)``: yes to all of them at one moment, in one commit; the statuses."""
    monkeypatch.setattr(writes_module, "BATCH_SECONDS", 60)

    async def answer(links: Sequence[str]) -> list[int]:
        transport = httpx.ASGITransport(client.app)
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as browser:
            writes = client.app.state.writes
            writes._going = asyncio.current_task()  # nothing begins before all are there
            asked = [asyncio.create_task(browser.post(f"/m/{link}", data={"answer": "accepted"})) for link in links]
            while len(writes._waiting) < len(links):
                await asyncio.sleep(0.01)
            writes._going = asyncio.create_task(writes._go())
            return [one.status_code for one in await asyncio.gather(*asked)]

    return lambda links: asyncio.run(answer(links))


def _asked_by(client: Any, do: Callable[[], Any]) -> tuple[Any, list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    listening.listen(client.app.state.database.engine, "before_cursor_execute", note)
    try:
        return do(), asked
    finally:
        listening.remove(client.app.state.database.engine, "before_cursor_execute", note)


@both
def test_wishes_of_other_people_are_read_once(client: Any, cast: Any, link_of: Any, answer_all: Any, kind: Any) -> None:
    heads, staff = cast.heads, cast.staff
    assert answer_all([link_of(heads[0], staff[1], 3)]) == [303], "whoever comes next finds what the process keeps"
    pairs = ((heads[1], staff[0]), (heads[2], staff[3]), (heads[3], staff[2]))
    links = [link_of(one, other, number) for number, (one, other) in enumerate(pairs)]
    statuses, asked = _asked_by(client, lambda: answer_all(links))
    assert statuses == [303] * len(links)
    assert sum("FROM meeting_wish JOIN wish_person" in one for one in asked) == 1, "\n".join(asked)


@both
def test_each_answer_stands_beside_those_before_it(
    client: Any, cast: Any, database: Any, link_of: Any, answer_all: Any, kind: Any
) -> None:
    """One link twice, one person in two wishes of one time, and in two of other times: the ledger has what it should."""
    me, others = cast.heads[0], [*cast.heads[1:], *cast.staff[1:]]
    twice = link_of(others[0], me, 0)
    rival = link_of(others[1], me, 0)
    later = link_of(others[2], me, 1)
    assert answer_all([twice, rival, twice, later]) == [303, 409, 303, 303]
    with database.reading() as session:
        assert audit.verify(session) is None
        answers = session.scalars(select(MeetingWish.answer).order_by(MeetingWish.id)).all()
        assert answers == [Answer.ACCEPTED, Answer.PENDING, Answer.ACCEPTED]
        assert len(session.scalars(select(Meeting)).all()) == 2
        held, _walks = whole_days(session, event_id=cast.event.id, person_ids=[me])
        assert len(held[me]) == 2


@pytest.mark.postgres
def test_a_day_that_another_has_is_left_to_whoever_asks_for_it(cast: Any, database: Any) -> None:
    """The reading ahead waits for nobody: it would hold up all others of the commit."""
    people = sorted(cast.heads[:2])
    with database.writing() as session:
        lock_days(session, event_id=cast.event.id, person_ids=people)
    with database.writing() as one, database.writing() as other:
        lock_days(one, event_id=cast.event.id, person_ids=people[:1])
        found = lock_days_ahead(other, event_id=cast.event.id, person_ids=people)
        assert [name[2] for name in found] == people[1:]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("meanwhile", "told", "stands"),
    [("withdrawn", 409, Answer.WITHDRAWN), ("declined", 303, Answer.DECLINED), ("other time", 303, Answer.PENDING)],
)
def test_a_wish_that_another_process_changed_after_it_was_read_is_judged_as_it_is(
    cast: Any, database: Any, link_of: Any, answer_all: Any, actor: Any, now: Any, monkeypatch: pytest.MonkeyPatch,
    meanwhile: str, told: int, stands: Answer,
) -> None:  # fmt: skip
    heads, staff = cast.heads, cast.staff
    links = [link_of(heads[0], staff[1], 0), link_of(heads[2], staff[3], 1), link_of(heads[1], staff[0], 2)]
    with database.reading() as session:
        ids = session.scalars(select(MeetingWish.id).order_by(MeetingWish.id)).all()
        late = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at.desc())).first()
    readings: list[int] = []

    def change(session: Any) -> None:
        wish = wish_in_event(session, cast.event.id, ids[1])
        if meanwhile == "withdrawn":
            withdraw_wish(session, wish=wish, actor=actor, now=now)
        elif meanwhile == "declined":
            answer_wish(session, wish=wish, answer=Answer.DECLINED, actor=actor, now=now)
        else:
            propose_other_time(session, event=cast.event, wish=wish, slot_id=late, actor=actor, now=now)

    def read(session: Any, digests: Any) -> Any:
        found = read_it(session, digests)
        readings.append(len(found))
        if len(readings) == 1:
            database.retry(change)
        return found

    read_it = answers_ahead.wishes_by_token_ahead
    monkeypatch.setattr(answers_ahead, "wishes_by_token_ahead", read)
    assert answer_all(links) == [303, told, 303]
    assert readings[0] == 3
    with database.reading() as session:
        assert audit.verify(session) is None
        answers = session.scalars(select(MeetingWish.answer).order_by(MeetingWish.id)).all()
        assert answers == [Answer.ACCEPTED, stands, Answer.ACCEPTED]
        assert len(session.scalars(select(Meeting)).all()) == 2


@pytest.mark.postgres
@pytest.mark.parametrize("change", ["a blocked time", "a closed table"])
@pytest.mark.parametrize("looks_again", [True, False])
def test_what_another_process_closes_within_a_batch_is_closed_for_whoever_is_not_booked_yet(
    client: Any, cast: Any, database: Any, link_of: Any, answer_all: Any, actor: Any, now: Any,
    monkeypatch: pytest.MonkeyPatch, change: str, looks_again: bool,
) -> None:  # fmt: skip
    """No ledger says it; and the control: a batch that does not look again at its end books somebody there."""
    heads, staff = cast.heads, cast.staff
    links = [link_of(heads[0], staff[1], 0), link_of(heads[2], staff[3], 1)]
    with database.reading() as session:
        slot = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()[1]
    booked: list[int] = []

    def close(session: Any) -> None:
        hours = {"starts_at": slot.starts_at, "ends_at": slot.ends_at}
        if change == "a closed table":
            close_tables(session, event=cast.event, first=1, last=3, is_open=False, actor=actor, now=now, **hours)
            return
        person = session.scalars(
            select(Delegate).where(Delegate.id == staff[3]).options(selectinload(Delegate.blocked_times))
        ).one()
        set_availability(
            session, event=cast.event, delegate=person, arrives_at=None, departs_at=None, blocks=[Block(**hours)],
            version=person.version, actor=actor, now=now,
        )  # fmt: skip

    def hold_one(session: Any, **more: Any) -> Any:
        booked.append(more["wish"].id)
        if len(booked) == 1:
            database.retry(close)
        return hold_it(session, **more)

    hold_it = booking.hold_first
    monkeypatch.setattr(booking, "hold_first", hold_one)
    if not looks_again:
        monkeypatch.setattr(client.app.state.writes, "_outdated_by", ())
    assert answer_all(links) == [303, 409 if looks_again else 303]
    with database.reading() as session:
        assert audit.verify(session) is None
        assert len(session.scalars(select(Meeting)).all()) == (1 if looks_again else 2)


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("whose", "times", "answer"), [("of a guest", 1, 409), ("of somebody else", 1, 303), ("of somebody else", 9, 503)]
)
def test_an_earlier_departure_counts_and_whoever_is_overtaken_each_time_is_told_to_come_again(
    client: Any, cast: Any, database: Any, link_of: Any, answer_all: Any, actor: Any, now: Any,
    monkeypatch: pytest.MonkeyPatch, whose: str, times: int, answer: int,
) -> None:  # fmt: skip
    """Another process commits it after the guests were read and before the log is looked at."""
    guest, other = cast.staff[1], cast.staff[3]
    links = [link_of(cast.heads[0], guest, 0)]
    with database.reading() as session:
        begins = session.scalars(select(MeetingSlot.starts_at).order_by(MeetingSlot.starts_at)).all()[0]
    looks: list[int] = []

    def leave(session: Any) -> None:
        number = guest if whose == "of a guest" else other
        person = session.scalars(
            select(Delegate).where(Delegate.id == number).options(selectinload(Delegate.blocked_times))
        ).one()
        set_availability(
            session, event=cast.event, delegate=person, arrives_at=None,
            departs_at=begins - timedelta(minutes=len(looks)), blocks=[], version=person.version, actor=actor, now=now,
        )  # fmt: skip

    def house_then(session: Any, event_id: int) -> Any:
        looks.append(event_id)
        if len(looks) <= times:
            database.retry(leave)
        return house_of(session, event_id)

    house_of = loaders.house_of
    monkeypatch.setattr(loaders, "house_of", house_then)
    assert answer_all(links) == [answer]
    with database.reading() as session:
        assert audit.verify(session) is None
        assert len(session.scalars(select(Meeting)).all()) == (answer == 303)
