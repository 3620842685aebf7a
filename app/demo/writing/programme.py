"""Sessions with what binds them, the draft with its pins, and what the pairing starts from."""

from itertools import combinations

from app.agenda.enums import PinKind
from app.agenda.models import (
    AgendaDraft,
    AgendaSession,
    DraftPlacement,
    SessionApart,
    SessionClash,
    SessionOrder,
    SessionPerson,
    SessionRoom,
    SessionUse,
    SessionWindow,
)
from app.agenda.service.case_cities import booths_for
from app.delegations.models import Tie
from app.demo.story import SessionFact
from app.demo.writing.desk import Desk
from app.pairing.models import PairingPin, PairingSettings, PairingWish

SAME_CHALLENGE = 3
"""What it costs that two sessions of one challenge overlap."""


def write_programme(desk: Desk) -> None:
    """All sessions, their order and room, the clashes and the pinned draft."""
    rows = {fact.slug: _session(desk, fact) for fact in desk.story.sessions}
    desk.session.add_all(rows.values())
    desk.session.flush()
    desk.sessions |= {slug: row.id for slug, row in rows.items()}
    for fact in desk.story.sessions:
        own = desk.sessions[fact.slug]
        if fact.same_room_as:
            rows[fact.slug].same_room_as_id = desk.sessions[fact.same_room_as]
        desk.session.add_all(SessionOrder(session_id=own, after_id=desk.sessions[slug]) for slug in fact.after)
        desk.session.add_all(SessionApart(session_id=own, other_id=desk.sessions[slug]) for slug in fact.apart)
    _write_clashes(desk)
    _write_draft(desk)


def _session(desk: Desk, fact: SessionFact) -> AgendaSession:
    return AgendaSession(
        event_id=desk.event.id,
        slug=fact.slug,
        kind=fact.kind,
        title=fact.title,
        titles=fact.titles,
        abstract=fact.abstract,
        duration_minutes=fact.duration_minutes,
        audience=fact.audience,
        layout=fact.layout,
        features=list(fact.features),
        booths=booths_for(fact.languages),
        languages=list(fact.languages),
        is_plenary=fact.is_plenary,
        is_optional=fact.is_optional,
        value=fact.value,
        challenge_id=desk.challenges[fact.challenge] if fact.challenge else None,
        people=[
            SessionPerson(
                delegate_id=desk.delegates[person[0]],
                part=person[1],
                speaking_minutes=person[2] if len(person) > 2 else None,
                position=position,
            )
            for position, person in enumerate(fact.people)
        ],
        windows=[SessionWindow(starts_at=desk.at(start), ends_at=desk.at(end)) for start, end in fact.windows],
        rooms=[SessionRoom(room_id=desk.rooms[slug]) for slug in fact.rooms],
        uses=[
            SessionUse(resource_id=desk.resources[f"interpreters-{language}"])
            for language in fact.languages
            if language != "en"
        ],
        **desk.provenance(fact),
    )


def _write_clashes(desk: Desk) -> None:
    pairs = {
        (one.slug, other.slug): SAME_CHALLENGE
        for one, other in combinations(desk.story.sessions, 2)
        if one.challenge and one.challenge == other.challenge
    }
    pairs |= {clash.sessions: clash.weight for clash in desk.story.clashes}
    desk.session.add_all(
        SessionClash(session_id=desk.sessions[one], other_id=desk.sessions[other], weight=weight)
        for (one, other), weight in pairs.items()
    )


def _write_draft(desk: Desk) -> None:
    draft = AgendaDraft(
        event_id=desk.event.id,
        name=desk.story.draft,
        changed_at=desk.now,
        placements=[
            DraftPlacement(
                session_id=desk.sessions[fact.session],
                room_id=desk.rooms[fact.room],
                starts_at=desk.at(fact.starts_at),
                pin=PinKind.BOTH,
            )
            for fact in desk.story.pinned
        ],
    )
    desk.session.add(draft)
    desk.session.flush()


def write_pairing(desk: Desk) -> None:
    """Rules and shares, ties, wishes of cities and pins."""
    story, event_id = desk.story, desk.event.id
    choice = story.pairing
    desk.session.add(
        PairingSettings(event_id=event_id, rules=choice.rules, shares=dict(choice.shares), weights=choice.weights)
    )
    for tie in story.ties:
        one, other = sorted(desk.parties[slug] for slug in tie.cities)
        desk.session.add(
            Tie(
                event_id=event_id,
                city_id=one,
                other_city_id=other,
                state=tie.state,
                kind=tie.kind,
                since=tie.since,
                note=tie.note,
                **desk.provenance(tie),
            )
        )
    desk.session.add_all(
        PairingWish(
            event_id=event_id,
            from_city_id=desk.parties[wish.from_],
            to_city_id=desk.parties[wish.to],
            level=wish.level,
            note=wish.note,
        )
        for wish in story.wishes_of_cities
    )
    desk.session.add_all(
        PairingPin(event_id=event_id, party_ids=[desk.parties[slug] for slug in pin.members]) for pin in story.pins
    )
    desk.session.flush()
