"""Minutes on foot between the sites of the venue."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.events.models import Event, Walk
from app.events.queries import sites_of, walks_of
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

MOST_MINUTES = 240

Minutes = Mapping[tuple[int, int], int]
"""By (site ID, site ID), the smaller ID first; the same in both directions."""


def walks_by_pair(session: Session, event_id: int) -> dict[tuple[int, int], int]:
    """Minutes between every two sites, 0 where none were written down."""
    sites = [site.id for site in sites_of(session, event_id)]
    known = walks_of(session, event_id)
    return {(one, other): known.get((one, other), 0) for one in sites for other in sites if one < other}


def set_walks(session: Session, *, event: Event, minutes: Minutes, seen: Minutes, actor: Actor, now: datetime) -> None:
    """Say how long each way takes. Drafts and runs count with it at once, released days from the next release on.

    Raises:
        Conflict: somebody else changed one of them since they were ``seen``.
        Refused: a negative number or more than four hours.
    """
    before = walks_by_pair(session, event.id)
    if dict(seen) != before:
        raise Conflict(_("Somebody else changed the ways meanwhile."))
    wrong = [pair for pair, number in minutes.items() if not 0 <= number <= MOST_MINUTES]
    if wrong or minutes.keys() != before.keys():
        said = _("From 0 to 240 minutes.")
        raise Refused({f"walk-{one}-{other}": said for one, other in wrong} or {"": said})
    sites = {one for pair in before for one in pair}
    session.execute(delete(Walk).where(Walk.from_site_id.in_(sites)))
    session.add_all(
        Walk(from_site_id=one, to_site_id=other, minutes=number) for (one, other), number in minutes.items() if number
    )
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="venue.walks_set",
        entity="event",
        entity_id=event.id,
        changes={
            f"{one}-{other}": (before[one, other], number)
            for (one, other), number in minutes.items()
            if before[one, other] != number
        },
    )
