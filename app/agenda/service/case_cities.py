"""The case city session of a partnership: written once, when all its members agreed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.enums import Part, SessionKind
from app.agenda.models import AgendaSession, SessionPerson, SessionUse
from app.agenda.partnerships import session_of_partnership
from app.delegations.models import Delegate, Delegation
from app.events.models import Event, Resource
from app.pairing.enums import MemberRole
from app.pairing.models import Partnership
from app.pairing.queries import title_of
from app.platform import i18n
from app.platform.actor import Actor
from app.platform.audit import record

OPENS_MINUTES = 8
"""How long the head of each member speaks."""

LENGTH_MINUTES, AUDIENCE = 60, 40
"""Of a first case city session; a later one is as long and as large as the one before it."""


def give_case_session(
    session: Session, *, event: Event, partnership: Partnership, actor: Actor, now: datetime
) -> AgendaSession:
    """The session of a partnership in the agenda; the first call writes it, without a place.

    The heads of the delegations speak, the focal points sit on the panel; in a triangle the facilitator's head, else
    its focal point, moderates. A pair has no moderator until organisers name one. It is held in a language that all
    cities share, else in the edition's first, and interpreted for heads who do not speak it. What organisers make of it
    afterwards stays: a later call changes nothing.
    """
    present = session_of_partnership(session, partnership.id)
    if present is not None:
        return present
    people = _people(session, event, partnership)
    languages = _languages(event, partnership, [one for one, part in people if part is Part.SPEAKER])
    before = _usual(session, event)
    item = AgendaSession(
        event_id=event.id,
        slug=slug_for(session, event, partnership),
        kind=SessionKind.CASE_CITY,
        title=title_in(partnership, "en"),
        titles={locale: title_in(partnership, locale) for locale in i18n.LOCALES if locale != "en"},
        duration_minutes=before.duration_minutes if before else LENGTH_MINUTES,
        audience=before.audience if before else AUDIENCE,
        layout=before.layout if before else None,
        languages=languages,
        booths=booths_for(languages),
        challenge_id=partnership.challenge_id,
        partnership_id=partnership.id,
        attestation=partnership.attestation,
    )
    session.add(item)
    session.flush()
    session.add_all(
        SessionPerson(
            session_id=item.id,
            delegate_id=one.id,
            part=part,
            speaking_minutes=OPENS_MINUTES if part is Part.SPEAKER else None,
            position=position,
        )
        for position, (one, part) in enumerate(people)
    )
    teams = interpreters_for(session, event, languages[1:])
    session.add_all(SessionUse(session_id=item.id, resource_id=team_id) for team_id in teams)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.session_added",
        entity="agenda_session",
        entity_id=item.id,
        changes={"title": (None, item.title), "partnership_id": (None, partnership.id)},
    )
    return item


def title_in(partnership: Partnership, locale: str) -> str:
    """What the session of a partnership is called in a language."""
    with i18n.speaking(locale):
        return title_of(partnership)[:200]


def slug_for(session: Session, event: Event, partnership: Partnership) -> str:
    """The address of its session, which no other of the edition has."""
    wanted = f"case-{'-'.join(member.party.slug for member in partnership.members)}"[:60]
    taken = select(AgendaSession.id).where(AgendaSession.event_id == event.id, AgendaSession.slug == wanted)
    return wanted if session.scalar(taken) is None else f"{wanted}-{partnership.id}"


def _usual(session: Session, event: Event) -> AgendaSession | None:
    return session.scalar(
        select(AgendaSession)
        .where(AgendaSession.event_id == event.id, AgendaSession.kind == SessionKind.CASE_CITY)
        .order_by(AgendaSession.id.desc())
        .limit(1)
    )


def _people(session: Session, event: Event, partnership: Partnership) -> list[tuple[Delegate, Part]]:
    """Whoever moderates, then heads in the order of the members, then focal points; each person once."""
    order = {member.party_id: member.position for member in partnership.members}
    facilitating = {member.party_id for member in partnership.members if member.role is MemberRole.FACILITATING}
    rows = session.execute(
        select(Delegate, Delegation.party_id)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(
            Delegation.event_id == event.id,
            Delegation.party_id.in_(order),
            Delegate.is_active.is_(True),
            Delegate.is_head | Delegate.is_focal_point,
        )
        .order_by(Delegate.rank, Delegate.id)
    ).all()
    by_member = sorted(rows, key=lambda row: (not row[0].is_head, order[row[1]]))
    moderator = next((one for one, party_id in by_member if party_id in facilitating), None)
    others = [one for one, _party in by_member if one is not moderator]
    return [
        *([(moderator, Part.MODERATOR)] if moderator else []),
        *((one, Part.SPEAKER if one.is_head else Part.PANELLIST) for one in others),
    ]


def _languages(event: Event, partnership: Partnership, heads: list[Delegate]) -> list[str]:
    """The language of the floor first, then those that heads need it interpreted into."""
    spoken = [set(member.party.languages) for member in partnership.members if member.group != "organisation"]
    shared = set.intersection(*spoken) if spoken else set()
    usual = event.languages[0] if event.languages else "en"
    floor = usual if usual in shared or not shared else min(shared)
    wanted = {
        (head.interpretation_into or head.languages)[0]
        for head in heads
        if floor not in head.languages and (head.interpretation_into or head.languages)
    }
    return [floor, *sorted(wanted - {floor})]


def booths_for(languages: Sequence[str]) -> int:
    """Booths by the rule of the interpreters' associations: one a language, but one alone for two languages."""
    return {1: 0, 2: 1}.get(len(languages), len(languages))


def interpreters_for(session: Session, event: Event, languages: list[str]) -> list[int]:
    """The IDs of the teams that interpret into these languages."""
    teams = select(Resource.id).where(Resource.event_id == event.id, Resource.language.in_(languages))
    return list(session.scalars(teams.order_by(Resource.id)))
