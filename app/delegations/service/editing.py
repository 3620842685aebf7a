"""The office corrects a person's lines: in force at once, for it is the office that would look at them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import RecheckField, RecheckState
from app.delegations.models import Delegate, Recheck
from app.delegations.readers import as_logged
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


def correct_person(
    session: Session,
    *,
    event: Event,
    delegate: Delegate,
    changes: Mapping[str, Any],
    version: int,
    actor: Actor,
    now: datetime,
) -> tuple[str, ...]:
    """Write lines of a person; what waits for a look in one of them is replaced. Returns the lines that changed.

    Raises:
        Conflict: somebody saved the person meanwhile.
        Refused: the shell of a merged person.
    """
    if delegate.merged_into_id is not None:
        raise Refused(_("This person no longer takes part."))
    if delegate.version != version:
        raise Conflict(_("This was changed meanwhile. Look again before you change it."))
    differing = {
        name: (getattr(delegate, name), value) for name, value in changes.items() if getattr(delegate, name) != value
    }
    if not differing:
        return ()
    for name, (_before, value) in differing.items():
        setattr(delegate, name, value)
    looked_at = [RecheckField(name) for name in differing if name in set(RecheckField)]
    waiting = select(Recheck).where(
        Recheck.delegate_id == delegate.id, Recheck.field.in_(looked_at), Recheck.state == RecheckState.ASKED
    )
    for recheck in session.scalars(waiting):
        recheck.state, recheck.decided_at, recheck.decided_by_id = RecheckState.REPLACED, now, actor.account_id
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="delegate.corrected",
        entity="delegate",
        entity_id=delegate.id,
        changes=as_logged(differing),
    )
    return tuple(differing)
