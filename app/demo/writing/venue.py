"""The edition, its days, sites, rooms, tables, slots, interpreters and challenges."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.demo.story import Story
from app.demo.writing.desk import Desk, at_venue
from app.events.country_lists import ensure_country_list
from app.events.enums import EventState
from app.events.models import (
    Challenge,
    DayClosing,
    Event,
    EventDay,
    MeetingSlot,
    MeetingTable,
    Resource,
    Room,
    Site,
    Walk,
)

STAYS_OPEN = timedelta(days=30)


def write_event(session: Session, story: Story, *, now: datetime) -> Event:
    """The edition. Registration and wishes stay open for a month after loading, so that there is something to do."""
    edition = story.event
    columns = edition.model_dump(exclude={"attestation", "source", "completed"}) | {
        name: at_venue(getattr(edition, name), edition.timezone) for name in ("registration_opens_at", "wishes_open_at")
    }
    for name in ("registration_closes_at", "wishes_close_at"):
        columns[name] = max(at_venue(getattr(edition, name), edition.timezone), now + STAYS_OPEN)
    event = Event(
        **columns | {"organisers": list(edition.organisers), "languages": list(edition.languages)},
        state=EventState.OPEN,
        is_demonstration=True,
        classification_id=ensure_country_list(session).id,
    )
    session.add(event)
    session.flush()
    return event


def write_venue(desk: Desk) -> None:
    """Everything that stands before anybody comes."""
    _write_days(desk)
    _write_rooms(desk)
    _write_tables_and_slots(desk)
    _write_lists(desk)


def _write_days(desk: Desk) -> None:
    for day in desk.story.days:
        desk.session.add(
            EventDay(
                event_id=desk.event.id,
                on=day.day,
                starts_at=desk.at(day.starts_at),
                ends_at=desk.at(day.ends_at),
                closings=[
                    DayClosing(starts_at=desk.at(one.starts_at), ends_at=desk.at(one.ends_at), label=one.label)
                    for one in day.closings
                ],
                **desk.provenance(day),
            )
        )


def _write_rooms(desk: Desk) -> None:
    sites = {place.code: Site(event_id=desk.event.id, **place.model_dump()) for place in desk.story.sites}
    desk.session.add_all(sites.values())
    desk.session.flush()
    desk.sites |= {code: site.id for code, site in sites.items()}
    for way in desk.story.walks:
        one, other = sorted((desk.sites[way.from_], desk.sites[way.to]))
        desk.session.add(Walk(from_site_id=one, to_site_id=other, minutes=way.minutes))
    rooms = {}
    for position, fact in enumerate(desk.story.rooms):
        columns = fact.model_dump(exclude={"site", "attestation", "source", "completed"})
        rooms[fact.slug] = Room(
            event_id=desk.event.id,
            site_id=desk.sites[fact.site],
            position=position,
            **columns | {"layouts": list(fact.layouts), "features": list(fact.features)},
            **desk.provenance(fact),
        )
    desk.session.add_all(rooms.values())
    desk.session.flush()
    desk.rooms |= {slug: room.id for slug, room in rooms.items()}


def _write_tables_and_slots(desk: Desk) -> None:
    story = desk.story
    desk.session.add_all(
        MeetingTable(
            event_id=desk.event.id,
            room_id=desk.rooms[fact.room],
            number=number,
            zone=fact.zone,
            seats=fact.seats,
            **desk.provenance(fact),
        )
        for fact in story.tables
        for number in range(fact.first, fact.last + 1)
    )
    step = timedelta(minutes=story.slot_minutes + story.gap_minutes)
    for fact in story.slots:
        for index in range(fact.number):
            starts_at = desk.at(fact.first_at) + index * step
            desk.session.add(
                MeetingSlot(
                    event_id=desk.event.id,
                    block=fact.block,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=story.slot_minutes),
                    **desk.provenance(fact),
                )
            )


def _write_lists(desk: Desk) -> None:
    resources = {
        fact.code: Resource(
            event_id=desk.event.id,
            code=fact.code,
            name=fact.name,
            language=fact.language,
            capacity=fact.capacity,
            channel=fact.channel,
            **desk.provenance(fact),
        )
        for fact in desk.story.resources
    }
    challenges = {
        fact.code: Challenge(
            event_id=desk.event.id, code=fact.code, names=fact.names, position=position, **desk.provenance(fact)
        )
        for position, fact in enumerate(desk.story.challenges)
    }
    desk.session.add_all((*resources.values(), *challenges.values()))
    desk.session.flush()
    desk.resources |= {code: row.id for code, row in resources.items()}
    desk.challenges |= {code: row.id for code, row in challenges.items()}
