"""The one itinerary query: what the released agenda, the held meetings and the visits ask of a delegation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.agenda.models import AgendaRelease, ReleasedPerson, ReleasedSession
from app.agenda.queries import released_sessions_of_people
from app.delegations.models import Delegate, Delegation
from app.delegations.names import full_name_of
from app.delegations.queries import delegation_in_event, delegations_of
from app.events.models import Event
from app.events.queries import day_of
from app.meetings.ground import Ground
from app.meetings.models import Meeting
from app.meetings.queries import meetings_of_people
from app.pairing.enums import PartnershipState
from app.pairing.models import Partnership
from app.pairing.queries import partnerships_of_parties
from app.platform.kept import kept
from app.printing.itinerary import DayOfItems, Item, Itinerary, Traveller, letters_for
from app.printing.queries.items import item_of_meeting, item_of_visit, items_of_sessions
from app.printing.queries.venue import channels_of, venue_of
from app.printing.venue import Venue
from app.visits.models import Visit
from app.visits.queries import visits_of_people


def itinerary_of_delegation(session: Session, event: Event, delegation_id: int) -> Itinerary:
    """What a delegation does, with a track for each member.

    Raises:
        NotFound: the event has no such delegation.
    """
    delegation = delegation_in_event(session, event.id, delegation_id)
    members = _active(delegation)
    gathered = _gather(session, event, people=members, party_ids=[delegation.party_id])
    return _itinerary(gathered, event=event, delegation=delegation, members=members, person=None)


def itineraries_of_event(session: Session, event: Event) -> list[Itinerary]:
    """What every delegation does, by name, read in as many queries as one takes."""
    delegations = delegations_of(session, event.id)
    people = tuple(member for delegation in delegations for member in _active(delegation))
    gathered = _gather(session, event, people=people, party_ids=[one.party_id for one in delegations])
    return [_itinerary(gathered, event=event, delegation=one, members=_active(one), person=None) for one in delegations]


def personal_itineraries_of_event(
    session: Session, event: Event, *, delegate_ids: Collection[int] | None = None
) -> list[Itinerary]:
    """What each delegate does, or each of these, by delegation and rank, read in as many queries as one takes."""
    delegations = delegations_of(session, event.id)
    wanted = [
        (delegation, member)
        for delegation in delegations
        for member in _active(delegation)
        if delegate_ids is None or member.id in delegate_ids
    ]
    gathered = _gather(
        session,
        event,
        people=tuple(member for _delegation, member in wanted),
        party_ids=[one.party_id for one in delegations],
    )
    return [
        _itinerary(gathered, event=event, delegation=delegation, members=(member,), person=member)
        for delegation, member in wanted
    ]


def itinerary_of_person(session: Session, event: Event, delegate: Delegate) -> Itinerary:
    """What one delegate does."""
    # Known where the delegate was read with it; the others of it are not asked for.
    delegation = session.get_one(Delegation, delegate.delegation_id)
    gathered = _gather(session, event, people=(delegate,), party_ids=[delegation.party_id])
    return _itinerary(gathered, event=event, delegation=delegation, members=(delegate,), person=delegate)


def own_itinerary_of(session: Session, event: Event, delegate: Delegate, *, ground: Ground) -> Itinerary:
    """The same for the own pages, which are asked for most: all but the meetings is kept while nothing else changes."""

    def read() -> Itinerary:
        delegation = session.get_one(Delegation, delegate.delegation_id)
        gathered = _gather(session, event, people=(delegate,), party_ids=[delegation.party_id], meetings=())
        return _itinerary(gathered, event=event, delegation=delegation, members=(delegate,), person=delegate)

    without = kept(session, "itinerary", event_id=event.id, state=ground.state, of=delegate.id, read=read)
    held = [item_of_meeting(event, one, {delegate.id}) for one in ground.held_of(session, delegate.id)]
    return replace(without, days=_days(event, [*without.items, *held]))


@dataclass(frozen=True)
class _Gathered:
    """What was read for some people: by delegate what they go to, by party its partnerships, the newest release."""

    sessions: Mapping[int, list[tuple[ReleasedSession, ReleasedPerson]]]
    meetings: Mapping[int, list[Meeting]]
    visits: Mapping[int, list[Visit]]
    partnerships: Mapping[int, list[Partnership]]
    channels: Mapping[str, int]
    venue: Venue
    release_number: int | None


def _active(delegation: Delegation) -> tuple[Delegate, ...]:
    return tuple(member for member in delegation.delegates if member.is_active)


def _gather(
    session: Session,
    event: Event,
    *,
    people: Sequence[Delegate],
    party_ids: list[int],
    meetings: Sequence[Meeting] | None = None,
) -> _Gathered:
    ids = [person.id for person in people]
    sessions: dict[int, list[tuple[ReleasedSession, ReleasedPerson]]] = {}
    for placed, part in released_sessions_of_people(session, event.id, ids):
        sessions.setdefault(part.delegate_id, []).append((placed, part))
    held: dict[int, list[Meeting]] = {}
    for meeting in meetings_of_people(session, event.id, ids) if meetings is None else meetings:
        for one in meeting.wish.people:
            held.setdefault(one.delegate_id, []).append(meeting)
    visits: dict[int, list[Visit]] = {}
    for visit in visits_of_people(session, event.id, ids):
        for member in visit.members:
            visits.setdefault(member.delegate_id, []).append(visit)
    number = select(func.max(AgendaRelease.number)).where(AgendaRelease.event_id == event.id)
    return _Gathered(
        sessions=sessions,
        meetings=held,
        visits=visits,
        partnerships=partnerships_of_parties(session, event.id, party_ids),
        channels=channels_of(session, event.id),
        venue=venue_of(session, event.id),
        release_number=session.scalar(number),
    )


def _itinerary(
    gathered: _Gathered,
    *,
    event: Event,
    delegation: Delegation,
    members: tuple[Delegate, ...],
    person: Delegate | None,
) -> Itinerary:
    ids = {member.id for member in members}
    meetings = {one.id: one for member in members for one in gathered.meetings.get(member.id, ())}
    visits = {one.id: one for member in members for one in gathered.visits.get(member.id, ())}
    items = [
        *items_of_sessions(
            event,
            [pair for member in members for pair in gathered.sessions.get(member.id, ())],
            channels=gathered.channels,
        ),
        *(item_of_meeting(event, meeting, ids) for meeting in meetings.values()),
        *(item_of_visit(event, visit, ids) for visit in visits.values()),
    ]
    return Itinerary(
        event_id=event.id,
        delegation_id=delegation.id,
        delegation_code=delegation.code,
        delegate_id=person.id if person else None,
        delegation_name=delegation.name,
        name=full_name_of(person) if person else delegation.name,
        native_name=person.native_name if person else delegation.native_name,
        native_language=person.native_language if person else delegation.native_language,
        locale=(person.locale if person else None) or delegation.locale,
        travellers=_travellers(members),
        days=_days(event, items),
        partnerships=_partnerships(gathered.partnerships[delegation.party_id]),
        liaison_name=delegation.liaison_name,
        liaison_phone=delegation.liaison_phone,
        out_of_hours_phone=delegation.out_of_hours_phone,
        release_number=gathered.release_number,
        venue=gathered.venue,
    )


def _days(event: Event, items: Iterable[Item]) -> tuple[DayOfItems, ...]:
    by_day: dict[date, list[Item]] = {}
    for item in sorted(items, key=lambda one: (one.starts_at, one.ends_at, one.uid)):
        by_day.setdefault(day_of(event, item.starts_at), []).append(item)
    return tuple(DayOfItems(on=on, items=tuple(rows)) for on, rows in sorted(by_day.items()))


def _travellers(members: tuple[Delegate, ...]) -> tuple[Traveller, ...]:
    ordered = sorted(members, key=lambda member: (not member.is_head, member.rank, member.id))
    letters = letters_for(["Head" if one.is_head else one.function or one.badge_name for one in ordered])
    return tuple(
        Traveller(
            delegate_id=member.id,
            letter=letter,
            is_head=member.is_head,
            name=full_name_of(member),
            native_name=member.native_name,
            native_language=member.native_language,
            function=member.function,
            is_protected=member.is_protected,
        )
        for member, letter in zip(ordered, letters, strict=True)
    )


def _partnerships(found: Sequence[Partnership]) -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple(
        (tuple(member.party.name for member in one.members), one.modality.value)
        for one in found
        if one.state is PartnershipState.CONFIRMED
    )
