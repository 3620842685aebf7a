"""T03: whatever is booked, moved and cancelled in whatever order, the tables say what a plain dictionary says."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.claims.service import AlreadyTaken
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.queries import meetings_of, wish_in_event
from app.meetings.service import cancel, hold_meeting

STEP = st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 2), st.integers(0, 2))
"""Whether to book or to cancel, which wish, which slot, which table."""


def _walk(hall: Any, actor: Any, steps: list[tuple[bool, int, int, int]]) -> None:
    with hall.database.write_sessions() as session:
        slots = [session.get_one(MeetingSlot, one) for one in hall.slots]
        tables = [session.get_one(MeetingTable, one) for one in hall.tables]
        wishes = [wish_in_event(session, hall.event.id, one) for one in hall.wishes[:6]]
        people = {wish.id: {person.delegate_id for person in wish.people} for wish in wishes}
        model: dict[int, tuple[int, int]] = {}
        for books, number, slot, table in steps:
            wish = wishes[number]
            if not books:
                for meeting in meetings_of(session, hall.event.id):
                    if meeting.wish_id == wish.id:
                        cancel(
                            session, event=hall.event, meeting=meeting, version=meeting.version, reason="x",
                            actor=actor, now=hall.now,
                        )  # fmt: skip
                model.pop(wish.id, None)
                continue
            in_the_way = [
                other
                for other, (their_slot, their_table) in model.items()
                if other != wish.id and their_slot == slot and (their_table == table or people[other] & people[wish.id])
            ]
            try:
                with session.begin_nested():
                    hold_meeting(
                        session, event=hall.event, wish=wish, slot=slots[slot], table=tables[table], actor=actor,
                        now=hall.now,
                    )  # fmt: skip
            except AlreadyTaken:
                assert in_the_way, "refused, though nothing is in the way"
                session.expire_all()
                wishes = [wish_in_event(session, hall.event.id, one.id) for one in wishes]
            else:
                assert not in_the_way, "booked, though something is in the way"
                model[wish.id] = (slot, table)
        found = {one.wish_id: (one.slot_id, one.table_id) for one in meetings_of(session, hall.event.id)}
        assert found == {wish: (hall.slots[slot], hall.tables[table]) for wish, (slot, table) in model.items()}
        session.rollback()


SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture], "derandomize": True}


@settings(max_examples=12, **SETTINGS)
@given(steps=st.lists(STEP, min_size=10, max_size=20))
def test_the_tables_say_what_a_dictionary_says(hall: Any, actor: Any, steps: Any) -> None:
    """T03."""
    _walk(hall, actor, steps)


@pytest.mark.long
@pytest.mark.timeout(7200)
@settings(max_examples=300, **SETTINGS)
@given(steps=st.lists(STEP, min_size=50, max_size=60))
def test_the_tables_say_what_a_dictionary_says_at_length(hall: Any, actor: Any, steps: Any) -> None:
    """T03."""
    _walk(hall, actor, steps)
