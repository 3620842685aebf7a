"""The one place where a registration changes its state: one line in the log and one mail to the applicant."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform import outbox
from app.platform.actor import Actor
from app.platform.audit import record_at_once
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.registration.enums import RegistrationState, Side, may
from app.registration.models import Registration


def check_change(registration: Registration, *, version: int, state: RegistrationState, side: Side) -> None:
    """Refuse what may not happen, before anything is written.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: this state does not lead there, or not for this side.
    """
    if registration.version != version:
        raise Conflict(_("This registration was changed meanwhile."))
    if not may(side, registration.state, state):
        words = {"before": registration.state.value, "after": state.value}
        raise Refused(_("A registration that is %(before)s cannot become %(after)s.") % words)


def change_state(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    state: RegistrationState,
    context: dict[str, Any],
    reason_before: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Set the state, write the line, queue the mail. A draft that nobody could be written about gets no mail."""
    before, registration.state = registration.state, state
    session.flush()
    entry = record_at_once(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=f"registration.{state.value}",
        entity="registration",
        entity_id=registration.id,
        changes={"state": (before.value, state.value), "reason": (reason_before, registration.reason)},
    )
    if not registration.contact_email:
        return
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
            "door": registration.door.value,
            "reason": registration.reason,
            **context,
        },
        is_held=event.is_demonstration,
    )
