"""A colleague goes in somebody's place: the meeting keeps its slot and table, all others stay where they are."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.claims.service import calendars
from app.events.models import Event
from app.events.queries import walks_in_grains
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting, Substitution, WishPerson
from app.meetings.service.holding import forget, take
from app.meetings.stand_ins import stand_ins
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


def substitute(
    session: Session,
    *,
    event: Event,
    meeting: Meeting,
    delegate_id: int,
    substitute_id: int,
    reason: str | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> Substitution:
    """Let a colleague go to a held meeting; its slot, table, wish with people and delegates must be loaded.

    Raises:
        Conflict: the meeting changed meanwhile, or is not held.
        Refused: no member of the meeting, or somebody who cannot go then.
        AlreadyTaken: the colleague was booked meanwhile; nothing changed.
    """
    if meeting.version != version or meeting.state is not MeetingState.HELD:
        raise Conflict(_("This meeting changed meanwhile."), alternatives=())
    person = next((one for one in meeting.wish.people if one.delegate_id == delegate_id), None)
    if person is None:
        raise Refused({"delegate_id": _("This person is not in the meeting.")})
    among = meeting.wish.delegate_ids
    colleagues = stand_ins(
        session,
        event,
        person.delegate,
        starts_at=meeting.slot.starts_at,
        ends_at=meeting.slot.ends_at,
        among=among,
    )
    if substitute_id not in {one.delegate.id for one in colleagues if one.obstacle is None}:
        raise Refused({"substitute_id": _("Choose a colleague who can go then.")})
    walks = walks_in_grains(session, event)
    with calendars(session, event_id=event.id, person_ids={*among, substitute_id}, walks=walks):
        forget(session, [meeting])
        session.delete(person)
        session.flush()
        session.add(WishPerson(wish_id=meeting.wish_id, delegate_id=substitute_id))
        session.flush()
        session.expire(meeting.wish, ["people"])
        session.refresh(meeting.wish, ["people"])
        meeting.holding_id = take(session, event=event, wish=meeting.wish, slot=meeting.slot, table=meeting.table)
    meeting.sequence, meeting.changed_at = meeting.sequence + 1, now
    made = Substitution(
        event_id=event.id,
        meeting_id=meeting.id,
        delegate_id=delegate_id,
        substitute_id=substitute_id,
        reason=reason,
        made_at=now,
        made_by_id=actor.account_id,
    )
    session.add(made)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="meeting.substituted",
        entity="meeting",
        entity_id=meeting.id,
        changes={"delegate_id": (delegate_id, substitute_id), "reason": (None, reason)},
    )
    return made
