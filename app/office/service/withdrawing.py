"""A registration taken back with everything that its people hold: meetings and wishes end, empty visits are cancelled.

Places on the agenda stay until the next release, for only a release changes what the public sees; the home page names
who stands there without coming.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.meetings.notices import tell_of_cancelling
from app.meetings.queries import meetings_of_people
from app.meetings.service import cancel, end_wishes_of
from app.platform.actor import Actor
from app.registration.enums import Side
from app.registration.models import Registration
from app.registration.service import withdraw
from app.visits.queries import visits_of_people
from app.visits.service import cancel as cancel_visit


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """Who no longer takes part, and how much ended with them."""

    people: tuple[int, ...]
    meetings: int
    wishes: int
    visits: int


def withdraw_registration(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    version: int,
    side: Side,
    actor: Actor,
    now: datetime,
) -> Withdrawn:
    """Take a registration back and free what its people hold.

    Raises:
        Conflict: the registration changed meanwhile.
        Refused: this change is not legal for this side.
    """
    people = withdraw(session, event=event, registration=registration, version=version, side=side, actor=actor, now=now)
    return free(session, event=event, people=people, actor=actor, now=now)


def free(session: Session, *, event: Event, people: tuple[int, ...], actor: Actor, now: datetime) -> Withdrawn:
    """End what these people hold: meetings, wishes, and visits on which nobody else goes."""
    meetings = meetings_of_people(session, event.id, people) if people else []
    for meeting in meetings:
        cancel(
            session,
            event=event,
            meeting=meeting,
            version=meeting.version,
            reason="person_takes_part: somebody of this meeting no longer comes",
            actor=actor,
            now=now,
        )
        tell_of_cancelling(session, event=event, meeting=meeting, without=people, now=now)
    wishes = end_wishes_of(session, event=event, delegate_ids=people, actor=actor, now=now)
    empty = [
        visit
        for visit in (visits_of_people(session, event.id, people) if people else [])
        if {member.delegate_id for member in visit.members} <= set(people)
    ]
    for visit in empty:
        cancel_visit(session, event=event, visit=visit, version=visit.version, actor=actor, now=now)
    return Withdrawn(people=people, meetings=len(meetings), wishes=wishes, visits=len(empty))
