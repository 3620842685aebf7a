"""What accepting a run would do to the draft as it is now: which sessions move, and for whom."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.agenda.enums import SolveMode
from app.agenda.models import AgendaDraft, DraftPlacement
from app.agenda.planner import (
    AgendaFacts,
    WhyNot,
    outcome_of,
    placements_of,
    read_facts,
    stamp_of,
    why_not,
)
from app.agenda.queries import SessionChange, current_draft, difference, entries_of_draft
from app.events.models import Event
from app.platform.errors import Refused
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import problem_of, results_of


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A run beside the draft. ``stamp`` is of the draft; ``is_stale`` says that it changed since the run began.

    ``problem`` says why what the run found fits the rows no more; ``reason`` why it found nothing.
    """

    mode: SolveMode | None
    stamp: str
    is_stale: bool
    changes: tuple[SessionChange, ...]
    problem: str | None
    reason: WhyNot | None

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
    if run.has_solution:
        try:
            changes = _changes(facts, draft, results.outcome)
        except Refused as refused:
            problem = str(refused)
    reason = None
    if run.is_explained:
        reason = why_not(facts, problem_json=problem_of(session, run=run), explanation_json=results.explanation)
    mode, began_with = asked(run)
    stamp = stamp_of(draft)
    return Proposal(
        mode=mode,
        stamp=stamp,
        is_stale=began_with is not None and began_with != stamp,
        changes=changes,
        problem=problem,
        reason=reason,
    )


def asked(run: SolverRun) -> tuple[SolveMode | None, str | None]:
    """What a run was asked, and the stamp of the draft that it began with."""
    mode, _between, stamp = (run.source_version or "").partition(" ")
    known = {one.value: one for one in SolveMode}
    return known.get(mode), stamp or None


def version_of(mode: SolveMode, draft: AgendaDraft) -> str:
    """How a run keeps what ``asked`` reads."""
    return f"{mode.value} {stamp_of(draft)}"


def _changes(facts: AgendaFacts, draft: AgendaDraft, outcome: str | None) -> tuple[SessionChange, ...]:
    proposed = AgendaDraft(
        event_id=draft.event_id,
        name="",
        placements=[
            DraftPlacement(session_id=one.session_id, room_id=one.room_id, starts_at=one.starts_at)
            for one in placements_of(facts, outcome_of(facts, outcome))
        ],
    )
    return difference(entries_of_draft(draft, facts.sessions), entries_of_draft(proposed, facts.sessions))
