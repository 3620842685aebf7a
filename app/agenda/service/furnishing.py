"""Changing what a room has: seats, booths, layouts, equipment, and the time that it takes to set it up again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Room
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict
from app.platform.i18n import gettext as _


def furnish(
    session: Session,
    *,
    room: Room,
    capacity: int,
    booths: int,
    layouts: Sequence[str],
    features: Sequence[str],
    turnover_minutes: int,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say what a room has. What stands in it stays there; where it asks for more than the room has, a rule says so.

    Raises:
        Conflict: somebody else changed it meanwhile.
    """
    if room.version != version:
        raise Conflict(_("Somebody else changed this meanwhile."))
    wanted: dict[str, Any] = {
        "capacity": capacity,
        "booths": booths,
        "layouts": list(layouts),
        "features": list(features),
        "turnover_minutes": turnover_minutes,
    }
    changes = {name: (getattr(room, name), after) for name, after in wanted.items() if getattr(room, name) != after}
    if not changes:
        return
    for name, after in wanted.items():
        setattr(room, name, after)
    session.flush()
    record_change(session, room, "room.changed", actor, now, changes)
