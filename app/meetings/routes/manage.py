"""The organiser's meetings desk: tables × slots, runs, cancelling for a delegate."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.delegations.names import latin_name_of
from app.delegations.queries import delegates_by_id
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import day_of, days_of, event_of_path, slots_of, tables_of
from app.meetings import service
from app.meetings.enums import Answer
from app.meetings.forms import CancelForm
from app.meetings.loaders import MeetingIn, meeting_of_path
from app.meetings.models import MeetingWish
from app.meetings.queries import answer_counts, held_count, meetings_of, unheld_wish_ids, wishes_by_id
from app.meetings.reasons import people_in, reason_words
from app.meetings.view import sides_of, table_grid
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.platform.rendering import render
from app.solver_runs.forms import RunForm
from app.solver_runs.panels import latest_panel

router = APIRouter()

READ = Policy("meetings.read", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("meetings.change", roles=ORGANISERS, loader=event_of_path)
ACCEPT = Policy("meetings.accept_run", roles=ORGANISERS, loader=run_of_kind("meetings"))
CANCEL = Policy("meetings.cancel", roles=ORGANISERS | {Role.DESK}, loader=meeting_of_path)

MOST_UNHELD = 50


@router.get("/e/{slug}/manage/meetings")
def desk(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[Event], Depends(READ)],
    day: str = "",
    view: str = "grid",
) -> Response:
    """Are the tables well used, and is it fair?"""
    event = access.found
    slots = slots_of(session, event.id)
    days = [one for one in days_of(session, event.id) if any(day_of(event, slot.starts_at) == one.on for slot in slots)]
    shown = next((one for one in days if one.on.isoformat() == day), days[0] if days else None)
    of_day = [slot for slot in slots if shown and day_of(event, slot.starts_at) == shown.on]
    tables = tables_of(session, event.id)
    meetings = meetings_of(session, event.id, slot_ids=[slot.id for slot in of_day])
    unheld = unheld_wish_ids(session, event.id)
    whole = wishes_by_id(session, event.id, unheld[:MOST_UNHELD])
    context = {
        "event": event,
        "days": days,
        "shown": shown,
        "grid": table_grid(of_day, tables, meetings),
        "counts": {answer.value: count for answer, count in answer_counts(session, event.id).items()},
        "held": held_count(session, event.id),
        "places": len(slots) * len(tables),
        "unheld": _with_reasons(session, [whole[wish_id] for wish_id in unheld[:MOST_UNHELD]]),
        "unheld_count": len(unheld),
        "meetings": meetings,
        "view": "list" if view == "list" else "grid",
        "names": {meeting.id: " · ".join(sides_of(meeting.wish)) for meeting in meetings},
        "accepted": Answer.ACCEPTED.value,
        "panel": latest_panel(session, event_id=event.id, slug=event.slug, kind="meetings", now=now),
    }
    return render(request, "meetings/desk.html", context)


def _with_reasons(session: Session, wishes: list[MeetingWish]) -> list[tuple[str, str]]:
    """The sides of each wish and why it has no meeting."""
    people = delegates_by_id(session, {one for wish in wishes for one in people_in(wish.unheld_reason)})
    names = {one.id: latin_name_of(one) for one in people.values()}
    return [(" · ".join(sides_of(wish)), reason_words(wish.unheld_reason, names)) for wish in wishes]


@router.post("/e/{slug}/manage/meetings/runs")
def start_run(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Let the solver give accepted wishes slots and tables."""
    bound = bind(RunForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    run = service.start_run(
        session,
        event=access.found,
        label="Meetings",
        time_limit_seconds=bound.value.time_limit_seconds,
        seed=bound.value.seed,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{access.found.slug}/manage/runs/{run.id}", status_code=303)


@router.post("/e/{slug}/manage/meetings/runs/{run_id}/accept")
def accept_run(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]) -> Response:
    """Make a proposed plan the plan."""
    found = access.found
    service.accept_run(session, event=found.event, run=found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{found.event.slug}/manage/meetings", status_code=303)


@router.post("/e/{slug}/manage/meetings/{meeting_id}/cancel")
def cancel(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[MeetingIn], Depends(CANCEL)]
) -> Response:
    """Cancel a meeting for a delegate, with a reason."""
    bound = bind(CancelForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    found = access.found
    service.cancel(
        session,
        event=found.event,
        meeting=found.meeting,
        version=bound.value.version,
        reason=bound.value.reason,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{found.event.slug}/manage/meetings", status_code=303)
