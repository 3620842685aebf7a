"""What organisers do on a walk over kept pages, and what their pages are."""

import random
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.agenda.models import AgendaSession, DraftPlacement
from app.agenda.service import release
from app.agenda.service.releasing import ReleaseRefused
from app.claims.service import AlreadyTaken
from app.delegations.models import Delegate
from app.events.models import Event, Room
from app.platform.actor import Actor
from app.platform.audit import record
from app.solver_runs.enums import RunState
from app.solver_runs.models import RunProgress, SolverRun
from app.solver_runs.recording import record_state

ORGANISER, DESK = 0, -1
"""Numbers that no delegate has."""
OFFICE_PATHS = ("", "/people", "/people?lang=fr", "/agenda", "/agenda?view=list", "/meetings", "/meetings?view=list")
DESK_PATHS = ("/people", "/people?state=approved", "/people?sort=diet")


class OfficeWalk:
    """Steps of organisers; a part of ``Walk``."""

    cast: Any
    clock: Any
    rng: random.Random
    placed: Any
    done: Any
    database: Any
    _post: Any
    _any: Any
    run_id: int | None = None

    def _edit(self) -> None:
        person = self.rng.choice(self.cast.people)
        with self.database.writing() as session:
            delegate = session.get_one(Delegate, person)
            before, delegate.badge_name = delegate.badge_name, f"Renamed {self.done.total()}"
            record(
                session, actor=Actor.system("test"), now=self.clock.now(), event_id=self.cast.event.id,
                action="delegate.changed", entity="delegate", entity_id=person,
                changes={"badge_name": (before, delegate.badge_name)},
            )  # fmt: skip

    def _release(self) -> None:
        number = self.done["release"]
        if number > 3:
            return
        # What organisers moved, or what was booked meanwhile, may stand in its way.
        with suppress(ReleaseRefused, AlreadyTaken), self.database.writing() as session:
            self.placed(session, f"Opening {number}", tuple(self.rng.sample(self.cast.people, 2)), 60 * number + 300)
            event = session.get_one(Event, self.cast.event.id)
            actor = Actor.system("test")
            release(session, event=event, name=f"R{number}", note=None, actor=actor, now=self.clock.now())

    def _approve(self) -> Any:
        person, version = self._any(select(Delegate.id, Delegate.version))
        answer = self.rng.choice(("approve", "reject", "ask"))
        return self._post(None, "/manage/people", answer=answer, text="Say more", chosen=f"{person}:{version}")

    def _place(self) -> Any:
        found = self._any(select(AgendaSession.id))
        if found is None:
            return None
        with self.database.reading() as session:
            version = session.scalar(select(DraftPlacement.version).where(DraftPlacement.session_id == found[0]))
        room = self._any(select(Room.id))[0]
        spot = self.rng.choice((f"{room}|2019-09-03|1{self.rng.randrange(8)}:00", "tray"))
        fields = {} if version is None else {"version": version}
        return self._post(None, "/manage/agenda/place", session_id=found[0], spot=spot, **fields)

    def _undo(self) -> Any:
        return self._post(None, f"/manage/agenda/{self.rng.choice(('undo', 'redo'))}")

    def _run(self) -> None:
        """A run begins, reports steps of which no line tells, ends, and is discarded."""
        with self.database.writing() as session:
            run = session.get(SolverRun, self.run_id) if self.run_id else None
            if run is None:
                run = self._begun()
                session.add(run)
                session.flush()
                self.run_id = run.id
                return self._note(session, run, "submitted")
            if run.state is RunState.RUNNING and self.rng.random() < 0.7:
                position = self.rng.randrange(10**6)
                session.add(RunProgress(run_id=run.id, position=position, seconds=position, stage="cost", incumbent=7))
                return None
            if run.state is RunState.RUNNING:
                run.state, run.ended_at = RunState.DONE, self.clock.now()
                return self._note(session, run, "done")
            run.discarded_at, self.run_id = self.clock.now(), None
            return self._note(session, run, "discarded")

    def _begun(self) -> SolverRun:
        kind, now = self.rng.choice(("agenda", "meetings")), self.clock.now()
        return SolverRun(
            event_id=self.cast.event.id, kind=kind, label="A run", state=RunState.RUNNING, problem="{}",
            problem_hash="0", time_limit_seconds=10, seed=1, workers=1, submitted_at=now, started_at=now,
            # Nobody looks after it: it must not be taken for lost.
            heartbeat_at=now + timedelta(days=1000), worker_name="walk", accept_path="/accept",
        )  # fmt: skip

    def _note(self, session: Any, run: SolverRun, action: str) -> None:
        record_state(session, run=run, actor=Actor.system("test"), now=self.clock.now(), action=action, before=None)


OFFICE_STEPS = {"approve": 2, "place": 3, "undo": 2, "run": 4}
