"""Case city sessions of the demonstration: the places kept for them get the partnerships that the pairing found."""

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.agenda.enums import Part, SessionKind
from app.agenda.models import AgendaSession, SessionPerson, SessionUse
from app.agenda.service.case_cities import OPENS_MINUTES, booths_for, interpreters_for, slug_for, title_in
from app.delegations.models import Delegate, Delegation
from app.demo.writing.desk import ACTOR
from app.events.models import Event
from app.pairing.models import Partnership
from app.platform.audit import record

MODERATORS = (("unido", "environment"), ("unido", "digitalisation"), ("fcssc", "projects"), ("eurocities", "projects"))


def give_case_sessions(
    session: Session, *, event: Event, partnerships: Sequence[Partnership], now: datetime
) -> list[AgendaSession]:
    """Point each case city session at a partnership, with the members' names, people and languages.

    A session that names its pair already keeps title and people. Places that stay empty are cancelled; partnerships
    beyond the places get no session.
    """
    places = list(
        session.scalars(
            select(AgendaSession)
            .where(AgendaSession.event_id == event.id, AgendaSession.kind == SessionKind.CASE_CITY)
            .order_by(AgendaSession.id)
        )
    )
    named = {item.title: item for item in places}
    empty = [item for item in places if not _people_of(session, item)]
    moderators = cycle(_moderators(session, event))
    given = []
    for partnership in sorted(partnerships, key=lambda one: -one.value):
        title = title_in(partnership, "en")
        item = named.get(title)
        if item is None and empty:
            item = empty.pop(0)
            item.title, item.slug = title, slug_for(session, event, partnership)
            _fill(session, event, item, partnership, moderator=next(moderators))
        if item is None:
            continue
        item.partnership_id, item.challenge_id = partnership.id, partnership.challenge_id
        given.append(item)
    for item in empty:
        item.is_cancelled = True
    session.flush()
    record(
        session,
        actor=ACTOR,
        now=now,
        event_id=event.id,
        action="demonstration.case_sessions_given",
        entity="event",
        entity_id=event.id,
        changes={"sessions": (0, len(given))},
    )
    return given


def _people_of(session: Session, item: AgendaSession) -> list[SessionPerson]:
    return list(session.scalars(select(SessionPerson).where(SessionPerson.session_id == item.id)))


def _moderators(session: Session, event: Event) -> list[Delegate]:
    delegates = session.scalars(
        select(Delegate).where(Delegate.email.in_([f"{key}@{slug}.example" for slug, key in MODERATORS]))
    )
    return sorted((one for one in delegates if one.event_id == event.id), key=lambda one: one.id)


def _fill(
    session: Session, event: Event, item: AgendaSession, partnership: Partnership, *, moderator: Delegate
) -> None:
    """The head of each member speaks, one colleague sits on the panel; who needs it is interpreted."""
    people = [SessionPerson(delegate_id=moderator.id, part=Part.MODERATOR)]
    languages = {"en"}
    for member in partnership.members:
        head, *others = _delegates_of(session, member.party_id)
        people.append(SessionPerson(delegate_id=head.id, part=Part.SPEAKER, speaking_minutes=OPENS_MINUTES))
        people += [SessionPerson(delegate_id=other.id, part=Part.PANELLIST) for other in others[:1]]
        if "en" not in head.languages:
            languages.add(head.interpretation_into[0])
    for position, person in enumerate(people):
        person.session_id, person.position = item.id, position
    session.add_all(people)
    item.languages = ["en", *sorted(languages - {"en"})]
    item.booths = booths_for(item.languages)
    _use_interpreters(session, event, item)


def _delegates_of(session: Session, party_id: int) -> list[Delegate]:
    """Members of a party's delegation who are there on both days, the head first."""
    return list(
        session.scalars(
            select(Delegate)
            .join(Delegation, Delegation.id == Delegate.delegation_id)
            .where(Delegation.party_id == party_id, Delegate.takes_meetings | Delegate.is_head)
            .order_by(Delegate.is_head.desc(), Delegate.arrives_at, Delegate.id)
        )
    )


def _use_interpreters(session: Session, event: Event, item: AgendaSession) -> None:
    for use in session.scalars(select(SessionUse).where(SessionUse.session_id == item.id)):
        session.delete(use)
    session.flush()
    teams = interpreters_for(session, event, item.languages[1:])
    session.add_all(SessionUse(session_id=item.id, resource_id=team_id) for team_id in teams)
