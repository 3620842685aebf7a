"""What was done to a draft, step by step: taken back and done again, with exactly the places there were."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.agenda.enums import PinKind, StepVerb
from app.agenda.models import AgendaDraft, DraftPlacement, DraftStep
from app.agenda.steps import next_step, step_before
from app.events.models import Event, Room
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

STEPS_KEPT = 50
"""How many steps of a draft can be taken back."""

Places = dict[int, tuple[int, str, str]]
"""Where sessions are, by ID: room, instant, pin."""


@contextmanager
def step(session: Session, *, draft: AgendaDraft, verb: StepVerb, actor: Actor, now: datetime) -> Iterator[None]:
    """Whatever the block does to the placements of a draft becomes one step that can be taken back.

    What was taken back before can be done again no more; a block that changes nothing leaves no step.
    """
    session.flush()
    before = _places(session, draft)
    yield
    draft.changed_at = now
    session.flush()
    after = _places(session, draft)
    changed = {
        str(session_id): [before.get(session_id), after.get(session_id)]
        for session_id in sorted(before.keys() | after.keys())
        if before.get(session_id) != after.get(session_id)
    }
    if not changed:
        return
    session.execute(delete(DraftStep).where(DraftStep.draft_id == draft.id, DraftStep.is_undone))
    session.add(DraftStep(draft_id=draft.id, verb=verb, places=changed, done_at=now, done_by_id=actor.account_id))
    session.flush()
    ids = select(DraftStep.id).where(DraftStep.draft_id == draft.id).order_by(DraftStep.id.desc())
    oldest = session.scalar(ids.offset(STEPS_KEPT - 1).limit(1))
    if oldest is not None:
        session.execute(delete(DraftStep).where(DraftStep.draft_id == draft.id, DraftStep.id < oldest))


def undo(session: Session, *, event: Event, draft: AgendaDraft, step_id: int, actor: Actor, now: datetime) -> DraftStep:
    """Take the newest step back.

    Args:
        step_id: of the step that stood on the page.

    Raises:
        Conflict: another step is the newest by now, or there is none.
        Refused: a place of that step exists no more.
    """
    newest = step_before(session, draft.id)
    return _apply(session, event=event, draft=draft, found=newest, wanted=step_id, side=0, actor=actor, now=now)


def redo(session: Session, *, event: Event, draft: AgendaDraft, step_id: int, actor: Actor, now: datetime) -> DraftStep:
    """Do again the step that was taken back last.

    Raises:
        Conflict: another step is the next by now, or there is none.
        Refused: a place of that step exists no more.
    """
    next_one = next_step(session, draft.id)
    return _apply(session, event=event, draft=draft, found=next_one, wanted=step_id, side=1, actor=actor, now=now)


def _apply(
    session: Session,
    *,
    event: Event,
    draft: AgendaDraft,
    found: DraftStep | None,
    wanted: int,
    side: int,
    actor: Actor,
    now: datetime,
) -> DraftStep:
    if found is None or found.id != wanted:
        raise Conflict("Somebody else changed this draft meanwhile. Look at it again before you take a step back.")
    _put(session, event, draft, {int(key): sides[side] for key, sides in found.places.items()})
    found.is_undone = side == 0
    draft.changed_at = now
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.undone" if side == 0 else "agenda.redone",
        entity="agenda_draft",
        entity_id=draft.id,
        changes={key: (sides[1 - side], sides[side]) for key, sides in found.places.items()},
    )
    return found


def _put(session: Session, event: Event, draft: AgendaDraft, places: Mapping[int, Any]) -> None:
    rooms = set(session.scalars(select(Room.id).where(Room.event_id == event.id)))
    if any(place is not None and place[0] not in rooms for place in places.values()):
        raise Refused(_("This step speaks of a room that is there no more."))
    rows = select(DraftPlacement).where(DraftPlacement.draft_id == draft.id, DraftPlacement.session_id.in_(places))
    present = {one.session_id: one for one in session.scalars(rows)}
    for session_id, place in places.items():
        placement = present.get(session_id)
        if place is None:
            if placement is not None:
                session.delete(placement)
            continue
        if placement is None:
            placement = DraftPlacement(draft_id=draft.id, session_id=session_id)
            session.add(placement)
        placement.room_id, placement.starts_at = place[0], datetime.fromisoformat(place[1])
        placement.pin = PinKind(place[2])


def _places(session: Session, draft: AgendaDraft) -> Places:
    rows = session.execute(
        select(DraftPlacement.session_id, DraftPlacement.room_id, DraftPlacement.starts_at, DraftPlacement.pin).where(
            DraftPlacement.draft_id == draft.id
        )
    )
    return {session_id: (room_id, starts_at.isoformat(), pin.value) for session_id, room_id, starts_at, pin in rows}
