"""What stands on the agenda: sessions, drafts, releases and the differences between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, Select, select
from sqlalchemy.orm import Session, selectinload

from app.agenda.enums import BINDING_PARTS
from app.agenda.models import (
    AgendaDraft,
    AgendaRelease,
    AgendaSession,
    ReleasedPerson,
    ReleasedSession,
    SessionApart,
    SessionClash,
    SessionOrder,
    SessionPerson,
)
from app.delegations.consents import public_name_of
from app.delegations.models import Delegate
from app.events.models import Room
from app.platform.errors import NotFound


def sessions_of(session: Session, event_id: int) -> list[AgendaSession]:
    """All sessions that are not cancelled, with people, windows, rooms and uses."""
    return list(
        session.scalars(
            select(AgendaSession)
            .where(AgendaSession.event_id == event_id, AgendaSession.is_cancelled.is_(False))
            .options(
                selectinload(AgendaSession.people)
                .selectinload(SessionPerson.delegate)
                .selectinload(Delegate.delegation),
                selectinload(AgendaSession.windows),
                selectinload(AgendaSession.rooms),
                selectinload(AgendaSession.uses),
                selectinload(AgendaSession.challenge),
            )
            .order_by(AgendaSession.id)
        )
    )


def session_in_event(session: Session, event_id: int, session_id: int) -> AgendaSession:
    """One session with everything on it.

    Raises:
        NotFound: the event has no such session.
    """
    for found in sessions_of(session, event_id):
        if found.id == session_id:
            return found
    raise NotFound


@dataclass(frozen=True)
class SessionLinks:
    """How sessions of an edition hang together, by ID."""

    after: Mapping[int, tuple[int, ...]]
    apart: Mapping[int, tuple[int, ...]]
    clashes: tuple[tuple[int, int, int], ...]


def links_of(session: Session, session_ids: Sequence[int]) -> SessionLinks:
    """Order, apartness and clashes among these sessions; links to others are left out."""
    known = set(session_ids)
    # Columns, not rows: a large event has hundreds, and a board is read after each move.
    orders = select(SessionOrder.session_id, SessionOrder.after_id).where(SessionOrder.session_id.in_(known))
    after: dict[int, tuple[int, ...]] = {}
    for item, other in session.execute(orders.order_by(SessionOrder.after_id)):
        if other in known:
            after[item] = (*after.get(item, ()), other)
    pairs = select(SessionApart.session_id, SessionApart.other_id).where(SessionApart.session_id.in_(known))
    apart: dict[int, tuple[int, ...]] = {}
    for item, other in session.execute(pairs.order_by(SessionApart.other_id)):
        if other in known:
            apart[item] = (*apart.get(item, ()), other)
    weighed = select(SessionClash.session_id, SessionClash.other_id, SessionClash.weight).where(
        SessionClash.session_id.in_(known)
    )
    clashes = tuple(
        (item, other, weight)
        for item, other, weight in session.execute(weighed.order_by(SessionClash.session_id, SessionClash.other_id))
        if other in known
    )
    return SessionLinks(after, apart, clashes)


def current_draft(session: Session, event_id: int) -> AgendaDraft | None:
    """The draft that the board shows, with its placements."""
    return session.scalar(
        select(AgendaDraft)
        .where(AgendaDraft.event_id == event_id, AgendaDraft.is_current.is_(True))
        .options(selectinload(AgendaDraft.placements))
        .order_by(AgendaDraft.id.desc())
        .limit(1)
    )


def releases_of(session: Session, event_id: int) -> list[AgendaRelease]:
    """All releases, newest first."""
    return list(
        session.scalars(
            select(AgendaRelease).where(AgendaRelease.event_id == event_id).order_by(AgendaRelease.number.desc())
        )
    )


def newest_release(session: Session, event_id: int) -> AgendaRelease | None:
    """What the public sees: the newest release with rooms, sites and people."""
    return session.scalar(_releases(event_id).order_by(AgendaRelease.number.desc()).limit(1))


def newest_release_id(event_id: int) -> ScalarSelect[int]:
    """The ID of what the public sees, as a part of a question."""
    ids = select(AgendaRelease.id).where(AgendaRelease.event_id == event_id)
    return ids.order_by(AgendaRelease.number.desc()).limit(1).scalar_subquery()


def release_numbered(session: Session, event_id: int, number: int) -> AgendaRelease | None:
    """A release by its number, with rooms, sites and people."""
    return session.scalar(_releases(event_id).where(AgendaRelease.number == number))


def _releases(event_id: int) -> Select[AgendaRelease]:
    return (
        select(AgendaRelease)
        .where(AgendaRelease.event_id == event_id)
        .options(
            selectinload(AgendaRelease.sessions).selectinload(ReleasedSession.room).selectinload(Room.site),
            selectinload(AgendaRelease.sessions).selectinload(ReleasedSession.people),
        )
    )


def last_appearance(
    session: Session, event_id: int, *, slug: str | None = None, session_id: int | None = None, before: int
) -> ReleasedSession | None:
    """A session as it was last released before the release of a number, by its short name or its ID."""
    which = AgendaSession.slug == slug if slug is not None else AgendaSession.id == session_id
    return session.scalar(
        select(ReleasedSession)
        .join(AgendaRelease, AgendaRelease.id == ReleasedSession.release_id)
        .join(AgendaSession, AgendaSession.id == ReleasedSession.session_id)
        .where(AgendaRelease.event_id == event_id, AgendaRelease.number < before, which)
        .order_by(AgendaRelease.number.desc())
        .limit(1)
    )


def released_sessions_of_people(
    session: Session, event_id: int, delegate_ids: Iterable[int]
) -> list[tuple[ReleasedSession, ReleasedPerson]]:
    """What the newest release asks of these persons, in the order of time."""
    newest = newest_release_id(event_id)
    rows = session.execute(
        select(ReleasedSession, ReleasedPerson)
        .join(ReleasedPerson, ReleasedPerson.released_session_id == ReleasedSession.id)
        .where(ReleasedSession.release_id == newest, ReleasedPerson.delegate_id.in_(list(delegate_ids)))
        .options(selectinload(ReleasedSession.room).selectinload(Room.site))
        .order_by(ReleasedSession.starts_at, ReleasedSession.id, ReleasedPerson.position)
    )
    return [(placed, person) for placed, person in rows]


@dataclass(frozen=True)
class Named:
    """A person on a released session as the public may read them now."""

    name: str | None
    part: str


def people_named(session: Session, placed: ReleasedSession) -> tuple[Named, ...]:
    """Who speaks, moderates or must attend: by name as long as they agree to it, which a release cannot freeze.

    Who no longer takes part is not there.
    """
    rows = session.execute(
        select(ReleasedPerson.part, Delegate)
        .join(Delegate, Delegate.id == ReleasedPerson.delegate_id)
        .where(ReleasedPerson.released_session_id == placed.id, ReleasedPerson.part.in_(BINDING_PARTS))
        .where(Delegate.is_active.is_(True))
        .order_by(ReleasedPerson.position)
    )
    return tuple(Named(public_name_of(delegate), part.value) for part, delegate in rows)
