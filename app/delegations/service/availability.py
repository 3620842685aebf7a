"""When somebody is there: arrival, departure, and times in which they are not to be scheduled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from app.delegations.models import BlockedTime, Delegate
from app.delegations.travel import far_away, is_near
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


@dataclass(frozen=True, kw_only=True)
class Block:
    """A time in which somebody is not to be scheduled: instants, the end after the start."""

    starts_at: datetime
    ends_at: datetime
    reason: str | None = None


def set_availability(
    session: Session,
    *,
    event: Event,
    delegate: Delegate,
    arrives_at: datetime | None,
    departs_at: datetime | None,
    blocks: Sequence[Block],
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say when a delegate is there; ``blocked_times`` must be loaded. What is placed already stays where it is.

    Times that protocol keeps in the ledger stay too.

    Raises:
        Conflict: the delegate changed meanwhile.
        Refused: a day far from the event, a departure that is not after the arrival, an end that is not after its
            start, or two times that meet.
    """
    if delegate.version != version:
        raise Conflict(_("This was changed meanwhile. Look again before you change it."))
    for name, moment in (("arrives_at", arrives_at), ("departs_at", departs_at)):
        if moment is not None and moment != getattr(delegate, name) and not is_near(event, moment):
            raise Refused({name: far_away()})
    if arrives_at and departs_at and departs_at <= arrives_at:
        raise Refused({"departs_at": _("The departure must come after the arrival.")})
    in_order = sorted(blocks, key=lambda one: one.starts_at)
    for one in in_order:
        if one.ends_at <= one.starts_at:
            raise Refused({"blocks": _("A blocked time ends after it starts.")})
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(in_order)):
        raise Refused({"blocks": _("Two blocked times overlap. Make one of them.")})
    free = [one for one in delegate.blocked_times if one.holding_id is None]
    before = {(one.starts_at, one.ends_at, one.reason) for one in free}
    after = {(one.starts_at, one.ends_at, one.reason) for one in in_order}
    changes = {
        name: (getattr(delegate, name), value)
        for name, value in (("arrives_at", arrives_at), ("departs_at", departs_at))
        if getattr(delegate, name) != value
    }
    if not changes and before == after:
        return
    for name, (_before, value) in changes.items():
        setattr(delegate, name, value)
    if before != after:
        changes["blocked_times"] = (len(before), len(after))  # type: ignore[assignment]
        for row in free:
            session.delete(row)
        session.add_all(
            BlockedTime(delegate_id=delegate.id, starts_at=one.starts_at, ends_at=one.ends_at, reason=one.reason)
            for one in in_order
        )
        # A page that was opened before must not be saved over this one: the row counts as changed too.
        delegate.version += 1
    session.flush()
    session.expire(delegate, ["blocked_times"])
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="delegate.availability",
        entity="delegate",
        entity_id=delegate.id,
        changes=changes,
    )
