"""The demonstration made ready: loaded, paired, placed, released, its meetings held, its schedules printed."""

from collections.abc import Callable
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
from app.demo.load import load_demo
from app.demo.story import read_story
from app.demo.writing.desk import ACTOR
from app.events.models import Event
from app.meetings.models import Meeting
from app.pairing.models import Partnership
from app.pairing.queries import partnerships_of
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.settings import Settings
from app.printing.models import PrintedSheet
from app.printing.service import print_all
from app.solver_runs.models import SolverRun
from app.solver_runs.tasks import run_now

SEED = 2019
CONFIRMED = 5
"""How many partnerships have the consent of all members; the others were asked and wait for an answer."""


HasEvent = Partnership | AgendaRelease | Meeting | PrintedSheet
"""Rows that tell that a step was done."""


class Step(NamedTuple):
    """One of the three problems: the service of its domain, its label, the seconds it may take."""

    service: ModuleType
    label: str
    seconds: int


PAIRING = Step(pairing, "Pairing of the case cities", 10)
AGENDA = Step(agenda, "First agenda", 10)
MEETINGS = Step(meetings, "Meetings of both days", 10)


def prepare_demo(database: Database, settings: Settings, *, now: datetime) -> None:
    """Bring the tables up to date and do every step that is not done yet; what stands already is left as it is.

    Each step is a transaction of its own, so that a stop in the middle goes on at the next start.
    """
    migrate(settings.database_url)
    with database.writing() as session:
        if _event(session) is None:
            load_demo(session, now=now)
    _once(database, Partnership, lambda: _pair(database, settings, now=now))
    _once(database, AgendaRelease, lambda: _plan_agenda(database, settings, now=now))
    _once(database, Meeting, lambda: _solve(database, settings, MEETINGS, now=now))
    _once(database, PrintedSheet, lambda: _print(database, settings, now=now))


def _once(database: Database, model: type[HasEvent], step: Callable[[], None]) -> None:
    with database.reading() as session:
        event = _event(session)
        is_done = event and session.scalar(select(model.id).where(model.event_id == event.id).limit(1)) is not None
    if not is_done:
        step()


def _pair(database: Database, settings: Settings, *, now: datetime) -> None:
    _solve(database, settings, PAIRING, now=now)
    with database.writing() as session:
        event = _demo_event(session)
        partnerships = partnerships_of(session, event.id)
        for index, partnership in enumerate(partnerships):
            if index < CONFIRMED:
                pairing.confirm_for_all(session, event=event, partnership_id=partnership.id, actor=ACTOR, now=now)
            else:
                pairing.ask(session, partnership=partnership, actor=ACTOR, now=now)
        give_case_sessions(session, event=event, partnerships=partnerships, now=now)


def _plan_agenda(database: Database, settings: Settings, *, now: datetime) -> None:
    _solve(database, settings, AGENDA, now=now)
    with database.writing() as session:
        agenda.release(
            session,
            event=_demo_event(session),
            name="First programme",
            note="Times and rooms are made up for the demonstration.",
            actor=ACTOR,
            now=now,
        )


def _solve(database: Database, settings: Settings, step: Step, *, now: datetime) -> None:
    """Submit a run, do it here, and accept its plan: the same way that the pages go."""
    with database.writing() as session:
        run_id = step.service.start_run(
            session,
            event=_demo_event(session),
            label=step.label,
            time_limit_seconds=step.seconds,
            seed=SEED,
            actor=ACTOR,
            now=now,
        ).id
    state = run_now(database, run_id, settings)
    structlog.get_logger().info("demonstration.solved", label=step.label, state=state and state.value)
    with database.writing() as session:
        run = session.get_one(SolverRun, run_id)
        step.service.accept_run(session, event=_demo_event(session), run=run, actor=ACTOR, now=now)


def _print(database: Database, settings: Settings, *, now: datetime) -> None:
    with database.writing() as session:
        event = _demo_event(session)
        print_all(
            session, event, settings.var / "prints" / event.slug, base_url=settings.base_url, actor=ACTOR, now=now
        )


def _event(session: Session) -> Event | None:
    return session.scalar(select(Event).where(Event.slug == read_story().event.slug))


def _demo_event(session: Session) -> Event:
    return session.scalars(select(Event).where(Event.slug == read_story().event.slug)).one()
