"""Hours of a day as an organiser types them."""

from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from app.events.models import Event
from app.platform.errors import Refused
from app.platform.i18n import gettext as _


class HoursForm(BaseModel):
    """Hours of a day in which something is closed, or open again."""

    on: date
    since: time
    until: time
    state: Literal["closed", "open"] = "closed"

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    def starts_at(self, event: Event) -> datetime:
        """The beginning by the clocks of the venue."""
        return at_venue(event, self.on, self.since)

    def ends_at(self, event: Event) -> datetime:
        """The end by the clocks of the venue."""
        return at_venue(event, self.on, self.until)


def at_venue(event: Event, on: date, at: time) -> datetime:
    """The instant at which clocks at the venue show this.

    Raises:
        Refused: there is none in UTC, where the first day that there is begins later.
    """
    try:
        return datetime.combine(on, at, tzinfo=ZoneInfo(event.timezone)).astimezone(UTC)
    except OverflowError:
        raise Refused({"on": _("This is not during the event.")}) from None
