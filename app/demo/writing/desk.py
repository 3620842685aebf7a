"""What the writers share: the story, the session, the moment, and the IDs of rows written so far."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.demo.story import Fact, Story
from app.events.models import Event
from app.platform.actor import Actor

ACTOR = Actor.system("demonstration")


@dataclass
class Desk:
    """A writing desk: rows are found again by the keys that the data files use.

    Delegates go by ``party/key``, everything else by slug or code.
    """

    session: Session
    story: Story
    now: datetime
    event: Event
    sites: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    resources: dict[str, int] = field(default_factory=dict)
    challenges: dict[str, int] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    delegations: dict[str, int] = field(default_factory=dict)
    delegates: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)

    def at(self, wall_clock: datetime) -> datetime:
        """An instant from what the clocks at the venue show."""
        return at_venue(wall_clock, self.event.timezone)

    def ago(self, hours: int) -> datetime:
        return self.now - timedelta(hours=hours)

    def provenance(self, fact: Fact) -> dict[str, Any]:
        return self.story.provenance(fact)


def at_venue(wall_clock: datetime, timezone: str) -> datetime:
    """An instant from what the clocks at the venue show."""
    return wall_clock.replace(tzinfo=ZoneInfo(timezone))
