"""The mails of a partnership: whom they go to, and how one is written in the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from app.delegations.models import Delegate, Delegation
from app.events.models import Event
from app.pairing.enums import Consent
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import title_of
from app.platform import i18n, outbox
from app.platform.outbox import OutboxMail

Contacts = Mapping[int, Delegate]
"""Whom the office writes to, by the ID of a party; a party that nobody can be written to for is not there."""
LEFT_OUT = "partnership % left out %"
"""What the keys of all mails are like that tell of a plan which left a partnership out."""


def contact_of(session: Session, event: Event, member: PartnershipMember) -> Delegate | None:
    """Whom the office writes to for a member: the focal point of its delegation, else its head."""
    return contacts_of_parties(session, event, [member.party_id]).get(member.party_id)


def contacts_of_parties(session: Session, event: Event, party_ids: Iterable[int]) -> Contacts:
    """The contacts of many parties, read once."""
    first = (Delegate.is_focal_point.desc(), Delegate.is_head.desc(), Delegate.rank, Delegate.id)
    ranked = (
        select(Delegate.id, func.row_number().over(partition_by=Delegation.party_id, order_by=first).label("place"))
        .join(Delegate.delegation)
        .where(
            Delegation.event_id == event.id,
            Delegation.party_id.in_(set(party_ids)),
            Delegate.is_active.is_(True),
            Delegate.email.is_not(None),
        )
        .subquery()
    )
    found = session.scalars(
        select(Delegate)
        .join(ranked, ranked.c.id == Delegate.id)
        .join(Delegate.delegation)
        .options(contains_eager(Delegate.delegation))
        .where(ranked.c.place == 1)
    )
    return {delegate.delegation.party_id: delegate for delegate in found}


def letter_key(link_id: int) -> str:
    """The key of the mail that carries a link."""
    return f"partnership link {link_id}"


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
    contacts: Contacts | None = None,
) -> OutboxMail | None:
    """Write to a member's contact in the contact's language; nothing where nobody has a mail address.

    Args:
        contacts: of many members, where they were read together.
    """
    contact = contact_of(session, event, member) if contacts is None else contacts.get(member.party_id)
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


def left_out_keys(partnership: Partnership) -> str:
    """What the keys of the mails begin with that tell of a plan which left a partnership out."""
    return f"partnership {partnership.id} left out "


def left_out_by_key(key: str) -> int:
    """The ID of the partnership that a key like ``LEFT_OUT`` is about."""
    return int(key.split(" ", 2)[1])


def tell_of_leaving_out(session: Session, *, event: Event, partnership: Partnership, now: datetime) -> None:
    """Write to all sides that a plan left their partnership out; the mails wait until somebody lets them go."""
    # It may be brought back and left out once more: each time has a mail of its own.
    key = f"{left_out_keys(partnership)}{partnership.version} "
    template = "mail/partnership_left_out"
    tell_of_ending(session, event=event, partnership=partnership, template=template, key=key, is_held=True, now=now)


def tell_of_ending(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    template: str,
    now: datetime,
    key: str | None = None,
    is_held: bool = False,
) -> None:
    """Write to all who did not decline that the partnership ended.

    Args:
        key: what the key of each mail begins with; by itself a partnership ends once.
        is_held: the mails wait in the outbox until somebody lets them go.
    """
    key = key or f"partnership {partnership.id} ended "
    for member in partnership.members:
        if member.consent is not Consent.DECLINED:
            write(
                session,
                event,
                partnership,
                member,
                key=f"{key}{member.id}",
                template=template,
                context={},
                is_held=is_held,
                now=now,
            )
