"""What an edition consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.principal import Principal
from app.events.enums import CountryGroup
from app.events.models import (
    Challenge,
    ClassifiedCountry,
    CountryClassification,
    CountryOverride,
    Event,
    EventDay,
    MeetingSlot,
    MeetingTable,
    Resource,
    Room,
    Site,
    Walk,
)
from app.platform.errors import NotFound

# Put together once: nearly every page and every booking asks for them.
_BY_SLUG = select(Event).where(Event.slug == bindparam("slug"))
_WALKS = select(Walk.from_site_id, Walk.to_site_id, Walk.minutes).where(
    Walk.from_site_id.in_(select(Site.id).where(Site.event_id == bindparam("event_id")))
)
_TABLES = (
    select(MeetingTable)
    .where(MeetingTable.event_id == bindparam("event_id"))
    .options(
        joinedload(MeetingTable.room, innerjoin=True).joinedload(Room.site, innerjoin=True),
        selectinload(MeetingTable.closings),
    )
    .order_by(MeetingTable.number)
)
_SLOTS = (
    select(MeetingSlot)
    .where(MeetingSlot.event_id == bindparam("event_id"))
    .order_by(MeetingSlot.starts_at, MeetingSlot.ends_at, MeetingSlot.id)
)


def event_by_slug(session: Session, slug: str) -> Event:
    """The edition of an address.

    Raises:
        NotFound: there is none.
    """
    event = session.scalar(_BY_SLUG, {"slug": slug})
    if event is None:
        raise NotFound
    return event


def event_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> Event:  # noqa: ARG001
    """Loader of a policy: the edition that the address names."""
    return event_by_slug(session, str(params["slug"]))


def events_by_date(session: Session) -> list[Event]:
    """All editions, newest first."""
    return list(session.scalars(select(Event).order_by(Event.starts_on.desc(), Event.id)))


def days_of(session: Session, event_id: int) -> list[EventDay]:
    """The days with their closed times, in order."""
    return list(
        session.scalars(
            select(EventDay)
            .where(EventDay.event_id == event_id)
            .options(selectinload(EventDay.closings))
            .order_by(EventDay.starts_at)
        )
    )


def rooms_of(session: Session, event_id: int) -> list[Room]:
    """All rooms with site and opening hours, in the order in which pages show them."""
    return list(
        session.scalars(
            select(Room)
            .where(Room.event_id == event_id)
            .options(selectinload(Room.site), selectinload(Room.openings))
            .order_by(Room.position, Room.id)
        )
    )


def session_rooms_of(session: Session, event_id: int) -> list[Room]:
    """The rooms in which sessions run."""
    return [room for room in rooms_of(session, event_id) if room.takes_sessions]


def sites_of(session: Session, event_id: int) -> list[Site]:
    return list(session.scalars(select(Site).where(Site.event_id == event_id).order_by(Site.id)))


def walks_of(session: Session, event_id: int) -> dict[tuple[int, int], int]:
    """Minutes on foot by (site ID, site ID), in both directions."""
    minutes: dict[tuple[int, int], int] = {}
    for one, other, taken in session.execute(_WALKS, {"event_id": event_id}):
        minutes[one, other] = taken
        minutes.setdefault((other, one), taken)
    return minutes


def walks_in_grains(session: Session, event: Event) -> dict[tuple[int, int], int]:
    """Grains of the edition's time grid on foot by (site ID, site ID)."""
    return {sites: -(-minutes // event.grain_minutes) for sites, minutes in walks_of(session, event.id).items()}


def tables_of(session: Session, event_id: int) -> list[MeetingTable]:
    return list(session.scalars(_TABLES, {"event_id": event_id}))


def slots_of(session: Session, event_id: int) -> list[MeetingSlot]:
    """The slots of meetings in the order of time."""
    return list(session.scalars(_SLOTS, {"event_id": event_id}))


def resources_of(session: Session, event_id: int) -> list[Resource]:
    """Interpreters and other scarce things with their shifts, breaks and work elsewhere, in the order of codes."""
    return list(
        session.scalars(
            select(Resource)
            .where(Resource.event_id == event_id)
            .options(selectinload(Resource.times))
            .order_by(Resource.code)
        )
    )


def challenges_of(session: Session, event_id: int) -> list[Challenge]:
    statement = select(Challenge).where(Challenge.event_id == event_id)
    return list(session.scalars(statement.order_by(Challenge.position, Challenge.id)))


def challenge_name(challenge: Challenge, locale: str) -> str:
    """The name in a language, in English where that is missing."""
    return challenge.names.get(locale) or challenge.names.get("en") or challenge.code


@dataclass(frozen=True)
class GroupBook:
    """North and South as one edition counts them: a dated list, an organiser's overrides, and where it comes from."""

    list_name: str
    as_of: date | None
    source: str
    groups: Mapping[str, CountryGroup]
    overrides: Mapping[str, tuple[CountryGroup, str]]
    moved: frozenset[str] = frozenset()
    """Countries that other lists count differently."""

    def group_of(self, country: str | None) -> CountryGroup | None:
        """North or South, or nothing for a country that the list does not hold."""
        if country is None:
            return None
        if country in self.overrides:
            return self.overrides[country][0]
        return self.groups.get(country)

    def is_contested(self, country: str | None, *, said: CountryGroup | None = None) -> bool:
        """Whether lists of other dates, the organisers, or whoever speaks for a city (``said``) say something else."""
        if country is None:
            return False
        listed = self.groups.get(country)
        own = said or (self.overrides[country][0] if country in self.overrides else None)
        return country in self.moved or (own is not None and own is not listed)


def group_book(session: Session, event: Event) -> GroupBook:
    """The list of North and South that an edition uses, with its overrides."""
    overrides = {
        row.country: (row.group, row.note)
        for row in session.scalars(select(CountryOverride).where(CountryOverride.event_id == event.id))
    }
    book = session.get(CountryClassification, event.classification_id) if event.classification_id else None
    if book is None:
        return GroupBook("no list chosen", None, "", {}, overrides)
    rows = session.execute(
        select(ClassifiedCountry.classification_id, ClassifiedCountry.country, ClassifiedCountry.group)
    ).all()
    groups = {country: group for list_id, country, group in rows if list_id == book.id}
    moved = frozenset(country for _list, country, group in rows if groups.get(country, group) is not group)
    return GroupBook(book.name, book.as_of, book.source, groups, overrides, moved)


def local(event: Event, instant: datetime) -> datetime:
    """An instant as the clocks at the venue show it."""
    return instant.astimezone(ZoneInfo(event.timezone))


def day_of(event: Event, instant: datetime) -> date:
    """The date at the venue."""
    return local(event, instant).date()
