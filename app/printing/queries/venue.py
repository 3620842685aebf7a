"""Where the rooms of an edition are."""

from sqlalchemy.orm import Session

from app.events.queries import resources_of, rooms_of, sites_of, walks_of
from app.platform.database.base import Attestation
from app.printing.venue import PlanRoom, PlanSite, Venue


def channels_of(session: Session, event_id: int) -> dict[str, int]:
    """The channel on which each interpreted language is heard."""
    return {
        one.language: one.channel
        for one in resources_of(session, event_id)
        if one.language is not None and one.channel is not None
    }


def venue_of(session: Session, event_id: int) -> Venue:
    """All sites with their rooms, and the ways between them."""
    rooms: dict[int, list[PlanRoom]] = {}
    for room in rooms_of(session, event_id):
        is_attested = room.attestation is not Attestation.ILLUSTRATIVE
        shown = PlanRoom(name=room.name, floor=room.floor, is_attested=is_attested)
        rooms.setdefault(room.site_id, []).append(shown)
    sites = tuple(
        PlanSite(id=site.id, name=site.name, is_offsite=site.is_offsite, rooms=tuple(rooms.get(site.id, ())))
        for site in sites_of(session, event_id)
    )
    minutes = {(min(pair), max(pair)): walk for pair, walk in walks_of(session, event_id).items()}
    return Venue(sites=sites, minutes=minutes)
