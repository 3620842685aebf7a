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
from app.meetings.queries import wishes_by_token_ahead
from app.platform.database.ahead import Values
from app.platform.tokens import digest


def read_answers_ahead(session: Session, addresses: Sequence[Mapping[str, Any]]) -> Values:
    """The wishes of these links, the days of their people, locked, and the tables that are taken at their times."""
    wishes = wishes_by_token_ahead(session, {digest(str(one["token"])) for one in addresses})
    found: dict[Hashable, Any] = {**wishes}
    people: dict[int, set[int]] = defaultdict(set)
    slots: dict[int, set[int]] = defaultdict(set)
    for wish, those in wishes.values():
        if wish.slot_id is not None and wish.answer is Answer.PENDING:
            people[wish.event_id] |= {one.delegate_id for one in those}
            slots[wish.event_id].add(wish.slot_id)
    for event_id in sorted(people):
        found |= lock_days_ahead(session, event_id=event_id, person_ids=people[event_id])
        found |= _tables_ahead(session, event_id, slots[event_id])
    return found


def _tables_ahead(session: Session, event_id: int, slot_ids: set[int]) -> Values:
    house = house_of(session, event_id)
    stretches = {stretch_of(house.grid, [slot]) for number, slot in house.slots_by_id.items() if number in slot_ids}
    ticks = {tick for stretch in stretches for tick in stretch}
    taken = busy_ticks(session, event_id=event_id, kind=ClaimKind.TABLE, at=ticks)
    return {
        tables_at(event_id, stretch): {table: at & {*stretch} for table, at in taken.items()} for stretch in stretches
    }
