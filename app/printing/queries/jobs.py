"""Prints of many sheets at once, as they stand."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.platform.errors import NotFound
from app.printing.enums import JobState
from app.printing.models import PrintJob

PATIENCE = timedelta(minutes=2)
"""A job that said nothing for so long has died with its process."""


def job_in_event(session: Session, event_id: int, job_id: int) -> PrintJob:
    """One job.

    Raises:
        NotFound: the event has no such job.
    """
    job = session.scalar(select(PrintJob).where(PrintJob.event_id == event_id, PrintJob.id == job_id))
    if job is None:
        raise NotFound
    return job


def running_job(session: Session, event_id: int, *, now: datetime) -> PrintJob | None:
    """The job that runs, if it still says how far it is."""
    return session.scalar(
        select(PrintJob)
        .where(PrintJob.event_id == event_id, PrintJob.state == JobState.RUNNING, PrintJob.told_at > now - PATIENCE)
        .order_by(PrintJob.id.desc())
        .limit(1)
    )


def latest_jobs(session: Session, event_id: int, *, most: int = 5) -> list[PrintJob]:
    """The jobs asked for last, the newest first."""
    rows = select(PrintJob).where(PrintJob.event_id == event_id).order_by(PrintJob.id.desc()).limit(most)
    return list(session.scalars(rows))
