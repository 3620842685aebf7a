"""The mails of a partnership: whom they go to, and how one is written in the reader's language."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.pairing.enums import Consent
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import title_of
from app.platform import i18n, outbox
from app.platform.outbox import OutboxMail


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


def write(
    session: Session,
    event: Event,
    partnership: Partnership,
    member: PartnershipMember,
    *,
    key: str,
    template: str,
    context: dict[str, object],
    now: datetime,
    is_held: bool = False,
) -> OutboxMail | None:
    """Write to a member's contact in the contact's language; nothing where nobody has a mail address."""
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
        is_held=is_held or event.is_demonstration,
    )


def tell_of_ending(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    template: str,
    now: datetime,
    is_held: bool = False,
) -> None:
    """Write to all who did not decline that the partnership ended.

    Args:
        is_held: the mails wait in the outbox until somebody lets them go.
    """
    for member in partnership.members:
        if member.consent is not Consent.DECLINED:
            write(
                session,
                event,
                partnership,
                member,
                key=f"partnership {partnership.id} ended {member.id}",
                template=template,
                context={},
                is_held=is_held,
                now=now,
            )
