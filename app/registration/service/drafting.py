"""A form that is half filled in is kept by its link for fourteen days, unchecked, and then goes."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import digest, new_token
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration
from app.registration.queries import ended_drafts
from app.registration.service.handing_in import check_open

DRAFT_LIFE = timedelta(days=14)
LONGEST_DRAFT = 60_000
SWEEPER = Actor.system("drafts")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A draft and the token of its link."""

    registration: Registration
    token: str


def keep_draft(
    session: Session,
    *,
    event: Event,
    door: Door,
    typed: dict[str, Any],
    party_name: str,
    contact_name: str,
    contact_email: str | None,
    locale: str,
    base_url: str,
    draft: Registration | None = None,
    token: str | None = None,
    actor: Actor,
    now: datetime,
) -> Kept:
    """Keep what was typed; the first time a mail with the link goes to ``contact_email`` where there is one.

    Keeping again starts the fourteen days anew.

    Raises:
        Conflict: ``draft`` was handed in meanwhile.
        Refused: registration is not open, or more text than any form takes.
    """
    check_open(event, now)
    if len(json.dumps(typed, ensure_ascii=False)) > LONGEST_DRAFT:
        raise Refused(_("This is more text than the form takes."))
    if draft is not None and draft.state is not RegistrationState.DRAFT:
        raise Conflict(_("This registration was changed meanwhile."))
    registration = draft
    if registration is None or token is None:
        token = new_token()
        registration = Registration(event_id=event.id, token_digest=digest(token), started_at=now)
        session.add(registration)
    ends_before = registration.expires_at
    registration.door, registration.state, registration.draft = door, RegistrationState.DRAFT, typed
    registration.party_name, registration.contact_name = party_name[:200], contact_name[:200]
    knew_address, registration.contact_email = bool(registration.contact_email), contact_email or ""
    registration.locale, registration.expires_at, registration.people = locale, now + DRAFT_LIFE, 0
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="registration.draft",
        entity="registration",
        entity_id=registration.id,
        changes={"expires_at": (ends_before, registration.expires_at)},
    )
    if contact_email and not knew_address:
        outbox.queue(
            session,
            now=now,
            event_id=event.id,
            cause="registration",
            key=f"registration {registration.id} draft",
            to=contact_email,
            locale=locale,
            template="mail/registration_draft",
            context={
                "event": event,
                "name": contact_name,
                "address": f"{base_url}/r/{token}",
                "until": registration.expires_at,
            },
            is_held=event.is_demonstration,
        )
    return Kept(registration=registration, token=token)


def sweep_drafts(session: Session, *, now: datetime) -> int:
    """Delete the drafts whose time is over; how many went. Each leaves one line that says no more than that."""
    over = ended_drafts(session, now=now)
    for draft in over:
        record(
            session,
            actor=SWEEPER,
            now=now,
            event_id=draft.event_id,
            action="registration.swept",
            entity="registration",
            entity_id=draft.id,
            changes={"state": (draft.state.value, None)},
        )
        session.delete(draft)
    return len(over)
