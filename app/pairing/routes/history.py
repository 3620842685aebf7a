"""The plans of before: the runs, two of them beside each other, and the way back to one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.pairing.planner import read_facts
from app.pairing.workbench import words
from app.pairing.workbench.earlier import earlier_runs, two_plans
from app.pairing.workbench.words import Names
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.pagination import page_number
from app.platform.rendering import render
from app.solver_runs.queries import run_of_event

router = APIRouter()

READ = Policy("pairing.history", roles=ORGANISERS, loader=event_of_path)

PAGE_SIZE = 20


@router.get("/e/{slug}/manage/pairing/history")
def history(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(READ)]
) -> Response:
    """Which plans were there, and how good was each?"""
    event = access.found
    number = page_number(request.query_params.get("page", "1"))
    page, runs = earlier_runs(session, event.id, slug=event.slug, page=number, size=PAGE_SIZE, now=now)
    return render(request, "pairing/history.html", {"event": event, "page": page, "runs": runs, "words": words})


@router.get("/e/{slug}/manage/pairing/compare")
def compare(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(READ)],
    before: str = "",
    after: str = "",
) -> Response:
    """What tells two plans from each other?"""
    event = access.found
    first, second = (
        run_of_event(session, event_id=event.id, run_id=number_of(text), kind="pairing") for text in (before, after)
    )
    context = {
        "event": event,
        "first": first,
        "second": second,
        "found": two_plans(first, second),
        "names": Names(read_facts(session, event).parties),
        "words": words,
        "here": f"/e/{event.slug}/manage/pairing/what-if",
    }
    return render(request, "pairing/compare.html", context)
