"""The loaded demonstration, ready to print."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from app.platform.actor import Actor
from app.platform.database.engine import Database


@dataclass(frozen=True)
class Press:
    """Prints and looks at delegations by code."""

    session: Any
    event: Any
    actor: Actor
    now: datetime
    numbers: dict[str, int]

    def itinerary(self, code: str) -> Any:
        from app.printing.queries import itinerary_of_delegation

        self.session.expire_all()
        return itinerary_of_delegation(self.session, self.event, self.numbers[code])

    def hand_out(self, *codes: str) -> bytes:
        from app.printing.service import print_sheets

        itineraries = [self.itinerary(code) for code in codes]
        return print_sheets(
            self.session, event=self.event, itineraries=itineraries, base_url=None, actor=self.actor, now=self.now
        ).pdf

    def outdated(self) -> set[str]:
        """By brute force: every delegation is asked."""
        from app.printing.service import is_outdated

        return {code for code in self.numbers if is_outdated(self.session, self.event, self.itinerary(code))}

    def visit(self, title: str) -> Any:
        from sqlalchemy import select

        from app.visits.models import Visit
        from app.visits.queries import visit_in_event

        number = self.session.scalars(select(Visit.id).where(Visit.title == title)).one()
        return visit_in_event(self.session, self.event.id, number)


@pytest.fixture
def demonstration(loaded: Database) -> Callable[[Any], tuple[Any, dict[str, int]]]:
    """``demonstration(session)``: the event of the loaded demonstration and its delegations by code."""
    from sqlalchemy import select

    from app.delegations.queries import delegations_of
    from app.events.models import Event

    def read(session: Any) -> tuple[Any, dict[str, int]]:
        event = session.scalars(select(Event)).one()
        return event, {one.code: one.id for one in delegations_of(session, event.id)}

    return read


@pytest.fixture
def press(demonstration: Any, session: Any, actor: Actor, now: datetime) -> Press:
    event, numbers = demonstration(session)
    return Press(session=session, event=event, actor=actor, now=now, numbers=numbers)


@pytest.fixture
def release_everything(now: datetime) -> Callable[..., None]:
    """``release_everything(session, event, meetings=12)``: every session released, one an hour a room, and so many
    meetings held; no solver is asked, and nobody looks whether anybody is twice somewhere."""
    from datetime import timedelta

    from sqlalchemy import select

    from app.agenda.models import AgendaRelease, ReleasedPerson, ReleasedSession
    from app.agenda.queries import sessions_of
    from app.events.models import EventDay, MeetingSlot, MeetingTable
    from app.events.queries import session_rooms_of
    from app.meetings.models import Meeting, MeetingWish

    def make(session: Any, event: Any, *, meetings: int = 12) -> None:
        days = session.scalars(select(EventDay).where(EventDay.event_id == event.id).order_by(EventDay.on)).all()
        rooms = session_rooms_of(session, event.id)
        release = AgendaRelease(event_id=event.id, number=1, name="Release 1", released_at=now)
        session.add(release)
        session.flush()
        for number, item in enumerate(sessions_of(session, event.id)):
            room = rooms[number % len(rooms)]
            starts_at = days[number % len(days)].starts_at + timedelta(minutes=15 * (number // 2))
            frozen = {
                "slug": item.slug, "kind": item.kind.value, "title": item.title, "titles": item.titles,
                "abstract": item.abstract, "languages": item.languages, "audience": item.audience,
                "attestation": item.attestation.value, "challenge": None, "challenge_names": {}, "partnership_id": None,
                "room": room.name, "room_slug": room.slug, "floor": room.floor, "site": room.site.name,
                "site_code": room.site.code, "people": [],
            }  # fmt: skip
            session.add(
                ReleasedSession(
                    release_id=release.id,
                    session_id=item.id,
                    room_id=room.id,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=item.duration_minutes),
                    frozen=frozen,
                    people=[
                        ReleasedPerson(
                            delegate_id=one.delegate_id,
                            part=one.part,
                            speaking_minutes=one.speaking_minutes,
                            position=one.position,
                        )
                        for one in item.people
                    ],
                )
            )
        slots = session.scalars(
            select(MeetingSlot).where(MeetingSlot.event_id == event.id).order_by(MeetingSlot.id)
        ).all()
        tables = session.scalars(select(MeetingTable).where(MeetingTable.event_id == event.id)).all()
        wishes = session.scalars(select(MeetingWish).where(MeetingWish.event_id == event.id).order_by(MeetingWish.id))
        for number, wish in enumerate(wishes.all()[:meetings]):
            session.add(
                Meeting(
                    event_id=event.id,
                    wish_id=wish.id,
                    slot_id=slots[number % len(slots)].id,
                    table_id=tables[(number % len(slots) + number // len(slots)) % len(tables)].id,
                    changed_at=now,
                )
            )
        session.flush()

    return make


@pytest.fixture
def released(press: Press, release_everything: Callable[..., None]) -> Press:
    """The demonstration with every session released and some meetings held."""
    release_everything(press.session, press.event)
    return press
