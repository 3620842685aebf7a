"""The time, asked for in one place: routes and tasks pass it on, nobody below them calls ``now()``."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlalchemy import Boolean, column, inspect, select
from sqlalchemy import table as sql_table

from app.platform.database.engine import Database
from app.platform.settings import Settings


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """The present instant, aware."""

    def wall(self) -> datetime:
        """What clocks on other machines show now, also in a demonstration: codes of an app are counted by it."""


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall(self) -> datetime:
        return self.now()


class ShiftedClock:
    """The machine's clock, set off by a constant: it goes on at the same pace."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return datetime.now(UTC) + self._by

    def wall(self) -> datetime:
        return datetime.now(UTC)


DEMONSTRATION_BEGINS = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
"""Two weeks before the opening of the demonstration event, in the morning."""


def clock_for(settings: Settings, *, database: Database | None = None) -> Clock:
    """The machine's clock; for a demonstration one that began two weeks before its event and goes on from there.

    The shift is kept in a file, so that every process and every start of a demonstration agree on the time. A command
    that was started without BRIDGE_DEMONSTRATION follows it too where ``database`` holds nothing but a demonstration.
    """
    kept = settings.var / "demonstration-clock"
    if not settings.demonstration and not (database and kept.is_file() and _holds_demonstrations_alone(database)):
        return SystemClock()
    if not kept.exists():
        settings.var.mkdir(parents=True, exist_ok=True)
        kept.write_text(str((DEMONSTRATION_BEGINS - datetime.now(UTC)).total_seconds()))
    return ShiftedClock(timedelta(seconds=float(kept.read_text())))


def _holds_demonstrations_alone(database: Database) -> bool:
    # Events stand above the clock: their table is read, never their model.
    if not inspect(database.read_engine).has_table("event"):
        return False
    with database.reading() as session:
        kinds = session.scalars(select(column("is_demonstration", Boolean)).select_from(sql_table("event")).distinct())
        return list(kinds) == [True]


class FixedClock:
    """A clock that stands still until it is told otherwise; for tests and the demonstration."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def now(self) -> datetime:
        return self._at

    def wall(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock shows aware times")
        self._at = at

    def advance(self, by: timedelta) -> None:
        self._at += by


async def now_of(request: Request) -> datetime:
    """The time of a request, the same for all of it."""
    now: datetime = request.app.state.clock.now()
    return now


async def wall_of(request: Request) -> datetime:
    """What clocks on other machines show at a request."""
    wall: datetime = request.app.state.clock.wall()
    return wall


Now = Annotated[datetime, Depends(now_of)]
Wall = Annotated[datetime, Depends(wall_of)]
"""For codes that an app counts, and for nothing else."""
