"""Mails of pairing: a link for each member's answer, and what came of the answers."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.pairing.enums import Consent, PartnershipState
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import title_of
from app.pairing.service import ask
from app.platform import i18n, outbox
from app.platform.actor import Actor
from app.platform.outbox import OutboxMail


def ask_members(
    session: Session, *, event: Event, partnership: Partnership, base_url: str, actor: Actor, now: datetime
) -> int:
    """Ask all members for their answer and write to each focal point; returns how many mails were written.

    Raises:
        Conflict: the members have answered.
    """
    asked = ask(session, event=event, partnership=partnership, actor=actor, now=now)
    mails = [
        _write(
            session,
            event,
            partnership,
            member,
            key=f"partnership link {asked[member.id][1].id}",
            template="mail/partnership_asked",
            context={
                "until": asked[member.id][1].expires_at,
                "address": f"{base_url}/p/{asked[member.id][0]}",
            },
            now=now,
        )
        for member in partnership.members
        if member.id in asked
    ]
    return sum(mail is not None for mail in mails)


def tell_of_answers(session: Session, *, event: Event, partnership: Partnership, base_url: str, now: datetime) -> None:
    """Write to all once everybody agreed, and where somebody declined to the others and to the office."""
    if partnership.state is PartnershipState.CONFIRMED:
        for member in partnership.members:
            _write(
                session,
                event,
                partnership,
                member,
                key=f"partnership {partnership.id} confirmed {member.id}",
                template="mail/partnership_confirmed",
                context={"address": f"{base_url}/e/{event.slug}/partnerships/{partnership.id}"},
                now=now,
            )
    if partnership.state is PartnershipState.DECLINED:
        _tell_of_ending(session, event, partnership, template="mail/partnership_declined", now=now)
        _tell_office(session, event, partnership, base_url=base_url, now=now)


def tell_of_withdrawal(session: Session, *, event: Event, partnership: Partnership, now: datetime) -> None:
    """Write to all who were asked that the office took the proposal back."""
    if partnership.asked_at is not None or partnership.confirmed_at is not None:
        _tell_of_ending(session, event, partnership, template="mail/partnership_withdrawn", now=now)


def contact_of(session: Session, event: Event, member: PartnershipMember) -> Delegate | None:
    """Whom the office writes to for a member: the focal point of its delegation, else its head."""
    return session.scalar(
        select(Delegate)
        .join(Delegate.delegation)
        .options(contains_eager(Delegate.delegation))
        .where(
            Delegation.event_id == event.id,
            Delegation.party_id == member.party_id,
            Delegate.is_active.is_(True),
            Delegate.email.is_not(None),
        )
        .order_by(Delegate.is_focal_point.desc(), Delegate.is_head.desc(), Delegate.rank, Delegate.id)
        .limit(1)
    )


def _tell_of_ending(session: Session, event: Event, partnership: Partnership, *, template: str, now: datetime) -> None:
    for member in partnership.members:
        if member.consent is not Consent.DECLINED:
            _write(
                session,
                event,
                partnership,
                member,
                key=f"partnership {partnership.id} ended {member.id}",
                template=template,
                context={},
                now=now,
            )


def _tell_office(session: Session, event: Event, partnership: Partnership, *, base_url: str, now: datetime) -> None:
    locale = event.languages[0] if event.languages else "en"
    with i18n.speaking(locale):
        title = title_of(partnership)
    declined = next(member for member in partnership.members if member.consent is Consent.DECLINED)
    outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="pairing",
        key=f"partnership {partnership.id} declined",
        to=event.contact_email,
        locale=locale,
        template="mail/partnership_office",
        context={
            "event": event,
            "party": declined.party.name,
            "reason": declined.consent_reason,
            "title": title,
            "address": f"{base_url}/e/{event.slug}/manage/partnerships/{partnership.id}",
        },
        is_held=event.is_demonstration,
    )


def _write(
    session: Session,
    event: Event,
    partnership: Partnership,
    member: PartnershipMember,
    *,
    key: str,
    template: str,
    context: dict[str, object],
    now: datetime,
) -> OutboxMail | None:
    contact = contact_of(session, event, member)
    if contact is None or contact.email is None:
        return None
    locale = contact.locale or contact.delegation.locale
    with i18n.speaking(locale):
        title = title_of(partnership)
    return outbox.queue(
        session,
        now=now,
        event_id=event.id,
        cause="pairing",
        key=key,
        to=contact.email,
        locale=locale,
        template=template,
        context={"event": event, "party": member.party.name, "title": title, **context},
        is_held=event.is_demonstration,
    )
