"""Correcting a form that was handed in and not decided on."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.registration.enums import CORRECTABLE
from app.registration.forms import FORMS, AnyForm
from app.registration.models import Registration
from app.registration.service.handing_in import check_challenges, fill_in


def correct(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    form: AnyForm,
    version: int,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Put corrected answers in the place of the old; which answers differ. The state and the place in line stay.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: it is decided or withdrawn, or a challenge that the event does not have.
    """
    if registration.state not in CORRECTABLE or not isinstance(form, FORMS[registration.door]):
        raise Refused(_("This form can no longer be corrected. Write to the registration desk."))
    if registration.version != version:
        raise Conflict(_("This registration was changed meanwhile."))
    check_challenges(session, event, form)
    before = registration.answers
    after = form.model_dump(mode="json")
    changes = {name: (before.get(name), after[name]) for name in after if before.get(name) != after[name]}
    if not changes:
        return ()
    fill_in(registration, form)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="registration.corrected",
        entity="registration",
        entity_id=registration.id,
        changes=changes,
    )
    return tuple(changes)
