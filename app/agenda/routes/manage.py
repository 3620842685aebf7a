"""The organiser's agenda: the grid of the draft, solver runs, placing by hand."""

from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.agenda.forms import PlaceForm
from app.agenda.models import AgendaDraft
from app.agenda.planner import build_problem, judge, read_facts, solution_of
from app.agenda.queries import (
    current_draft,
    difference,
    entries_of_draft,
    entries_of_release,
    newest_release,
    releases_of,
)
from app.agenda.view import broken_rules, grid_of
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import days_of, event_of_path
from app.pairing.queries import partnerships_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.platform.rendering import render
from app.solver_runs.forms import RunForm
from app.solver_runs.panels import latest_panel

router = APIRouter()

READ = Policy("agenda.read", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.change", roles=ORGANISERS, loader=event_of_path)
ACCEPT = Policy("agenda.accept_run", roles=ORGANISERS, loader=run_of_kind("agenda"))


@router.get("/e/{slug}/manage/agenda")
def board(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[Event], Depends(READ)],
    day: str = "",
    view: str = "rooms",
) -> Response:
    """Does the plan hold?"""
    event = access.found
    facts = read_facts(session, event)
    draft = current_draft(session, event.id) or AgendaDraft(event_id=event.id, name="", placements=[])
    judgement = judge(build_problem(session, facts, draft), solution_of(facts, draft))
    rules = broken_rules(facts, judgement)
    days = days_of(session, event.id)
    shown = next((one for one in days if one.on.isoformat() == day), days[0] if days else None)
    placed = {placement.session_id: placement for placement in draft.placements}
    release = newest_release(session, event.id)
    modalities = {one.id: one.modality.value for one in partnerships_of(session, event.id)}
    changes = difference(entries_of_release(release), entries_of_draft(draft, facts.sessions))
    context = {
        "event": event,
        "draft": draft,
        "days": days,
        "shown": shown,
        "view": view if view in {"rooms", "list"} else "rooms",
        "rules": rules,
        "terms": {name: term for name, term in judgement.terms.items() if term.cost},
        "cost": judgement.stages.get("cost", 0),
        "grid": grid_of(facts=facts, day=shown, draft=draft, rules=rules, modalities=modalities) if shown else None,
        "tray": [item for item in facts.sessions if item.id not in placed],
        "sessions": sorted(
            (item for item in facts.sessions if item.id in placed), key=lambda item: placed[item.id].starts_at
        ),
        "placed": placed,
        "rooms": facts.rooms,
        "room_choices": [(room.id, room.name) for room in facts.rooms],
        "day_choices": [(one.on.isoformat(), one.on.isoformat()) for one in days],
        "modalities": modalities,
        "release": release,
        "releases": releases_of(session, event.id),
        "changes": changes,
        "panel": latest_panel(session, event_id=event.id, slug=event.slug, kind="agenda", now=now),
        "touched": frozenset(person for change in changes for person in change.touched),
    }
    return render(request, "agenda/board.html", context)


@router.post("/e/{slug}/manage/agenda/runs")
def start_run(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Let the solver place what is not pinned, moving as little as possible."""
    bound = bind(RunForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    run = service.start_run(
        session,
        event=access.found,
        label="Agenda",
        time_limit_seconds=bound.value.time_limit_seconds,
        seed=bound.value.seed,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{access.found.slug}/manage/runs/{run.id}", status_code=303)


@router.post("/e/{slug}/manage/agenda/runs/{run_id}/accept")
def accept_run(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]) -> Response:
    """Put a proposed plan into the draft."""
    event = access.found.event
    service.accept_run(session, event=event, run=access.found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/agenda", status_code=303)


@router.post("/e/{slug}/manage/agenda/place")
def place(session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]) -> Response:
    """Give a session a start and a room, through the dialog that needs no script."""
    bound = bind(PlaceForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    event, typed = access.found, bound.value
    service.place(
        session,
        event=event,
        session_id=typed.session_id,
        room_id=typed.room_id,
        starts_at=_instant(event, typed.day, typed.time),
        version=typed.version,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{event.slug}/manage/agenda?day={typed.day}&view=list", status_code=303)


def _instant(event: Event, day: str, clock: str) -> datetime:
    try:
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=ZoneInfo(event.timezone))
    except ValueError:
        raise Refused({"time": "This is no time at the venue."}) from None
    return local.astimezone(UTC)
