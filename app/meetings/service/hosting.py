"""Giving a delegation a table of its own."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegation
from app.events.models import Event, MeetingTable
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


def set_host_table(
    session: Session,
    *,
    event: Event,
    delegation: Delegation,
    table_id: int | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Let a delegation be met at a table of its own, or (None) at any; the same again changes nothing.

    Meetings that are held stay where they are; plans and bookings follow from now on.

    Raises:
        Conflict: somebody saved the delegation meanwhile.
        Refused: the edition has no such table, or another delegation hosts there.
    """
    if delegation.version != version:
        raise Conflict(_("This was changed meanwhile. Look again before you change it."))
    if delegation.host_table_id == table_id:
        return
    before = session.scalar(select(MeetingTable.number).where(MeetingTable.id == delegation.host_table_id))
    after = None if table_id is None else _number_of_free(session, event, table_id)
    delegation.host_table_id = table_id
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="delegation.host_table_set",
        entity="delegation",
        entity_id=delegation.id,
        changes={"host_table": (before, after)},
    )


def _number_of_free(session: Session, event: Event, table_id: int) -> int:
    """The number on a table without a host; its row is locked, so that two who give it away do so in turn."""
    asked = select(MeetingTable.number).where(MeetingTable.id == table_id, MeetingTable.event_id == event.id)
    number = session.scalar(asked.with_for_update())
    if number is None:
        raise Refused({"host_table_id": _("Choose a table of this event.")})
    host = session.scalar(select(Delegation.name).where(Delegation.host_table_id == table_id).limit(1))
    if host is not None:
        raise Refused({"host_table_id": _("%(name)s hosts at this table. Choose another.") % {"name": host}})
    return number
