"""A line in the log for each change of a partnership."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.pairing.models import Partnership
from app.platform.actor import Actor
from app.platform.audit import record


def log_change(
    session: Session,
    partnership: Partnership,
    action: str,
    actor: Actor,
    now: datetime,
    changes: dict[str, tuple[object, object]],
) -> None:
    """Write what changed of a partnership into the log, in the transaction of the change."""
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=partnership.event_id,
        action=action,
        entity="partnership",
        entity_id=partnership.id,
        changes=changes,
    )
