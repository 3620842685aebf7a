"""What the page of a person shows, read across the domains."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS
from app.delegations.enums import Rank
from app.delegations.groups import groups_for
from app.delegations.models import Delegate
from app.delegations.queries import ids_of_person
from app.delegations.rechecks import photo_in_force, rechecks_of
from app.events.models import Event
from app.events.queries import days_of
from app.office.absence import placed_while_away
from app.office.person import availability, editable_by, told
from app.office.queries import values_of
from app.platform.audit import AuditEntry, AuditValue, last_change_of, names_of
from app.printing import words
from app.printing.badges import badge_of
from app.printing.queries import itinerary_of_person
from app.registration.duplicates import duplicates_of_delegate
from app.registration.models import Registration

LINES_OF_LOG = 20


def person_context(session: Session, event: Event, person: Delegate, role: Role) -> dict[str, Any]:
    """Everything but forms; protected groups are there for the roles that need them."""
    itinerary = itinerary_of_person(session, event, person)
    groups = groups_for(role, person)
    decides = role in ORGANISERS
    log = log_of(session, event.id, person.id) if decides else []
    return {
        "event": event,
        "person": person,
        "delegation": person.delegation,
        "groups": groups,
        "ranks": {rank.value: rank.name.lower() for rank in Rank},
        "rank_options": [(rank.value, rank.name.lower()) for rank in Rank],
        "lines": editable_by(role),
        "said": told({name: getattr(person, name) for name in editable_by(role)}),
        "badge": badge_of(event, person),
        "photo": photo_in_force(session, person.id),
        "rechecks": rechecks_of(session, [person.id]),
        "strip": availability(event, days_of(session, event.id), person, itinerary, stay=groups.stay),
        "away": placed_while_away(session, event, delegate_ids=[person.id]) if groups.stay else (),
        "itinerary": itinerary,
        "words": words,
        "pairs": duplicates_of_delegate(session, event.id, person) if decides and person.is_active else [],
        "registrations": list(
            session.scalars(select(Registration).where(Registration.delegate_id == person.id).order_by(Registration.id))
        ),
        "log": log,
        "log_values": values_of(session, log),
        "log_names": names_of(session, [one for line in log for one in (line.actor, line.acting_for)]),
    }


@dataclass(frozen=True, kw_only=True)
class DecidedMeanwhile:
    """What somebody else did first: who, when, which lines; and whether a decision may still be taken."""

    who: str
    at: datetime | None
    values: tuple[AuditValue, ...]
    may_still: bool


def decided_meanwhile(session: Session, event: Event, person: Delegate, *, answer: str) -> DecidedMeanwhile:
    """The newest line about a person, for an organiser whose answer came second."""
    newest = log_of(session, event.id, person.id)[:1]
    who, at = last_change_of(session, entity="delegate", entity_id=person.id)
    return DecidedMeanwhile(
        who=who,
        at=at,
        values=tuple(value for values in values_of(session, newest).values() for value in values),
        may_still=answer in {"approve", "reject"} and person.is_active and person.approved_at is None,
    )


def log_of(session: Session, event_id: int, delegate_id: int) -> list[AuditEntry]:
    """The newest lines about a person, and about the rows that were merged into it."""
    ids = [str(number) for number in ids_of_person(session, delegate_id)]
    statement = select(AuditEntry).where(
        AuditEntry.event_id == event_id, AuditEntry.entity == "delegate", AuditEntry.entity_id.in_(ids)
    )
    return list(session.scalars(statement.order_by(AuditEntry.id.desc()).limit(LINES_OF_LOG)))
