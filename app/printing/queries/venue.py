"""Where the rooms of an edition are."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.events.models import Resource, Room, Site
from app.events.queries import walks_of
from app.platform.database.base import Attestation
from app.printing.venue import PlanRoom, PlanSite, Venue

# Values in place of rows, put together once: everybody's day shows them.
_CHANNELS = (
    select(Resource.language, Resource.channel)
    .where(Resource.event_id == bindparam("event_id"))
    .order_by(Resource.code)
)
_ROOMS = (
    select(Room.site_id, Room.name, Room.floor, Room.attestation)
    .where(Room.event_id == bindparam("event_id"))
    .order_by(Room.position, Room.id)
)
_SITES = select(Site.id, Site.name, Site.is_offsite).where(Site.event_id == bindparam("event_id")).order_by(Site.id)


def channels_of(session: Session, event_id: int) -> dict[str, int]:
    """The channel on which each interpreted language is heard."""
    rows = session.execute(_CHANNELS, {"event_id": event_id})
    return {language: channel for language, channel in rows if language is not None and channel is not None}


def venue_of(session: Session, event_id: int) -> Venue:
    """All sites with their rooms, and the ways between them."""
    rooms: dict[int, list[PlanRoom]] = {}
    for site_id, name, floor, attestation in session.execute(_ROOMS, {"event_id": event_id}):
        shown = PlanRoom(name=name, floor=floor, is_attested=attestation is not Attestation.ILLUSTRATIVE)
        rooms.setdefault(site_id, []).append(shown)
    sites = tuple(
        PlanSite(id=site_id, name=name, is_offsite=is_offsite, rooms=tuple(rooms.get(site_id, ())))
        for site_id, name, is_offsite in session.execute(_SITES, {"event_id": event_id})
    )
    minutes = {(min(pair), max(pair)): walk for pair, walk in walks_of(session, event_id).items()}
    return Venue(sites=sites, minutes=minutes)
