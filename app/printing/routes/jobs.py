"""All sheets at once: asking for them, watching, stopping, fetching the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, RedirectResponse

from app.accounts.policies import STAFF, Access, Policy
from app.accounts.principal import Principal
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.errors import Conflict, Gone
from app.platform.forms import FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import is_htmx, render
from app.printing.enums import JobForm, JobState
from app.printing.forms import PrintAllForm
from app.printing.jobs.running import run_job
from app.printing.jobs.service import ask_job, stop_job, throw_away_old
from app.printing.models import PrintJob
from app.printing.queries.jobs import PATIENCE, job_in_event
from app.printing.routes.room import room_page

router = APIRouter()


@dataclass(frozen=True)
class JobIn:
    """A job and the edition that it prints for."""

    event: Event
    job: PrintJob


def job_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> JobIn:
    """Loader of a policy."""
    event = event_of_path(session, params, principal)
    return JobIn(event, job_in_event(session, event.id, number_of(params["job_id"])))


ASK = Policy("print.all", roles=STAFF, loader=event_of_path)
ONE = Policy("print.job", roles=STAFF, loader=job_of_path)


@router.post("/e/{slug}/manage/print/jobs")
def print_all(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(ASK)]
) -> Response:
    """Begin a print of many sheets."""
    event, bound, actor = access.found, bind(PrintAllForm, form), access.principal.actor()
    if bound.value is None:
        return room_page(request, session, event, status=422, all_form=bound)
    try:
        job = ask_job(session, event=event, **dict(bound.value), actor=actor, now=now)
    except Conflict as conflict:
        return room_page(request, session, event, status=409, overtaken=conflict.message)
    state = request.app.state
    folder = folder_of(request)
    throw_away_old(folder, now=now)
    task = BackgroundTask(
        run_job,
        state.database,
        job.id,
        folder=folder,
        base_url=state.settings.base_url,
        actor=actor,
        clock=state.clock,
    )
    # It starts after the answer, hence after the transaction.
    return RedirectResponse(f"/e/{event.slug}/manage/print/jobs/{job.id}", status_code=303, background=task)


@router.get("/e/{slug}/manage/print/jobs/{job_id}")
def job_page(request: Request, now: Now, access: Annotated[Access[JobIn], Depends(ONE)]) -> Response:
    """How far is it?"""
    event, job = access.found.event, access.found.job
    context = {
        "event": event,
        "job": job,
        "is_lost": job.state is JobState.RUNNING and now - job.told_at > PATIENCE,
        "seconds": int(((job.ended_at or now) - job.asked_at).total_seconds()),
        "is_there": _path(request, job) is not None,
    }
    return render(request, "printing/job.html", context, block="progress" if is_htmx(request) else None)


@router.post("/e/{slug}/manage/print/jobs/{job_id}/stop")
def stop(session: DbSession, now: Now, access: Annotated[Access[JobIn], Depends(ONE)]) -> Response:
    """End it; nothing is noted as printed."""
    event, job = access.found.event, access.found.job
    stop_job(session, job=job, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/print/jobs/{job.id}", status_code=303)


@router.get("/e/{slug}/manage/print/jobs/{job_id}/file")
def job_file(request: Request, access: Annotated[Access[JobIn], Depends(ONE)]) -> Response:
    """What came of it.

    Raises:
        Gone: it was deleted, or the job has none.
    """
    event, job = access.found.event, access.found.job
    path = _path(request, job)
    if path is None:
        raise Gone(_("This file is here no more. Print again: sheets that did not change get the next number."))
    media_type = "application/zip" if job.form is JobForm.ZIP else "application/pdf"
    name = f"{event.slug}-{job.what.value}.{job.form.value}"
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=media_type, filename=name, headers=headers)


def folder_of(request: Request) -> Path:
    """Where files of jobs are kept."""
    folder: Path = request.app.state.settings.var / "print-jobs"
    return folder


def _path(request: Request, job: PrintJob) -> Path | None:
    if job.file is None:
        return None
    path = folder_of(request) / job.file
    return path if path.exists() else None
