"""Whom a line of the log about bookings is about, so that the pages of all others go out again as they are."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.meetings.models import Meeting, MeetingOffer, MeetingWish, WishPerson
from app.platform.database.inserting import table_of
from app.platform.database.portions import portions
from app.platform.log_follower import Lines

OF_A_WISH = frozenset(
    {
        "meeting.held", "meeting.cancelled",
        "wish.made", "wish.accepted", "wish.declined", "wish.other_time", "wish.withdrawn", "wish.expired",
        "wish.set_by_office",
        "offer.made", "offer.taken", "offer.declined", "offer.lapsed",
    }
)  # fmt: skip
"""Actions after which the people of the wish are those that they were before: nobody else's rows change.

All other lines may be about everybody: that a colleague goes instead, a no, a plan that was accepted, and whatever is
new and does not stand here.
"""

_MEETING, _OFFER, _WISH = table_of(Meeting).c, table_of(MeetingOffer).c, table_of(MeetingWish).c
_PERSON = table_of(WishPerson).c
_IDS: Any = bindparam("ids", expanding=True)
_WISH_OF = {
    "meeting": select(_MEETING.id, _MEETING.wish_id).where(_MEETING.id.in_(_IDS)),
    "meeting_offer": select(_OFFER.id, _OFFER.wish_id).where(_OFFER.id.in_(_IDS)),
}
_SIDES = select(_WISH.id, _WISH.from_delegate_id, _WISH.to_delegate_id).where(_WISH.id.in_(_IDS))
_PEOPLE = select(_PERSON.wish_id, _PERSON.delegate_id).where(_PERSON.wish_id.in_(_IDS))


def people_of(session: Session, lines: Lines) -> dict[int, frozenset[int]]:
    """The delegates whom each line is about, by its number; lines that may be about anybody are left out.

    The people of a wish are read as they are now. Where they are others than at the time of the line, a later line says
    so, and it is about everybody.
    """
    known = [line for line in lines if line.action in OF_A_WISH]
    by_entity: dict[str, set[int]] = defaultdict(set)
    for line in known:
        by_entity[line.entity].add(int(line.entity_id))
    wish_of = {("meeting_wish", one): one for one in by_entity["meeting_wish"]}
    for entity, statement in _WISH_OF.items():
        wish_of |= {(entity, one): wish for one, wish in _rows(session, statement, by_entity[entity])}
    people = _people_of_wishes(session, set(wish_of.values()))
    found = {line.id: people.get(wish_of.get((line.entity, int(line.entity_id)), 0)) for line in known}
    return {number: those for number, those in found.items() if those is not None}


def _people_of_wishes(session: Session, wish_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    people = {one: {asks, asked} for one, asks, asked in _rows(session, _SIDES, wish_ids)}
    for wish_id, delegate_id in _rows(session, _PEOPLE, people):
        people[wish_id].add(delegate_id)
    return {wish_id: frozenset(those) for wish_id, those in people.items()}


def _rows(session: Session, statement: Select[Any], ids: Collection[int]) -> Iterator[Any]:
    for portion in portions(sorted(ids)):
        yield from session.connection().execute(statement, {"ids": portion})
