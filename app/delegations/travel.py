"""When people come and go: near the event, or it was mistyped."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.events.models import Event
from app.platform.i18n import gettext as _

FURTHEST = timedelta(days=60)
"""Nobody comes for an event earlier, or stays on for it longer."""


def is_near(event: Event, moment: datetime) -> bool:
    """Whether an arrival or a departure (aware) can belong to the event, by its days at the venue."""
    on = moment.astimezone(ZoneInfo(event.timezone)).date()
    return event.starts_on - FURTHEST <= on <= event.ends_on + FURTHEST


def far_away() -> str:
    """What is said of a moment that is not near."""
    return _("This is more than %(days)s days away from the event.") % {"days": FURTHEST.days}
