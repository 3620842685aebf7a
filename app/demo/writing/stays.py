"""What delegations do outside the agenda, and the forms that were handed in."""

from app.delegations.models import Delegate
from app.demo.story import RegistrationFact, VisitFact
from app.demo.writing.desk import ACTOR, Desk
from app.platform.tokens import digest, new_token
from app.registration.enums import RegistrationState
from app.registration.models import Registration
from app.visits.enums import VisitState
from app.visits.models import Visit, VisitMember
from app.visits.service import confirm

DECIDED = {RegistrationState.APPROVED, RegistrationState.REJECTED, RegistrationState.WAITING}
APPROVED_HOURS_AGO = 240


def write_stays(desk: Desk) -> None:
    """Visit items; confirmed ones take their members' time in the ledger."""
    for fact in desk.story.visits:
        visit = _visit(desk, fact)
        desk.session.add(visit)
        desk.session.flush()
        if fact.state is VisitState.CONFIRMED:
            confirm(desk.session, event=desk.event, visit=visit, version=visit.version, actor=ACTOR, now=desk.now)


def _visit(desk: Desk, fact: VisitFact) -> Visit:
    prefix = f"{fact.delegation}/"
    keys = (
        [key for key in desk.delegates if key.startswith(prefix)]
        if fact.members == "all"
        else [f"{prefix}{member}" for member in fact.members]
    )
    return Visit(
        event_id=desk.event.id,
        delegation_id=desk.delegations[fact.delegation],
        kind=fact.kind,
        state=VisitState.DRAFT,
        title=fact.title,
        starts_at=desk.at(fact.starts_at),
        ends_at=desk.at(fact.ends_at),
        leave_at=desk.at(fact.leave_at) if fact.leave_at else None,
        is_time_known=fact.is_time_known,
        place=fact.place,
        site_id=desk.sites[fact.site] if fact.site else None,
        room_id=desk.rooms[fact.room] if fact.room else None,
        host=fact.host,
        counterpart=fact.counterpart,
        greeter=fact.greeter,
        note=fact.note,
        members=[VisitMember(delegate_id=desk.delegates[key]) for key in sorted(keys)],
        **desk.provenance(fact),
    )


def write_registrations(desk: Desk) -> str:
    """An approved form for every delegation and the open ones; returns the token of the applicant's own link."""
    desk.session.add_all(_approved(desk, slug) for slug in desk.delegations)
    token = new_token()
    desk.session.add_all(
        _registration(desk, fact, token if fact.key == "applicant" else new_token())
        for fact in desk.story.registrations
    )
    desk.session.flush()
    return token


def _approved(desk: Desk, slug: str) -> Registration:
    party = next(fact for fact in desk.story.parties if fact.slug == slug)
    contact = next(member for member in party.delegation.members if member.is_focal_point)
    person = desk.session.get_one(Delegate, desk.delegates[f"{slug}/{contact.key}"])
    return Registration(
        event_id=desk.event.id,
        state=RegistrationState.APPROVED,
        party_name=party.name,
        contact_name=person.badge_name,
        contact_email=person.email or "",
        locale=party.delegation.locale,
        token_digest=digest(new_token()),
        started_at=desk.ago(APPROVED_HOURS_AGO + 72),
        submitted_at=desk.ago(APPROVED_HOURS_AGO + 48),
        decided_at=desk.ago(APPROVED_HOURS_AGO),
        delegation_id=desk.delegations[slug],
    )


def _registration(desk: Desk, fact: RegistrationFact, token: str) -> Registration:
    return Registration(
        event_id=desk.event.id,
        state=fact.state,
        party_name=fact.party,
        contact_name=fact.contact,
        contact_email=fact.email,
        token_digest=digest(token),
        reason=fact.reason,
        started_at=desk.ago(fact.hours_ago + 2),
        submitted_at=None if fact.state is RegistrationState.DRAFT else desk.ago(fact.hours_ago),
        decided_at=desk.ago(max(fact.hours_ago - 24, 1)) if fact.state in DECIDED else None,
    )
