"""Mails of pairing: a link for each member's answer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import title_of
from app.pairing.service import ask
from app.platform import outbox
from app.platform.actor import Actor


def ask_members(
    session: Session, *, event: Event, partnership: Partnership, base_url: str, actor: Actor, now: datetime
) -> int:
    """Ask all members for their answer and write to each focal point; returns how many mails were written.

    Raises:
        Conflict: the members have answered.
    """
    tokens = ask(session, partnership=partnership, actor=actor, now=now)
    written = 0
    for member in partnership.members:
        contact = _contact(session, event, member)
        if member.id not in tokens or contact is None or contact.email is None:
            continue
        mail = outbox.queue(
            session,
            now=now,
            event_id=event.id,
            cause="pairing",
            key=f"partnership {partnership.id} {member.id} {tokens[member.id][:8]}",
            to=contact.email,
            locale=contact.locale,
            template="mail/partnership_asked",
            context={
                "event": event,
                "party": member.party.name,
                "title": title_of(partnership),
                "address": f"{base_url}/p/{tokens[member.id]}",
            },
            is_held=event.is_demonstration,
        )
        written += mail is not None
    return written


def _contact(session: Session, event: Event, member: PartnershipMember) -> Delegate | None:
    """The focal point of the member's delegation, else its head."""
    return session.scalar(
        select(Delegate)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(
            Delegation.event_id == event.id,
            Delegation.party_id == member.party_id,
            Delegate.is_active.is_(True),
            Delegate.email.is_not(None),
        )
        .order_by(Delegate.is_focal_point.desc(), Delegate.is_head.desc(), Delegate.rank, Delegate.id)
        .limit(1)
    )
