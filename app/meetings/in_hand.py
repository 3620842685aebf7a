"""A meeting, or a wish without one, that an organiser has taken up on the desk, with the places where it may be put."""

import re
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.enums import Answer
from app.meetings.models import Meeting, MeetingWish
from app.meetings.places import company_of, elsewhere, read_hall
from app.meetings.queries import meeting_in_event, meeting_of_wish, wish_in_event
from app.meetings.view import name_of
from app.platform.errors import NotFound

KEY = re.compile(r"([mw])(\d{1,9})")
"""``m`` and the number of a meeting, ``w`` and that of a wish without one."""


@dataclass(frozen=True, kw_only=True)
class InHand:
    """What is in hand; ``places`` are legal, each a slot and a table by ID."""

    key: str
    name: str
    path: str
    wish: MeetingWish
    meeting: Meeting | None
    places: frozenset[tuple[int, int]]


def in_hand(session: Session, event: Event, key: str) -> InHand | None:
    """What a key means today; nothing where it is gone, has a meeting by now, or was not agreed."""
    found = KEY.fullmatch(key)
    if found is None:
        return None
    number, base = int(found[2]), f"/e/{event.slug}/manage/meetings"
    try:
        meeting = meeting_in_event(session, event.id, number) if found[1] == "m" else None
        wish = meeting.wish if meeting else wish_in_event(session, event.id, number)
    except NotFound:
        return None
    if meeting is None and (wish.answer is not Answer.ACCEPTED or meeting_of_wish(session, event.id, wish.id)):
        return None
    hall = read_hall(session, event, wish.delegate_ids, moving=meeting)
    return InHand(
        key=key,
        name=name_of(wish),
        path=f"{base}/{meeting.id}/move" if meeting else f"{base}/wishes/{wish.id}/place",
        wish=wish,
        meeting=meeting,
        places=frozenset(
            (place.slot.id, place.table.id) for place in elsewhere(hall.places(company_of(wish)), meeting)
        ),
    )
