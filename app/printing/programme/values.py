"""A release as everybody may read it: the one value that every open format and the booklet are written from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.agenda.models import AgendaRelease
from app.agenda.queries import newest_release
from app.agenda.shown import NamedOn, ShownSession, names_on, shown_sessions
from app.events.models import Event, EventDay, Room
from app.events.queries import day_of, days_of, rooms_of
from app.platform.errors import NotFound
from app.printing.queries.venue import channels_of, venue_of
from app.printing.venue import Venue


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The newest release: its sessions in the order of time, and who is named on them, by the released session's ID."""

    event: Event
    release: AgendaRelease
    days: tuple[EventDay, ...]
    rooms: tuple[Room, ...]
    sessions: tuple[ShownSession, ...]
    channels: Mapping[str, int]
    venue: Venue
    names: Mapping[int, tuple[NamedOn, ...]]
    base_url: str

    def on(self, day: date) -> tuple[ShownSession, ...]:
        """What begins on a date at the venue."""
        return tuple(one for one in self.sessions if day_of(self.event, one.starts_at) == day)

    def page_of(self, one: ShownSession) -> str:
        """The address of a session's page."""
        return f"{self.base_url}/e/{self.event.slug}/agenda/{one.frozen['slug']}"

    @property
    def page(self) -> str:
        return f"{self.base_url}/e/{self.event.slug}/agenda"

    @property
    def released_at(self) -> datetime:
        return self.release.released_at


def programme_of(session: Session, event: Event, *, base_url: str) -> Programme:
    """The newest release.

    Raises:
        NotFound: nothing is released yet.
    """
    release = newest_release(session, event.id)
    if release is None:
        raise NotFound
    shown = shown_sessions(session, event, release)
    return Programme(
        event=event,
        release=release,
        days=tuple(days_of(session, event.id)),
        rooms=tuple(rooms_of(session, event.id)),
        sessions=tuple(sorted(shown, key=lambda one: (one.starts_at, one.frozen["room_slug"], one.session_id))),
        names=names_on(session, shown),
        channels=channels_of(session, event.id),
        venue=venue_of(session, event.id),
        base_url=base_url,
    )
