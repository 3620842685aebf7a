"""Who looked at the movements of a protected person: one line in the log of reads, whichever way they looked."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.principal import Principal
from app.delegations.models import Delegate
from app.platform.audit import record_read


def note_movements(log: Session, people: Iterable[Delegate], *, principal: Principal, way: str, now: datetime) -> None:
    """Note a look at the days of people; of oneself (also by an assistant) and of who is not protected none.

    Args:
        way: what was opened, such as ``page``, ``pdf`` or ``calendar``.
    """
    for person in people:
        if person.is_protected and principal.delegate_id != person.id:
            record_read(
                log,
                actor=principal.actor(),
                now=now,
                event_id=person.event_id,
                action=f"movements.{way}",
                entity="delegate",
                entity_id=person.id,
            )
