"""What answers by link will ask for, read for all that share a commit."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind
from app.claims.queries import busy_ticks
from app.claims.service import lock_days_ahead
from app.meetings.enums import Answer
from app.meetings.house import house_of
from app.meetings.in_turn import stretch_of, tables_at
from app.meetings.models import MeetingWish
from app.meetings.queries import wishes_by_token_ahead
from app.platform.database.ahead import Values
from app.platform.tokens import digest


def read_answers_ahead(session: Session, addresses: Sequence[Mapping[str, Any]]) -> Values:
    """The wishes of these links, the days of their people, locked, and the tables that are taken at their times."""
    wishes = wishes_by_token_ahead(session, {digest(str(one["token"])) for one in addresses})
    found: dict[Hashable, Any] = {**wishes}
    by_event: dict[int, list[MeetingWish]] = defaultdict(list)
    for wish in wishes.values():
        if wish.slot_id is not None and wish.answer is Answer.PENDING:
            by_event[wish.event_id].append(wish)
    for event_id, those in sorted(by_event.items()):
        people = {one for wish in those for one in wish.delegate_ids}
        found |= lock_days_ahead(session, event_id=event_id, person_ids=people)
        found |= _tables_ahead(session, event_id, {wish.slot_id for wish in those})
    return found


def _tables_ahead(session: Session, event_id: int, slot_ids: set[int | None]) -> Values:
    house = house_of(session, event_id)
    stretches = {stretch_of(house.grid, [slot]) for slot in house.slots if slot.id in slot_ids}
    ticks = {tick for stretch in stretches for tick in stretch}
    taken = busy_ticks(session, event_id=event_id, kind=ClaimKind.TABLE, at=ticks)
    return {
        tables_at(event_id, stretch): {table: at & {*stretch} for table, at in taken.items()} for stretch in stretches
    }
