"""From a submitted form to an approved delegation. Every legal change writes one log line and one mail."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import PartyKind
from app.delegations.models import City, Delegate, Delegation, Need, Offer, Organisation, Party
from app.delegations.names import latin_name_of
from app.events.models import Event
from app.events.queries import challenges_of
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.database.base import Attestation
from app.platform.errors import Conflict, Refused
from app.platform.tokens import digest, new_token
from app.registration.enums import LEGAL_CHANGES, RegistrationState
from app.registration.forms import DelegationForm, MemberForm
from app.registration.models import Registration


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """A registration that was handed in, and the token of the applicant's own link."""

    registration: Registration
    token: str


def submit(
    session: Session, *, event: Event, form: DelegationForm, base_url: str, actor: Actor, now: datetime
) -> Submitted:
    """Hand a form in.

    Raises:
        Refused: registration is not open, or a challenge that the event does not have.
    """
    if event.registration_closes_at is not None and now > event.registration_closes_at:
        raise Refused("Registration is closed. Write to the registration desk.")
    if event.registration_opens_at is not None and now < event.registration_opens_at:
        raise Refused("Registration has not begun.")
    known = {challenge.code for challenge in challenges_of(session, event.id)}
    unknown = sorted((form.needs.keys() | form.offers.keys()) - known)
    if unknown:
        raise Refused({"needs": f"The event has no challenge '{unknown[0]}'."})
    token = new_token()
    registration = Registration(
        event_id=event.id,
        state=RegistrationState.DRAFT,
        party_name=form.party_name,
        contact_name=form.contact_name,
        contact_email=form.contact_email,
        locale=form.locale,
        answers=form.model_dump(mode="json"),
        people=len(form.members),
        token_digest=digest(token),
        started_at=now,
    )
    session.add(registration)
    session.flush()
    registration.submitted_at = now
    context = {"address": f"{base_url}/r/{token}"}
    _change(session, event, registration, RegistrationState.SUBMITTED, context=context, actor=actor, now=now)
    return Submitted(registration=registration, token=token)


def approve(
    session: Session, *, event: Event, registration: Registration, version: int, actor: Actor, now: datetime
) -> Delegation:
    """Turn a form into a delegation with its delegates; the party is made where it is not there yet.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: its state does not lead to approval.
    """
    _check(registration, version, RegistrationState.APPROVED)
    form = DelegationForm.model_validate(registration.answers)
    party = _party_for(session, event, form)
    delegation = Delegation(
        event_id=event.id,
        party_id=party.id,
        code=free_code(session, event.id, party.slug),
        name=party.name,
        native_name=party.native_name,
        native_language=party.native_language,
        locale=form.locale,
        attestation=Attestation.ENTERED,
    )
    session.add(delegation)
    session.flush()
    members = sorted(form.members, key=lambda member: (not member.is_head, member.rank))
    for position, member in enumerate(members):
        delegate = _delegate(event, delegation, form, member, is_head=position == 0)
        delegate.registered_at, delegate.approved_at = registration.submitted_at, now
        session.add(delegate)
    registration.delegation_id = delegation.id
    reason_before, registration.reason = registration.reason, None
    registration.decided_at, registration.decided_by_id = now, actor.account_id
    _change(
        session,
        event,
        registration,
        RegistrationState.APPROVED,
        context={},
        reason_before=reason_before,
        actor=actor,
        now=now,
    )
    return delegation


def decide(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    version: int,
    state: RegistrationState,
    reason: str | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Reject, put on the waiting list, or withdraw.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: this change is not legal, or a rejection without a reason.
    """
    if state in {RegistrationState.APPROVED, RegistrationState.SUBMITTED, RegistrationState.DRAFT}:
        raise Refused({"state": "Choose reject, waiting list or withdraw."})
    _check(registration, version, state)
    if state is RegistrationState.REJECTED and not reason:
        raise Refused({"reason": "Give the reason. The applicant reads it."})
    reason_before, registration.reason = registration.reason, reason
    registration.decided_at, registration.decided_by_id = now, actor.account_id
    _change(session, event, registration, state, context={}, reason_before=reason_before, actor=actor, now=now)


def slug_of(name: str) -> str:
    """A name for addresses: Latin letters without accents, figures and hyphens; ``x`` where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "x"


def _check(registration: Registration, version: int, state: RegistrationState) -> None:
    if registration.version != version:
        raise Conflict("This registration was decided meanwhile.")
    if state not in LEGAL_CHANGES[registration.state]:
        raise Refused(f"A registration that is {registration.state.value} cannot become {state.value}.")


def _change(
    session: Session,
    event: Event,
    registration: Registration,
    state: RegistrationState,
    *,
    context: dict[str, str],
    reason_before: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    before, registration.state = registration.state, state
    session.flush()
    entry = record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=f"registration.{state.value}",
        entity="registration",
        entity_id=registration.id,
        changes={"state": (before.value, state.value), "reason": (reason_before, registration.reason)},
    )
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="registration",
        key=f"registration {registration.id} {state.value} {entry.id}",
        to=registration.contact_email,
        locale=registration.locale,
        template=f"mail/registration_{state.value}",
        context={
            "event": event,
            "name": registration.contact_name,
            "party": registration.party_name,
            "reason": registration.reason,
            **context,
        },
        is_held=event.is_demonstration,
    )


def _party_for(session: Session, event: Event, form: DelegationForm) -> Party:
    """The party of a form: the one of the same name, kind and country, or a new one with what the form says."""
    model = City if form.party_kind is PartyKind.CITY else Organisation
    present = session.scalar(
        select(model).where(
            model.event_id == event.id, model.name.ilike(form.party_name), model.country == form.country
        )
    )
    if present is not None:
        return present
    party = model(
        event_id=event.id,
        slug=free_slug(session, event.id, slug_of(form.party_name)),
        name=form.party_name,
        native_name=form.native_name,
        native_language=form.native_language,
        country=form.country,
        languages=form.languages,
        attestation=Attestation.ENTERED,
    )
    if isinstance(party, City):
        party.population = form.population
    if isinstance(party, Organisation):
        assert form.helix_role is not None
        party.helix_role = form.helix_role
    ids = {challenge.code: challenge.id for challenge in challenges_of(session, event.id)}
    party.needs = [Need(challenge_id=ids[code], intensity=value) for code, value in form.needs.items()]
    party.offers = [Offer(challenge_id=ids[code], intensity=value) for code, value in form.offers.items()]
    session.add(party)
    session.flush()
    return party


def _delegate(
    event: Event, delegation: Delegation, form: DelegationForm, member: MemberForm, *, is_head: bool
) -> Delegate:
    return Delegate(
        event_id=event.id,
        delegation_id=delegation.id,
        badge_name=latin_name_of(member),
        is_head=is_head,
        is_focal_point=member.email is not None and member.email == form.contact_email,
        arrives_at=form.arrives_at,
        departs_at=form.departs_at,
        locale=form.locale,
        attestation=Attestation.ENTERED,
        **member.model_dump(exclude={"is_head"}),
    )


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
