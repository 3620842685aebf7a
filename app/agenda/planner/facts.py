"""What the agenda of an edition depends on, read once."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.agenda.enums import BINDING_PARTS
from app.agenda.models import AgendaRules, AgendaSession
from app.agenda.queries import SessionLinks, links_of, sessions_of
from app.agenda.rules import LetStand, acknowledgements_of, rules_of
from app.claims.enums import ClaimKind, HoldingKind
from app.claims.queries import busy_ticks
from app.delegations.models import Delegate
from app.delegations.queries import delegates_by_id
from app.events.models import Event, Resource, Room
from app.events.queries import resources_of, session_rooms_of
from app.events.time_grid import TimeGrid


@dataclass(frozen=True, kw_only=True)
class AgendaFacts:
    """Everything that a problem of an edition is built from, read once."""

    event: Event
    grid: TimeGrid
    rooms: tuple[Room, ...]
    resources: tuple[Resource, ...]
    sessions: tuple[AgendaSession, ...]
    links: SessionLinks
    delegates: Mapping[int, Delegate]
    engaged: Mapping[str, set[int]]
    resources_taken: Mapping[str, set[int]]
    rules: AgendaRules
    acknowledged: Mapping[str, LetStand]

    def session_by_slug(self, slug: str) -> AgendaSession:
        return next(item for item in self.sessions if item.slug == slug)

    def room_by_slug(self, slug: str) -> Room:
        return next(room for room in self.rooms if room.slug == slug)


def read_facts(session: Session, event: Event) -> AgendaFacts:
    """Read what the agenda of an edition depends on."""
    sessions = sessions_of(session, event.id)
    people = {person.delegate_id for item in sessions for person in item.people if person.part in BINDING_PARTS}
    elsewhere = (HoldingKind.SESSION, HoldingKind.WALK, HoldingKind.MEETING)
    return AgendaFacts(
        event=event,
        grid=TimeGrid.of(event),
        rooms=tuple(session_rooms_of(session, event.id)),
        resources=tuple(resources_of(session, event.id)),
        sessions=tuple(sessions),
        links=links_of(session, [item.id for item in sessions]),
        delegates=delegates_by_id(session, people),
        engaged=busy_ticks(
            session, event_id=event.id, kind=ClaimKind.PERSON, resources=sorted(people), without=elsewhere
        ),
        resources_taken=busy_ticks(
            session, event_id=event.id, kind=ClaimKind.RESOURCE, without=(HoldingKind.SESSION, HoldingKind.MEETING)
        ),
        rules=rules_of(session, event.id),
        acknowledged=acknowledgements_of(session, event.id),
    )
