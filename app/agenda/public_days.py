"""The days of a release as visitors read them: by the time, and laid on the hours by room where there is space for it.

A page holds each session once, in the order of time. On a wide screen its classes lay it into the column of its room;
on a phone, on paper and without grids the same list stands one below the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.agenda.shown import ShownSession
from app.events.models import Event, EventDay
from app.events.queries import day_of, local

STEP = timedelta(minutes=5)
"""A row of the grid."""

HEAD = 1
"""Rows above the first hour: the names of the rooms."""

MOST_ROWS, LONGEST, MOST_ROOMS = 288, 144, 24
"""What there are classes for (``places.css``); a day that is larger stays a list."""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a session, an hour or a closed time stands on the grid: classes of ``places.css``, none in a list."""

    column: int
    row: int
    span: int
    width: int = 1

    @property
    def classes(self) -> str:
        return f"c{self.column} w{self.width} r{self.row} s{self.span}"


@dataclass(frozen=True, kw_only=True)
class LaidSession:
    """A session, and its place on the grid unless the day stays a list."""

    shown: ShownSession
    spot: Spot | None


@dataclass(frozen=True, kw_only=True)
class RoomHead:
    """The name above a column, as the release has it."""

    column: int
    name: str
    site: str
    floor: str | None


@dataclass(frozen=True, kw_only=True)
class PublicDay:
    """One day of a release: its sessions by time; where it is laid on a grid, rooms, hours and closed times."""

    on: date
    sessions: tuple[LaidSession, ...]
    rooms: tuple[RoomHead, ...] = ()
    hours: tuple[tuple[Spot, datetime], ...] = ()
    closed: tuple[tuple[Spot, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The filters of the address; empty is all."""

    room: str = ""
    challenge: str = ""
    kind: str = ""

    def holds(self, shown: ShownSession) -> bool:
        """Whether a session passes all that are set."""
        asked = {"room_slug": self.room, "challenge": self.challenge, "kind": self.kind}
        return all(not value or shown.frozen[name] == value for name, value in asked.items())


def public_days(
    event: Event,
    sessions: Iterable[ShownSession],
    *,
    wanted: Wanted,
    days: Sequence[EventDay],
    rooms: Sequence[str],
) -> tuple[PublicDay, ...]:
    """Released sessions by day, as the filters of the address ask; a day that none passes stays, empty.

    Args:
        rooms: their short names in the order of the columns.
    """
    found: dict[date, list[ShownSession]] = {}
    for shown in sessions:
        held = found.setdefault(day_of(event, shown.starts_at), [])
        if wanted.holds(shown):
            held.append(shown)
    by_date = {one.on: one for one in days}
    return tuple(_laid(event, on, rows, by_date.get(on), rooms) for on, rows in sorted(found.items()))


def _laid(
    event: Event, on: date, sessions: Sequence[ShownSession], day: EventDay | None, rooms: Sequence[str]
) -> PublicDay:
    columns = _columns(sessions, rooms)
    if not sessions:
        return PublicDay(on=on, sessions=())
    first = local(event, min(one.starts_at for one in sessions)).replace(minute=0, second=0, microsecond=0)
    last = max(one.ends_at for one in sessions)
    if (last - first) / STEP >= MOST_ROWS - HEAD or len(columns) > MOST_ROOMS:
        return PublicDay(on=on, sessions=tuple(LaidSession(shown=one, spot=None) for one in sessions))

    def spot(column: int, starts_at: datetime, ends_at: datetime, width: int = 1) -> Spot:
        row = (starts_at - first) // STEP
        span = max(1, (ends_at - first) // STEP - row)
        return Spot(column=column, row=row + HEAD + 1, span=min(span, LONGEST), width=width)

    hours = [first + timedelta(hours=number) for number in range(int((last - first) / timedelta(hours=1)) + 1)]
    closings = [one for one in day.closings if first <= one.starts_at and one.ends_at <= last] if day else []
    return PublicDay(
        on=on,
        sessions=tuple(
            LaidSession(shown=one, spot=spot(columns[one.frozen["room_slug"]], one.starts_at, one.ends_at))
            for one in sessions
        ),
        rooms=_heads(sessions, columns),
        hours=tuple((spot(1, at, at, len(columns) + 1), at) for at in hours),
        closed=tuple((spot(2, one.starts_at, one.ends_at, len(columns)), one.label) for one in closings),
    )


def _columns(sessions: Iterable[ShownSession], rooms: Sequence[str]) -> dict[str, int]:
    """The column of each room that is in use, in the order of the rooms; the first column holds the hours.

    A room that is there no more comes last.
    """
    used = {one.frozen["room_slug"] for one in sessions}
    known = [name for name in rooms if name in used]
    return {name: column for column, name in enumerate([*known, *sorted(used - set(known))], start=2)}


def _heads(sessions: Iterable[ShownSession], columns: Mapping[str, int]) -> tuple[RoomHead, ...]:
    named = {one.frozen["room_slug"]: one.frozen for one in sessions}
    return tuple(
        RoomHead(column=column, name=named[slug]["room"], site=named[slug]["site"], floor=named[slug]["floor"])
        for slug, column in columns.items()
    )
