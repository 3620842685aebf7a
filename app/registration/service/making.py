"""What an approved form becomes: a party with its record, a delegation, delegates, a case city."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import HelixRole, PartyKind
from app.delegations.models import City, Delegate, Delegation, Need, Offer, Organisation, Party
from app.delegations.names import latin_name_of
from app.delegations.queries import party_named
from app.delegations.scripts import language_of_script
from app.events.models import Event
from app.events.queries import challenges_of
from app.platform.database.base import Attestation
from app.registration.enums import Origin
from app.registration.forms import AnyForm, DelegationForm, IndividualForm, MemberForm, NominationForm
from app.registration.models import Registration
from app.registration.service.nominating import case_city

INTEREST = 3
"""The intensity of a challenge that somebody ticks without saying how much."""


@dataclass(frozen=True, kw_only=True)
class Approved:
    """What an approval made or found, by ID."""

    party_id: int
    delegation_id: int | None = None
    delegate_id: int | None = None


def make(session: Session, *, event: Event, registration: Registration, form: AnyForm, now: datetime) -> Approved:
    """Make what a form asks for; a party or delegation that is there already is used."""
    if isinstance(form, NominationForm):
        city = party_for(session, event, kind=PartyKind.CITY, form=form)
        assert isinstance(city, City)
        case_city(session, event=event, city=city, form=form)
        return Approved(party_id=city.id)
    if isinstance(form, IndividualForm):
        return _individual(session, event, registration, form, now=now)
    party = party_for(session, event, kind=form.party_kind, role=form.helix_role, form=form)
    delegation = _delegation(session, event, party, locale=form.locale)
    members = sorted(form.members, key=lambda member: (not member.is_head, member.rank))
    for position, member in enumerate(members):
        delegate = _member(event, delegation, form, member)
        delegate.is_head = position == 0
        delegate.registered_at, delegate.approved_at = registration.submitted_at, now
        session.add(delegate)
    session.flush()
    return Approved(party_id=party.id, delegation_id=delegation.id)


def party_for(
    session: Session, event: Event, *, kind: PartyKind, role: HelixRole | None = None, form: AnyForm
) -> Party:
    """The party of a form: the one of the same name, kind and country, or a new one with what the form says."""
    present = party_named(session, event.id, kind=kind, name=form.party_name, country=form.country)
    if present is not None:
        return present
    model = City if kind is PartyKind.CITY else Organisation
    native_name = None if isinstance(form, IndividualForm) else form.native_name
    party = model(
        event_id=event.id,
        slug=free_slug(session, event.id, slug_of(form.party_name)),
        name=form.party_name,
        native_name=native_name,
        native_language=None
        if isinstance(form, IndividualForm)
        else form.native_language or language_of_script(native_name, form.languages),
        country=form.country,
        languages=form.languages,
        is_listed=not isinstance(form, IndividualForm) and form.may_be_listed,
        attestation=Attestation.ENTERED,
    )
    if isinstance(party, City) and isinstance(form, DelegationForm):
        party.population = form.population
    if isinstance(party, Organisation):
        assert role is not None
        party.helix_role = role
    ids = {challenge.code: challenge.id for challenge in challenges_of(session, event.id)}
    party.needs = [Need(challenge_id=ids[code], intensity=size) for code, size in _sizes(form.needs).items()]
    party.offers = [Offer(challenge_id=ids[code], intensity=size) for code, size in _sizes(form.offers).items()]
    session.add(party)
    session.flush()
    return party


def slug_of(name: str) -> str:
    """A name for addresses: Latin letters without accents, figures and hyphens; ``x`` where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "x"


def _individual(
    session: Session, event: Event, registration: Registration, form: IndividualForm, *, now: datetime
) -> Approved:
    """One delegate: in the delegation that they asked to join, else in one of their own, which they edit."""
    if registration.for_delegation_id is not None:
        delegation = session.get_one(Delegation, registration.for_delegation_id)
    else:
        is_city = form.origin is Origin.CITY
        kind = PartyKind.CITY if is_city else PartyKind.ORGANISATION
        role = None if is_city else HelixRole(form.origin.value)
        party = party_for(session, event, kind=kind, role=role, form=form)
        delegation = _delegation(session, event, party, locale=form.locale)
    is_alone = registration.for_delegation_id is None
    delegate = Delegate(
        event_id=event.id,
        delegation_id=delegation.id,
        family_name=form.family_name,
        given_name=form.given_name,
        native_name=form.native_name,
        native_language=language_of_script(form.native_name, form.languages),
        badge_name=form.contact_name,
        function=form.function,
        email=form.email,
        languages=form.languages,
        locale=form.locale,
        is_head=is_alone,
        is_focal_point=is_alone,
        registered_at=registration.submitted_at,
        approved_at=now,
        attestation=Attestation.ENTERED,
    )
    session.add(delegate)
    session.flush()
    return Approved(party_id=delegation.party_id, delegation_id=delegation.id, delegate_id=delegate.id)


def _delegation(session: Session, event: Event, party: Party, *, locale: str) -> Delegation:
    delegation = Delegation(
        event_id=event.id,
        party_id=party.id,
        code=free_code(session, event.id, party.slug),
        name=party.name,
        native_name=party.native_name,
        native_language=party.native_language,
        locale=locale,
        attestation=Attestation.ENTERED,
    )
    session.add(delegation)
    session.flush()
    return delegation


def _member(event: Event, delegation: Delegation, form: DelegationForm, member: MemberForm) -> Delegate:
    spoken = [*member.languages, *form.languages]
    named = member.model_copy(
        update={"native_language": member.native_language or language_of_script(member.native_name, spoken)}
    )
    return Delegate(
        event_id=event.id,
        delegation_id=delegation.id,
        badge_name=latin_name_of(named),
        is_focal_point=member.email is not None and member.email == form.contact_email,
        arrives_at=form.arrives_at,
        departs_at=form.departs_at,
        locale=form.locale,
        attestation=Attestation.ENTERED,
        **named.model_dump(exclude={"is_head"}),
    )


def _sizes(chosen: dict[str, int] | list[str]) -> dict[str, int]:
    return chosen if isinstance(chosen, dict) else dict.fromkeys(chosen, INTEREST)


def free_slug(session: Session, event_id: int, wanted: str) -> str:
    """A short name that no party of the event has: the wanted one, or it with a number."""
    taken = set(session.scalars(select(Party.slug).where(Party.event_id == event_id, Party.slug.startswith(wanted))))
    return _first_free(wanted, taken)


def free_code(session: Session, event_id: int, wanted: str) -> str:
    """A code that no delegation of the event has: the wanted one, or it with a number."""
    taken = set(
        session.scalars(
            select(Delegation.code).where(Delegation.event_id == event_id, Delegation.code.startswith(wanted))
        )
    )
    return _first_free(wanted, taken)


def _first_free(wanted: str, taken: set[str]) -> str:
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
