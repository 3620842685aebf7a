"""Hours of a day as an organiser types them."""

from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from app.events.models import Event


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
        return _at(event, self.on, self.since)

    def ends_at(self, event: Event) -> datetime:
        """The end by the clocks of the venue."""
        return _at(event, self.on, self.until)


def _at(event: Event, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=ZoneInfo(event.timezone)).astimezone(UTC)
