"""The time, asked for in one place: routes and tasks pass it on, nobody below them calls ``now()``."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

from fastapi import Depends, Request


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """The present instant, aware."""


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is told otherwise; for tests and the demonstration."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock shows aware times")
        self._at = at

    def advance(self, by: timedelta) -> None:
        self._at += by


def now_of(request: Request) -> datetime:
    """The time of a request, the same for all of it."""
    now: datetime = request.app.state.clock.now()
    return now


Now = Annotated[datetime, Depends(now_of)]
