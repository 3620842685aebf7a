"""Moving sessions in the current draft by hand: to a place, back to the tray, and pinning them there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.agenda.enums import PinKind, Severity, StepVerb
from app.agenda.models import AgendaDraft, AgendaSession, DraftPlacement
from app.agenda.planner import ground_of, judge, solution_of, weigh, with_draft
from app.agenda.queries import current_draft
from app.agenda.rules import CHOICES, rules_of, severity_of
from app.agenda.service.drafting import draft_for
from app.agenda.service.history import step
from app.events.models import Event, Room
from app.events.queries import days_of
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.i18n import gettext as _

Row = TypeVar("Row", AgendaSession, Room)


def place(
    session: Session,
    *,
    event: Event,
    session_id: int,
    room_id: int,
    starts_at: datetime,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> DraftPlacement:
    """Give a session a start and a room. Broken rules are shown, not refused: a draft is work in progress.

    A pin goes along: it keeps a session from runs of the solver, not from its editor.

    Args:
        version: of the placement that the editor saw, ``None`` if it saw none.

    Raises:
        NotFound: the event has no such session, or no such room in which sessions run.
        Refused: the start is on none of the days, or not on the time grid, or the place breaks a rule that this edition
            does not let an edit break.
        Conflict: somebody else moved the session meanwhile; ``versions`` has their placement under "theirs".
    """
    item = _own(session, AgendaSession, event.id, session_id)
    room = _own(session, Room, event.id, room_id)
    if not room.takes_sessions:
        raise NotFound
    refuse_off_the_grid(session, event, starts_at)
    draft = draft_for(session, event=event, actor=actor, now=now)
    placement = _seen(session, draft, item.id, version)
    before = _told(placement)
    verb = StepVerb.MOVED if placement else StepVerb.PLACED
    with editing(session, event, draft, verb, actor=actor, now=now):
        if placement is None:
            placement = _insert(session, draft, item.id, room.id, starts_at)
        placement.starts_at, placement.room_id = starts_at, room.id
    if before != _told(placement):
        _log(session, event, item.id, "placed", {"place": (before, _told(placement))}, actor=actor, now=now)
    return placement


def put_back(
    session: Session, *, event: Event, session_id: int, version: int | None, actor: Actor, now: datetime
) -> None:
    """Take a session off the grid, back to those not placed yet; one that is there already stays there.

    Raises:
        NotFound: the event has no such session.
        Refused: this edition does not let an edit leave a session without a place.
        Conflict: somebody else moved it meanwhile.
    """
    _own(session, AgendaSession, event.id, session_id)
    draft = draft_for(session, event=event, actor=actor, now=now)
    placement = _seen(session, draft, session_id, version)
    if placement is None:
        return
    before = _told(placement)
    with editing(session, event, draft, StepVerb.PUT_BACK, actor=actor, now=now):
        session.delete(placement)
    _log(session, event, session_id, "put_back", {"place": (before, None)}, actor=actor, now=now)


def pin(
    session: Session,
    *,
    event: Event,
    session_id: int,
    kind: PinKind,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> DraftPlacement:
    """Make a run keep the time, the room or both of a placed session, or neither.

    Raises:
        NotFound: it has no place in the draft.
        Conflict: somebody else moved it meanwhile.
    """
    draft = draft_for(session, event=event, actor=actor, now=now)
    placement = _seen(session, draft, session_id, version)
    if placement is None:
        raise NotFound
    before = placement.pin
    with step(session, draft=draft, verb=StepVerb.PINNED, actor=actor, now=now):
        placement.pin = kind
    if before is not kind:
        _log(session, event, session_id, "pinned", {"pin": (before.value, kind.value)}, actor=actor, now=now)
    return placement


def _seen(session: Session, draft: AgendaDraft, session_id: int, version: int | None) -> DraftPlacement | None:
    """The placement as it is now, if the editor saw the same."""
    placement = session.scalar(
        select(DraftPlacement)
        .where(DraftPlacement.draft_id == draft.id, DraftPlacement.session_id == session_id)
        .execution_options(populate_existing=True)
    )
    if (placement.version if placement else None) != version:
        raise Conflict("This session was moved meanwhile.", versions={"theirs": placement})
    return placement


def _insert(session: Session, draft: AgendaDraft, session_id: int, room_id: int, starts_at: datetime) -> DraftPlacement:
    placement = DraftPlacement(
        draft_id=draft.id, session_id=session_id, room_id=room_id, starts_at=starts_at, pin=PinKind.NONE
    )
    try:
        with session.begin_nested():
            session.add(placement)
    except IntegrityError:
        raise Conflict("This session was placed meanwhile.") from None
    return placement


@contextmanager
def editing(
    session: Session, event: Event, draft: AgendaDraft, verb: StepVerb, *, actor: Actor, now: datetime
) -> Iterator[None]:
    """One step of the history, undone at once where it breaks a rule that this edition lets no edit break."""
    with session.begin_nested(), step(session, draft=draft, verb=verb, actor=actor, now=now):
        rules = rules_of(session, event.id)
        is_strict = any(severity_of(rules, rule) is Severity.BLOCK for rule in CHOICES)
        before = _blocking(session, event) if is_strict else {}
        yield
        session.flush()
        after = _blocking(session, event) if is_strict else {}
        added = [sentence for about, sentence in after.items() if about not in before]
        if added:
            raise Refused({"room_id": " ".join(added)})


def _blocking(session: Session, event: Event) -> dict[tuple[str, tuple[str, ...]], str]:
    """What is broken of the rules that no edit may break: by rule and subjects, with the sentence."""
    session.expire_all()
    ground, draft = ground_of(session, event), current_draft(session, event.id)
    if draft is None:
        return {}
    facts = ground.facts
    broken = weigh(facts, judge(with_draft(ground.problem, facts, draft), solution_of(facts, draft)))
    return {(one.rule, one.subjects): one.sentence for one in broken if one.severity is Severity.BLOCK}


def refuse_off_the_grid(session: Session, event: Event, starts_at: datetime) -> None:
    """Raise ``Refused`` for a start that is no step of the time grid, or on none of the days."""
    grid = TimeGrid.of(event)
    if grid.instant(grid.tick(starts_at)) != starts_at:
        said = {"minutes": event.grain_minutes}
        raise Refused({"time": _("Sessions start on whole steps of %(minutes)s minutes.") % said})
    if not any(day.holds(starts_at) for day in days_of(session, event.id)):
        raise Refused({"time": _("This is outside the hours of the day.")})


def _told(placement: DraftPlacement | None) -> tuple[str, int] | None:
    return (placement.starts_at.isoformat(), placement.room_id) if placement else None


def _log(
    session: Session,
    event: Event,
    session_id: int,
    verb: str,
    changes: dict[str, tuple[Any, Any]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=f"agenda.{verb}",
        entity="agenda_session",
        entity_id=session_id,
        changes=changes,
    )


def _own(session: Session, model: type[Row], event_id: int, row_id: int) -> Row:
    row = session.scalar(select(model).where(model.event_id == event_id, model.id == row_id))
    if row is None:
        raise NotFound
    return row
