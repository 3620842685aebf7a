"""A job from its start to the file: nothing is noted as handed out before the file is there."""

import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import structlog

from app.events.models import Event
from app.platform.actor import Actor
from app.platform.clock import Clock
from app.platform.database.engine import Database
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.tokens import new_token
from app.printing.enums import JobForm, JobState, JobWhat
from app.printing.jobs.gathering import Document, Work, documents_of, gathered, order_of
from app.printing.jobs.noting import note_works
from app.printing.jobs.setting import BrokeOff, Press, Stopped, bind_archive, bind_document, set_documents
from app.printing.models import PrintJob
from app.printing.press import Template
from app.printing.queries.badges import codes_of, due_badges

TOLD_EVERY_SECONDS = 0.5
log = structlog.get_logger("bridge.printing")


def run_job(database: Database, job_id: int, *, folder: Path, base_url: str, actor: Actor, clock: Clock) -> None:
    """Do what a job asks for, outside any transaction; how it went stands in its row.

    Args:
        folder: where files of jobs are kept.
        actor: who asked, and is noted as having printed.
    """
    try:
        _run(database, job_id, folder=folder, base_url=base_url, actor=actor, clock=clock)
    except Stopped:
        return
    except Refused as refused:
        _end(database, job_id, clock, message=" ".join(refused.errors.values()))
    except Exception as error:
        if not isinstance(error, BrokeOff):
            log.exception("a print broke off", job=job_id)
        _end(database, job_id, clock, message=_("It broke off. Nothing was noted as printed; start it again."))


def _run(database: Database, job_id: int, *, folder: Path, base_url: str, actor: Actor, clock: Clock) -> None:
    _give_codes(database, job_id, now=clock.now())
    with database.reading() as session:
        job = session.get_one(PrintJob, job_id)
        event, at = session.get_one(Event, job.event_id), job.asked_at
        order, title = order_of(job), event.name
        works = gathered(session, event, order, base_url=base_url, now=at)
        documents, form = documents_of(works, order), order.form
        template: Template = "badges" if job.what is JobWhat.BADGES else "sheet"
    if not works:
        raise Refused(_("There is nothing to print in what was chosen."))
    told = _Told(database, job_id, clock)
    told.begin(sum(len(document.sheets) for document in documents))
    folder.mkdir(parents=True, exist_ok=True)
    # Whose name it has can be read by nobody who does not know it.
    target = folder / f"{job_id}-{new_token()}.{form.value}"
    with tempfile.TemporaryDirectory(prefix="bridge-print-") as name:
        press = Press(folder=Path(name), title=title, at=at, template=template, tell=told.say)
        _bound(documents, press, form, target)
    told.say(told.total)
    try:
        _note(database, job_id, works, target=target, actor=actor, clock=clock)
    except Exception:
        target.unlink(missing_ok=True)
        raise


def _give_codes(database: Database, job_id: int, *, now: datetime) -> None:
    """Whoever gets a badge has a code before it is set."""
    with database.writing() as session:
        job = session.get_one(PrintJob, job_id)
        if job.what is JobWhat.BADGES:
            event = session.get_one(Event, job.event_id)
            codes_of(session, [one.delegate for one in due_badges(session, event)], now=now)


def _bound(documents: Sequence[Document], press: Press, form: JobForm, target: Path) -> None:
    paths = set_documents(documents, press)
    if form is JobForm.ZIP:
        bind_archive(documents, paths, target, at=press.at)
    else:
        bind_document(paths, target, folder=press.folder)


def _note(database: Database, job_id: int, works: Sequence[Work], *, target: Path, actor: Actor, clock: Clock) -> None:
    """Every sheet as handed out, and the job as done: all in one transaction, or nothing."""
    with database.writing() as session:
        job = session.get_one(PrintJob, job_id)
        if job.state is not JobState.RUNNING:
            raise Stopped
        event = session.get_one(Event, job.event_id)
        note_works(session, event, works, actor=actor, now=job.asked_at)
        job.state, job.done, job.file, job.ended_at = JobState.DONE, job.total, target.name, clock.now()


def _end(database: Database, job_id: int, clock: Clock, *, message: str) -> None:
    with database.writing() as session:
        job = session.get_one(PrintJob, job_id)
        if job.state is JobState.RUNNING:
            job.state, job.message, job.ended_at = JobState.FAILED, message, clock.now()


class _Told:
    """Notes how far a job is, twice a second, and learns on the way whether somebody stopped it."""

    def __init__(self, database: Database, job_id: int, clock: Clock) -> None:
        self._database, self._job_id, self._clock = database, job_id, clock
        self._said_at = 0.0
        self.total = 0

    def begin(self, total: int) -> None:
        self.total = total
        self._say({"total": total})

    def say(self, done: int) -> None:
        """Raises ``Stopped`` once the job runs no more."""
        if time.monotonic() - self._said_at >= TOLD_EVERY_SECONDS:
            self._say({"done": done})

    def _say(self, figures: dict[str, int]) -> None:
        self._said_at = time.monotonic()
        with self._database.writing() as session:
            job = session.get_one(PrintJob, self._job_id)
            if job.state is not JobState.RUNNING:
                raise Stopped
            for name, figure in figures.items():
                setattr(job, name, figure)
            job.told_at = self._clock.now()
