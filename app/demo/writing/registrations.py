"""The forms that were handed in: one for every delegation, all approved, and some that wait or were turned down."""

from typing import Any

from app.delegations.enums import PartyKind
from app.delegations.models import Delegate
from app.demo.story import FormFact, PartyFact, RegistrationFact
from app.demo.writing.desk import Desk
from app.platform.tokens import digest, new_token
from app.registration.enums import Door, RegistrationState
from app.registration.forms import FORMS, AnyForm, DelegationForm, MemberForm
from app.registration.models import Registration

DECIDED = {RegistrationState.APPROVED, RegistrationState.REJECTED, RegistrationState.WAITING}
APPROVED_HOURS_AGO = 240
INVITED_HOURS_AGO = 24 * 40
HOST_COUNTRY = "AT"
"""What an organisation of no country writes into the form."""


def write_registrations(desk: Desk) -> str:
    """All forms; returns the token of the made-up applicant's own link."""
    people = {key: desk.session.get_one(Delegate, row_id) for key, row_id in desk.delegates.items()}
    desk.session.add_all(_approved(desk, party, people) for party in desk.story.parties)
    token = new_token()
    desk.session.add_all(
        _open(desk, fact, token if fact.key == "applicant" else new_token()) for fact in desk.story.registrations
    )
    desk.session.add_all(_waiting(desk, fact) for fact in desk.story.forms)
    desk.session.flush()
    return token


def _approved(desk: Desk, party: PartyFact, people: dict[str, Delegate]) -> Registration:
    members = [people[f"{party.slug}/{member.key}"] for member in party.delegation.members]
    contact = next(member for member in members if member.is_focal_point)
    form = DelegationForm(
        party_kind=PartyKind.ORGANISATION if party.helix_role else PartyKind.CITY,
        party_name=party.name,
        native_name=party.native_name,
        native_language=party.native_language,
        country=party.country or HOST_COUNTRY,
        helix_role=party.helix_role,
        population=party.population,
        languages=list(party.languages),
        needs=party.needs,
        offers=party.offers,
        contact_name=contact.badge_name,
        contact_email=contact.email or "",
        locale=party.delegation.locale,
        arrives_at=members[0].arrives_at,
        departs_at=members[0].departs_at,
        members=[_member(member) for member in members],
    )
    for member in members:
        member.invited_at = desk.ago(INVITED_HOURS_AGO)
        member.registered_at, member.approved_at = desk.ago(APPROVED_HOURS_AGO + 48), desk.ago(APPROVED_HOURS_AGO)
    return Registration(
        **_columns(desk, form),
        state=RegistrationState.APPROVED,
        token_digest=digest(new_token()),
        started_at=desk.ago(APPROVED_HOURS_AGO + 72),
        submitted_at=desk.ago(APPROVED_HOURS_AGO + 48),
        decided_at=desk.ago(APPROVED_HOURS_AGO),
        delegation_id=desk.delegations[party.slug],
    )


def _member(delegate: Delegate) -> MemberForm:
    return MemberForm(
        honorific=delegate.honorific,
        family_name=delegate.family_name,
        native_name=delegate.native_name,
        native_language=delegate.native_language,
        function=delegate.function,
        email=delegate.email,
        rank=delegate.rank,
        languages=delegate.languages,
        kind=delegate.kind,
        is_head=delegate.is_head,
    )


def _open(desk: Desk, fact: RegistrationFact, token: str) -> Registration:
    form = DelegationForm(
        party_kind=PartyKind.ORGANISATION,
        party_name=fact.party,
        country=fact.country,
        helix_role=fact.helix_role,
        languages=["en"],
        contact_name=fact.contact,
        contact_email=fact.email,
        contact_phone=fact.phone,
        members=[MemberForm(family_name=fact.contact, email=fact.email, languages=["en"], is_head=True)],
    )
    return Registration(
        **_columns(desk, form),
        state=fact.state,
        token_digest=digest(token),
        reason=fact.reason,
        started_at=desk.ago(fact.hours_ago + 2),
        submitted_at=None if fact.state is RegistrationState.DRAFT else desk.ago(fact.hours_ago),
        decided_at=desk.ago(max(fact.hours_ago - 24, 1)) if fact.state in DECIDED else None,
    )


def _waiting(desk: Desk, fact: FormFact) -> Registration:
    """A form through any door, as its applicant handed it in."""
    return Registration(
        **_columns(desk, FORMS[fact.door].model_validate(fact.answers), door=fact.door),
        state=RegistrationState.SUBMITTED,
        token_digest=digest(new_token()),
        started_at=desk.ago(fact.hours_ago + 2),
        submitted_at=desk.ago(fact.hours_ago),
    )


def _columns(desk: Desk, form: AnyForm, *, door: Door = Door.DELEGATION) -> dict[str, Any]:
    return {
        "door": door,
        "event_id": desk.event.id,
        "party_name": form.party_name,
        "contact_name": form.contact_name,
        "contact_email": form.contact_email,
        "locale": form.locale,
        "answers": form.model_dump(mode="json"),
        "people": form.people,
    }
