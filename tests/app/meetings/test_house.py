"""What meetings take place in is kept by the process; every change of it is seen by whoever asks next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select

from app.agenda.service.walking import set_walks, walks_by_pair
from app.delegations.models import Delegate, Delegation
from app.delegations.queries import delegate_in_event
from app.delegations.service.availability import Block, set_availability
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.enums import Answer
from app.meetings.forms import RulesForm
from app.meetings.house import House, house_of
from app.meetings.service import answer_wish, close_tables, set_host_table, set_rules, wish_meeting

Change = Callable[[Any, Event, dict[str, Any]], None]


def _close(session: Any, event: Event, common: dict[str, Any]) -> None:
    slot = session.scalars(select(MeetingSlot).where(MeetingSlot.event_id == event.id)).first()
    hours = {"starts_at": slot.starts_at, "ends_at": slot.ends_at}
    close_tables(session, event=event, first=1, last=2, is_open=False, **hours, **common)


def _host(session: Any, event: Event, common: dict[str, Any]) -> None:
    delegation = session.scalars(select(Delegation).where(Delegation.event_id == event.id)).first()
    table_id = session.scalars(select(MeetingTable.id).where(MeetingTable.event_id == event.id)).first()
    given = {"delegation": delegation, "table_id": table_id, "version": delegation.version}
    set_host_table(session, event=event, **given, **common)


def _walk(session: Any, event: Event, common: dict[str, Any]) -> None:
    seen = walks_by_pair(session, event.id)
    set_walks(session, event=event, minutes={pair: number + 15 for pair, number in seen.items()}, seen=seen, **common)


def _rule(session: Any, event: Event, common: dict[str, Any]) -> None:
    said = RulesForm(
        pending_percent=50, musts_max=1, offer_minutes=15, wish_expiry_hours=72, modes={}, least={}, most={}
    )
    set_rules(session, event=event, said=said, **common)


def _block(session: Any, event: Event, common: dict[str, Any]) -> None:
    slot = session.scalars(select(MeetingSlot).where(MeetingSlot.event_id == event.id)).first()
    own = delegate_in_event(session, event.id, session.scalars(select(Delegate.id)).first())
    blocks = (Block(starts_at=slot.starts_at, ends_at=slot.ends_at),)
    given = {"delegate": own, "arrives_at": own.arrives_at, "departs_at": own.departs_at, "version": own.version}
    set_availability(session, event=event, blocks=blocks, **given, **common)


def _seen(house: House) -> dict[Change, Any]:
    return {
        _close: [len(table.closings) for table in house.tables],
        _host: house.hosts,
        _walk: house.walks,
        _rule: house.rules.settings.musts_max,
        _block: {one: [(time.starts_at, time.ends_at) for time in times] for one, times in house.blocked.items()},
    }


@contextmanager
def _transaction(database: Any, event_id: int) -> Iterator[tuple[Any, Event]]:
    with database.writing() as session:
        yield session, session.get_one(Event, event_id)


@pytest.mark.parametrize("change", [_close, _host, _walk, _rule, _block])
def test_each_change_of_the_house_is_seen_at_once(
    database: Any, cast: Any, actor: Any, now: Any, change: Change
) -> None:
    with _transaction(database, cast.event.id) as (session, event):
        before = _seen(house_of(session, event.id))
        change(session, event, {"actor": actor, "now": now})
        after = _seen(house_of(session, event.id))
    assert {one for one in before if before[one] != after[one]} == {change}
    with _transaction(database, cast.event.id) as (session, event):
        assert _seen(house_of(session, event.id)) == after


def test_the_house_is_read_within_a_savepoint_and_leaves_it(database: Any, cast: Any, actor: Any, now: Any) -> None:
    with _transaction(database, cast.event.id) as (session, event):
        before = _seen(house_of(session, event.id))
        inside = session.begin_nested()
        _close(session, event, {"actor": actor, "now": now})
        assert _seen(house_of(session, event.id)) != before
        inside.rollback()
        assert _seen(house_of(session, event.id)) == before
        with session.begin_nested():
            _host(session, event, {"actor": actor, "now": now})
            after = _seen(house_of(session, event.id))
    assert after != before
    with _transaction(database, cast.event.id) as (session, event):
        assert _seen(house_of(session, event.id)) == after


def test_bookings_leave_the_house_as_it_was_read(database: Any, cast: Any, actor: Any, now: Any) -> None:
    common = {"actor": actor, "now": now}
    with _transaction(database, cast.event.id) as (session, event):
        house, slot = house_of(session, event.id), house_of(session, event.id).slots[0]
        made = wish_meeting(
            session, event=event, from_id=cast.heads[0], to_id=cast.heads[1], topic=None, message=None,
            slot_id=slot.id, **common,
        )  # fmt: skip
    asked: list[str] = []
    listening.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    with _transaction(database, cast.event.id) as (session, event):
        wish = session.merge(made.wish)
        answered = answer_wish(session, wish=wish, answer=Answer.ACCEPTED, **common)
        assert house_of(session, event.id) is house
    assert answered is not None
    assert answered.place is not None
    assert answered.place.starts_at == slot.starts_at
    assert not [one for one in asked if "FROM meeting_table" in one]
