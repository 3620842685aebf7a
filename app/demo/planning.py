"""The three problems of an edition solved and accepted, one after the other, the same way that the pages go."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

import app.agenda.service as agenda
import app.meetings.service as meetings
import app.pairing.service as pairing
from app.agenda.models import AgendaRelease
from app.demo.case_sessions import give_case_sessions
from app.demo.writing.desk import ACTOR
from app.events.models import Event
from app.meetings.models import Meeting
from app.pairing.models import Partnership
from app.pairing.notices import ask_members
from app.pairing.queries import partnerships_of
from app.platform.database.engine import Database
from app.platform.errors import NotFound
from app.platform.settings import Settings
from app.printing.models import PrintedSheet
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from app.solver_runs.tasks import limits_of, run_now

SEED = 2019

HasEvent = Partnership | AgendaRelease | Meeting | PrintedSheet
"""Rows that tell that a step was done."""


PATIENCE = 12
"""So many times as long may a solve take whose first try found nothing."""
GRACE_SECONDS = 30.0
"""A busy machine takes that long to import a solver. Nobody waits for a page yet: a solve need not stand back."""


class Step(NamedTuple):
    """One of the three problems: the service of its domain, its label, the seconds it may take."""

    service: ModuleType
    label: str
    seconds: int


def plan_event(
    database: Database, settings: Settings, *, slug: str, confirmed: int | None = None, seconds: int = 10, now: datetime
) -> None:
    """Pair, place, release and hold the meetings of an edition; what is done already is left as it is.

    Each step is a transaction of its own, so that a stop in the middle goes on at the next start. ``confirmed``
    partnerships have the consent of all members, the rest were asked; None confirms all. ``seconds`` bound each solve.

    Raises:
        NotFound: no event has this address.
    """
    with database.reading() as session:
        event_of(session, slug)
    once(database, slug, Partnership, lambda: _pair(database, settings, slug, confirmed, seconds, now))
    once(database, slug, AgendaRelease, lambda: _place(database, settings, slug, seconds, now))
    once(database, slug, Meeting, lambda: _meet(database, settings, slug, seconds, now))


def once(database: Database, slug: str, model: type[HasEvent], step: Callable[[], None]) -> None:
    """Do a step of an edition unless a row tells that it was done."""
    with database.reading() as session:
        found = select(model.id).where(model.event_id == event_of(session, slug).id).limit(1)
        is_done = session.scalar(found) is not None
    if not is_done:
        step()


def event_of(session: Session, slug: str) -> Event:
    """The edition with this address.

    Raises:
        NotFound: there is none.
    """
    event = session.scalar(select(Event).where(Event.slug == slug))
    if event is None:
        raise NotFound(f"There is no event “{slug}”.")
    return event


def _pair(
    database: Database, settings: Settings, slug: str, confirmed: int | None, seconds: int, now: datetime
) -> None:
    _solve(database, settings, slug, Step(pairing, "Pairing of the case cities", seconds), now=now)
    with database.writing() as session:
        event = event_of(session, slug)
        partnerships = partnerships_of(session, event.id)
        for index, partnership in enumerate(partnerships):
            if confirmed is None or index < confirmed:
                pairing.confirm_for_all(session, event=event, partnership_id=partnership.id, actor=ACTOR, now=now)
            else:
                ask_members(
                    session, event=event, partnership=partnership, base_url=settings.base_url, actor=ACTOR, now=now
                )
        give_case_sessions(session, event=event, partnerships=partnerships, now=now)


def _place(database: Database, settings: Settings, slug: str, seconds: int, now: datetime) -> None:
    _solve(database, settings, slug, Step(agenda, "First agenda", seconds), now=now)
    with database.writing() as session:
        agenda.release(
            session,
            event=event_of(session, slug),
            name="First programme",
            note="Times and rooms are made up for the demonstration.",
            actor=ACTOR,
            now=now,
        )


def _meet(database: Database, settings: Settings, slug: str, seconds: int, now: datetime) -> None:
    _solve(database, settings, slug, Step(meetings, "Meetings of all days", seconds), now=now)


def _solve(database: Database, settings: Settings, slug: str, step: Step, *, now: datetime) -> None:
    """Submit a run, do it here, and accept its plan; once more and patiently where the machine is too busy for one."""
    run_id = _run(database, settings, slug, step, now=now)
    with database.reading() as session:
        has_plan = session.get_one(SolverRun, run_id).has_solution
    if not has_plan:
        run_id = _run(database, settings, slug, step._replace(seconds=PATIENCE * step.seconds), now=now)
    with database.writing() as session:
        run = session.get_one(SolverRun, run_id)
        step.service.accept_run(session, event=event_of(session, slug), run=run, actor=ACTOR, now=now)


def _run(database: Database, settings: Settings, slug: str, step: Step, *, now: datetime) -> int:
    with database.writing() as session:
        run_id: int = step.service.start_run(
            session,
            event=event_of(session, slug),
            label=step.label,
            time_limit_seconds=step.seconds,
            seed=SEED,
            actor=ACTOR,
            now=now,
        ).id
    limits = replace(limits_of(settings), niceness=0, grace_seconds=GRACE_SECONDS)
    state = run_now(database, run_id, settings, limits=limits)
    log = structlog.get_logger()
    log.info("demonstration.solved", label=step.label, state=state and state.value)
    if state is RunState.FAILED:
        with database.reading() as session:
            run = session.get_one(SolverRun, run_id)
            log.warning("demonstration.failed", label=step.label, failure=run.failure, error=run.error)
    return run_id
