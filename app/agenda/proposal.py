"""What accepting a run would do to the draft as it is now: which sessions move, and for whom."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.agenda.differences import SessionChange, difference, entries_of_draft
from app.agenda.enums import SolveMode
from app.agenda.models import AgendaDraft, AgendaSession, DraftPlacement
from app.agenda.planner import (
    AgendaFacts,
    Placed,
    WhyNot,
    outcome_of,
    place_of,
    placements_of,
    read_facts,
    stamp_of,
    why_not,
)
from app.agenda.queries import current_draft
from app.events.models import Event
from app.platform.errors import Refused
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import problem_of, results_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a run was asked: the stamp is of the draft that it began with, ``session_id`` of one that it is about."""

    mode: SolveMode | None
    stamp: str | None
    session_id: int | None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A run beside the draft. ``stamp`` is of the draft; ``is_stale`` says that it changed since the run began.

    ``problem`` says why what the run found fits the rows no more; ``reason`` why it found nothing. A run ``about`` one
    session moves nothing: ``place`` is where that session could go.
    """

    mode: SolveMode | None
    stamp: str
    is_stale: bool
    changes: tuple[SessionChange, ...]
    problem: str | None
    reason: WhyNot | None
    about: AgendaSession | None
    place: Placed | None

    @property
    def moved(self) -> int:
        """Sessions that have a place already and get another, or lose it."""
        return sum(1 for change in self.changes if change.was is not None)

    @property
    def placed(self) -> int:
        """Sessions that get their first place."""
        return len(self.changes) - self.moved

    @property
    def touched(self) -> frozenset[int]:
        return frozenset(person for change in self.changes for person in change.touched)


def proposal_of(session: Session, event: Event, run: SolverRun) -> Proposal:
    """Read a run against the rows of now."""
    facts = read_facts(session, event)
    draft = current_draft(session, event.id) or AgendaDraft(event_id=event.id, name="", placements=[])
    results = results_of(session, run=run)
    changes: tuple[SessionChange, ...] = ()
    problem = None
    question = asked(run)
    about = next((one for one in facts.sessions if one.id == question.session_id), None)
    if run.has_solution and question.session_id is None:
        try:
            changes = _changes(facts, draft, results.outcome)
        except Refused as refused:
            problem = str(refused)
    reason = None
    if run.is_explained:
        reason = why_not(facts, problem_json=problem_of(session, run=run), explanation_json=results.explanation)
    stamp = stamp_of(draft)
    return Proposal(
        mode=question.mode,
        stamp=stamp,
        is_stale=question.stamp is not None and question.stamp != stamp,
        changes=changes,
        problem=problem,
        reason=reason,
        about=about,
        place=place_of(facts, results.outcome, about) if about and run.has_solution else None,
    )


def asked(run: SolverRun) -> Asked:
    """What a run was asked."""
    mode, stamp, about, *_more = *(run.source_version or "").split(" "), "", "", ""
    known = {one.value: one for one in SolveMode}
    return Asked(mode=known.get(mode), stamp=stamp or None, session_id=int(about) if about else None)


def version_of(mode: SolveMode, draft: AgendaDraft, *, about: AgendaSession | None = None) -> str:
    """How a run keeps what ``asked`` reads."""
    return f"{mode.value} {stamp_of(draft)}" + (f" {about.id}" if about else "")


def _changes(facts: AgendaFacts, draft: AgendaDraft, outcome: str | None) -> tuple[SessionChange, ...]:
    proposed = AgendaDraft(
        event_id=draft.event_id,
        name="",
        placements=[
            DraftPlacement(session_id=one.session_id, room_id=one.room_id, starts_at=one.starts_at)
            for one in placements_of(facts, outcome_of(facts, outcome))
        ],
    )
    return difference(
        entries_of_draft(facts, draft),
        entries_of_draft(facts, proposed),
    )
