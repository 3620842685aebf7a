"""Asking for a print of many sheets, and stopping it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict
from app.platform.i18n import gettext as _
from app.printing.enums import JobForm, JobState, JobWhat, Sorting
from app.printing.models import PrintJob
from app.printing.queries.jobs import running_job

KEPT = timedelta(days=1)
"""How long the file of a job can be fetched: it names people and where they are."""


def ask_job(
    session: Session,
    *,
    event: Event,
    what: JobWhat,
    form: JobForm,
    sorting: Sorting,
    copies: int,
    actor: Actor,
    now: datetime,
) -> PrintJob:
    """A job that shall be run; whoever asks starts it once this is committed.

    Raises:
        Conflict: another one of this edition runs.
    """
    # One at a time also where two ask at once.
    session.execute(select(Event.id).where(Event.id == event.id).with_for_update())
    running = running_job(session, event.id, now=now)
    if running is not None:
        raise Conflict(_("Another print runs now. It must end, or be stopped, before the next one."))
    job = PrintJob(
        event_id=event.id,
        what=what,
        form=form,
        sorting=sorting,
        copies=copies,
        asked_at=now,
        asked_by_id=actor.account_id,
        told_at=now,
    )
    session.add(job)
    session.flush()
    changes = {"what": (None, what.value), "form": (None, form.value), "copies": (None, copies)}
    _log(session, job, "asked", changes, actor=actor, now=now)
    return job


def stop_job(session: Session, *, job: PrintJob, actor: Actor, now: datetime) -> None:
    """End a job that runs; nothing of it is noted as printed. One that has ended stays as it is."""
    if job.state is not JobState.RUNNING:
        return
    job.state, job.ended_at = JobState.STOPPED, now
    session.flush()
    _log(session, job, "stopped", {"state": (JobState.RUNNING.value, JobState.STOPPED.value)}, actor=actor, now=now)


def throw_away_old(folder: Path, *, now: datetime) -> None:
    """Delete the files of jobs whose time is over."""
    if not folder.exists():
        return
    for path in folder.iterdir():
        if path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)


def _log(
    session: Session,
    job: PrintJob,
    verb: str,
    changes: Mapping[str, tuple[Any, Any]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        session,
        actor=actor,
        now=now,
        event_id=job.event_id,
        action=f"print.{verb}",
        entity="print_job",
        entity_id=job.id,
        changes=changes,
    )
