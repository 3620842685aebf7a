"""A released session as the public may read it: one that belongs to a pair stays neutral until the pair is public.

A release freezes titles, and the title of a case session names its cities; whether these may be named changes later.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.agenda.models import AgendaRelease, ReleasedSession
from app.events.models import Event
from app.pairing.queries import public_partnerships_of
from app.platform.i18n import gettext as _


@dataclass(frozen=True, kw_only=True)
class ShownSession:
    """What a page for visitors shows of a released session."""

    id: int
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
        id=placed.id, starts_at=placed.starts_at, ends_at=placed.ends_at, frozen=frozen, is_neutral=is_neutral
    )
