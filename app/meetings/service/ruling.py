"""Setting how meetings are agreed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.enums import MeetingMode
from app.meetings.forms import RulesForm
from app.meetings.models import MeetingSettings
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.platform.i18n import gettext as _


def set_rules(session: Session, *, event: Event, said: RulesForm, actor: Actor, now: datetime) -> MeetingSettings:
    """Set modes, limits and times; wishes that stand keep the mode under which they were made.

    Raises:
        Refused: a group whose fewest meetings are more than its most.
    """
    for group, least in said.least.items():
        most = said.most.get(group)
        if least is not None and most is not None and least > most:
            raise Refused({f"max-{group}": _("The most cannot be less than the fewest.")})
    row = session.get(MeetingSettings, event.id)
    if row is None:
        row = MeetingSettings(event_id=event.id, fairness=None)
        session.add(row)
        session.flush()
    limits: dict[str, dict[str, int]] = {group: {} for group in said.least}
    for end, numbers in (("min", said.least), ("max", said.most)):
        for group, number in numbers.items():
            if number is not None:
                limits[group][end] = number
    new: dict[str, Any] = {
        "modes": {pair: mode.value for pair, mode in said.modes.items() if mode is not MeetingMode.SELF_CHOSEN},
        "limits": {group: ends for group, ends in limits.items() if ends},
        "pending_percent": said.pending_percent,
        "musts_max": said.musts_max,
        "offer_minutes": said.offer_minutes,
    }
    changes = {name: (getattr(row, name), value) for name, value in new.items() if getattr(row, name) != value}
    if event.wish_expiry_hours != said.wish_expiry_hours:
        changes["wish_expiry_hours"] = (event.wish_expiry_hours, said.wish_expiry_hours)
        event.wish_expiry_hours = said.wish_expiry_hours
    for name, value in new.items():
        setattr(row, name, value)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="meetings.rules_set",
        entity="meeting_settings",
        entity_id=event.id,
        changes=changes,
    )
    return row
