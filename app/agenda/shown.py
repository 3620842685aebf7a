"""A released session as the public may read it: one that belongs to a pair stays neutral until the pair is public.

A release freezes titles, and the title of a case session names its cities; whether these may be named changes later.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.agenda.enums import BINDING_PARTS
from app.agenda.models import AgendaRelease, ReleasedPerson, ReleasedSession
from app.delegations.consents import public_name_of
from app.delegations.models import Delegate
from app.events.models import Event
from app.pairing.queries import public_partnerships_of
from app.platform.i18n import gettext as _


@dataclass(frozen=True, kw_only=True)
class ShownSession:
    """What a page for visitors shows of a released session. ``session_id`` stays the same over releases."""

    id: int
    session_id: int
    starts_at: datetime
    ends_at: datetime
    frozen: Mapping[str, Any]
    is_neutral: bool


def shown_sessions(session: Session, event: Event, release: AgendaRelease | None) -> tuple[ShownSession, ...]:
    """The sessions of a release in the order of time, in words of the page's language where they are neutral."""
    if release is None:
        return ()
    public = {one.id for one in public_partnerships_of(session, event.id)}
    return tuple(shown_of(placed, public) for placed in release.sessions)


def shown_of(placed: ReleasedSession, public: Collection[int]) -> ShownSession:
    """One session; ``public`` are the IDs of the partnerships that the public may know."""
    behind = placed.frozen["partnership_id"]
    is_neutral = behind is not None and behind not in public
    frozen = dict(placed.frozen)
    if is_neutral:
        frozen |= {
            "slug": f"session-of-a-pair-{placed.session_id}",
            "title": _("Session of a partnership"),
            "titles": {},
            "abstract": None,
        }
    return ShownSession(
        id=placed.id,
        session_id=placed.session_id,
        starts_at=placed.starts_at,
        ends_at=placed.ends_at,
        frozen=frozen,
        is_neutral=is_neutral,
    )


def public_releases(session: Session, event: Event) -> tuple[tuple[AgendaRelease, tuple[ShownSession, ...]], ...]:
    """Every release with its sessions as the public may read them today, the oldest first."""
    public = {one.id for one in public_partnerships_of(session, event.id)}
    releases = session.scalars(
        select(AgendaRelease)
        .where(AgendaRelease.event_id == event.id)
        .options(selectinload(AgendaRelease.sessions))
        .order_by(AgendaRelease.number)
    )
    return tuple((one, tuple(shown_of(placed, public) for placed in one.sessions)) for one in releases)


@dataclass(frozen=True, kw_only=True)
class NamedOn:
    """Somebody on a session as the public may read them: the name in its own script goes with the name."""

    name: str
    native_name: str | None
    native_language: str | None
    part: str


def names_on(session: Session, shown: Sequence[ShownSession]) -> dict[int, tuple[NamedOn, ...]]:
    """Who speaks, moderates or must attend, by the ID of the released session: those alone who agree to be named.

    Of a session that is neutral nobody: a name would say whose it is.
    """
    wanted = [one.id for one in shown if not one.is_neutral]
    rows = session.execute(
        select(ReleasedPerson.released_session_id, ReleasedPerson.part, Delegate)
        .join(Delegate, Delegate.id == ReleasedPerson.delegate_id)
        .where(ReleasedPerson.released_session_id.in_(wanted), ReleasedPerson.part.in_(BINDING_PARTS))
        .where(Delegate.is_active.is_(True))
        .order_by(ReleasedPerson.position, ReleasedPerson.delegate_id)
    )
    found: dict[int, tuple[NamedOn, ...]] = {}
    for session_id, part, delegate in rows:
        name = public_name_of(delegate)
        if name is not None:
            named = NamedOn(
                name=name,
                native_name=delegate.native_name,
                native_language=delegate.native_language,
                part=part.value,
            )
            found[session_id] = (*found.get(session_id, ()), named)
    return found
