"""Members that a focal point adds to a delegation, and what each says of themselves on a link of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Delegation, PassportDetail
from app.delegations.names import latin_name_of
from app.delegations.readers import GIVEN
from app.delegations.scripts import language_of_script
from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.database.base import Attestation
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token
from app.registration.forms import MemberForm
from app.registration.forms.member import OwnForm
from app.registration.models import MemberLink

LASTS = timedelta(days=60)
"""A link lasts this long, but not beyond the day after the event."""

TAKEN_BACK = "-"


@dataclass(frozen=True)
class Sender:
    """The edition, the delegation, and the address that links begin with."""

    event: Event
    delegation: Delegation
    base_url: str


def add_members(
    session: Session, *, sender: Sender, members: Sequence[MemberForm], actor: Actor, now: datetime
) -> list[Delegate]:
    """Add people to a delegation: one line in the log each, and a mail with the own link where there is an address.

    They wait for the office's approval as everybody does who comes later.
    """
    added = []
    for member in members:
        named = member.model_copy(
            update={"native_language": member.native_language or language_of_script(member.native_name, [])}
        )
        delegate = Delegate(
            event_id=sender.event.id,
            delegation_id=sender.delegation.id,
            badge_name=latin_name_of(named),
            locale=sender.delegation.locale,
            registered_at=now,
            attestation=Attestation.ENTERED,
            **named.model_dump(exclude={"is_head"}),
        )
        session.add(delegate)
        session.flush()
        record(
            session,
            actor=actor,
            now=now,
            event_id=sender.event.id,
            action="delegate.added",
            entity="delegate",
            entity_id=delegate.id,
            changes={"badge_name": (None, delegate.badge_name), "delegation_id": (None, sender.delegation.id)},
        )
        if delegate.email:
            send_link(session, sender=sender, delegate=delegate, actor=actor, now=now)
        added.append(delegate)
    return added


def send_link(session: Session, *, sender: Sender, delegate: Delegate, actor: Actor, now: datetime) -> MemberLink:
    """Mail a member a fresh link; older ones end.

    Raises:
        Refused: the member has no mail address, or no longer takes part.
    """
    if not delegate.is_active or not delegate.email:
        raise Refused(_("This member has no mail address. Add it first."))
    session.execute(
        update(MemberLink)
        .where(MemberLink.delegate_id == delegate.id, MemberLink.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    token = new_token()
    link = MemberLink(
        event_id=sender.event.id,
        delegate_id=delegate.id,
        token_digest=digest(token),
        created_at=now,
        expires_at=_end_of(sender.event, now),
    )
    session.add(link)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=sender.event.id,
        action="delegate.link_sent",
        entity="delegate",
        entity_id=delegate.id,
        changes={"member_link": (None, link.id)},
    )
    outbox.queue(
        session,
        now=now,
        event_id=sender.event.id,
        cause="member link",
        key=f"member link {link.id}",
        to=delegate.email,
        locale=delegate.locale or sender.delegation.locale,
        template="mail/member_link",
        context={
            "event": sender.event,
            "name": latin_name_of(delegate),
            "delegation": sender.delegation.name,
            "until": link.expires_at,
            "address": f"{sender.base_url}/d/{token}",
        },
        is_held=sender.event.is_demonstration,
    )
    return link


def has_answered(session: Session, delegate_id: int) -> bool:
    """Whether a member gave the own answers before, on whichever of their links."""
    answered = select(MemberLink.id).where(MemberLink.delegate_id == delegate_id, MemberLink.completed_at.is_not(None))
    return session.scalar(answered.limit(1)) is not None


def kept_where_empty(session: Session, delegate: Delegate, form: Mapping[str, Any]) -> dict[str, str]:
    """What was sent; a field left empty by somebody who answered before keeps what they said, ``-`` takes it back."""
    said = {name: str(form.get(name, "")).strip() for name in OwnForm.model_fields}
    if has_answered(session, delegate.id):
        passport = session.get(PassportDetail, delegate.id)
        before = {
            "passport_number": passport.number if passport else "",
            "nationality": passport.nationality if passport else "",
            "access_needs": delegate.access_needs or "",
            "diet": delegate.diet or "",
        }
        said = {name: text or before[name] for name, text in said.items()}
    return {name: text for name, text in said.items() if text and text != TAKEN_BACK}


def complete(
    session: Session, *, event: Event, link: MemberLink, delegate: Delegate, form: OwnForm, actor: Actor, now: datetime
) -> None:
    """Keep what a member says of themselves; the same again changes nothing. The log names fields, never values."""
    passport = session.get(PassportDetail, delegate.id)
    before = {
        "passport_number": passport.number if passport else None,
        "nationality": passport.nationality if passport else None,
        "access_needs": delegate.access_needs,
        "diet": delegate.diet,
    }
    changed = {name: value for name, value in form.model_dump().items() if before[name] != value}
    if changed:
        if passport is None:
            passport = PassportDetail(
                delegate_id=delegate.id, number=form.passport_number, nationality=form.nationality
            )
            session.add(passport)
        passport.number, passport.nationality = form.passport_number, form.nationality
        delegate.access_needs, delegate.diet = form.access_needs, form.diet
        session.flush()
        record(
            session,
            actor=actor,
            now=now,
            event_id=event.id,
            action="delegate.completed",
            entity="delegate",
            entity_id=delegate.id,
            changes={name: (_said(before[name]), _said(value)) for name, value in changed.items()},
        )
    link.completed_at = now


def _said(value: str | None) -> str | None:
    """What the log says of a protected value: that there is one, never which."""
    return GIVEN if value else None


def _end_of(event: Event, now: datetime) -> datetime:
    days_left = (event.ends_on - now.date()).days + 2
    return now + min(LASTS, timedelta(days=max(days_left, 1)))
