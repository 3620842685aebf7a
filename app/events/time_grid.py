"""Between instants and ticks: whole grains since midnight, at the venue, of the day before the edition begins."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.events.models import Event


@dataclass(frozen=True)
class TimeGrid:
    """The time grid of one edition. ``origin`` is tick 0; it lies a day early so that arrivals have ticks too."""

    origin: datetime
    grain_minutes: int

    @classmethod
    def of(cls, event: Event) -> "TimeGrid":
        midnight = datetime.combine(event.starts_on - timedelta(days=1), time(), tzinfo=ZoneInfo(event.timezone))
        return cls(origin=midnight.astimezone(UTC), grain_minutes=event.grain_minutes)

    def tick(self, instant: datetime) -> int:
        """The tick that holds an instant; a part of a grain counts as begun."""
        return self._minutes(instant) // self.grain_minutes

    def tick_after(self, instant: datetime) -> int:
        """The first tick that starts at or after an instant."""
        return -(-self._minutes(instant) // self.grain_minutes)

    def instant(self, tick: int) -> datetime:
        """When a tick starts, in UTC."""
        return self.origin + timedelta(minutes=tick * self.grain_minutes)

    def ticks(self, starts_at: datetime, ends_at: datetime) -> range:
        """All ticks that an interval touches."""
        return range(self.tick(starts_at), self.tick_after(ends_at))

    def grains(self, minutes: int) -> int:
        """A duration in whole grains, rounded up."""
        return -(-minutes // self.grain_minutes)

    def _minutes(self, instant: datetime) -> int:
        if instant.tzinfo is None:
            raise ValueError("a naive time has no place on the grid")
        return int((instant.astimezone(UTC) - self.origin).total_seconds() // 60)
