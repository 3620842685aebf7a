"""What of an edition stands whatever its draft, kept by this process: a board is read after each move."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.agenda.planner.facts import AgendaFacts, read_facts
from app.agenda.planner.problems import problem_without_draft
from app.agenda.rules import acknowledgements_of
from app.claims.enums import BOOKED
from app.events.models import Event, EventDay
from app.events.queries import days_of
from app.platform.kept import apart_from, kept, state_without
from scheduler.agenda.places import FreePlaces
from scheduler.agenda.problem import AgendaProblem

DRAFT_ALONE = frozenset(
    {
        "agenda.placed",
        "agenda.put_back",
        "agenda.pinned",
        "agenda.undone",
        "agenda.redone",
        "agenda.run_accepted",
        "agenda.imported",
    }
)
"""What the log calls changes of a draft and of nothing else."""


@dataclass(frozen=True)
class Ground:
    """Facts, days, the problem without a draft, and where sessions may go in it.

    Its rows belong to no session of the database: they are there to be read.
    """

    facts: AgendaFacts
    days: tuple[EventDay, ...]
    problem: AgendaProblem
    places: FreePlaces


def ground_of(session: Session, event: Event) -> Ground:
    """What the agenda of an edition depends on as this transaction sees it, read again after any change but of drafts
    and bookings.

    For transactions that have changed nothing but drafts. What is acknowledged is read each time: it carries names of
    accounts, whose lines are about no edition.
    """

    def read() -> Ground:
        return read_ground(session, event.id)

    state = state_without(session, event.id, quiet=BOOKED, besides=DRAFT_ALONE)
    ground = kept(session, "agenda ground", event_id=event.id, state=state, read=read)
    facts = replace(ground.facts, event=event, acknowledged=acknowledgements_of(session, event.id))
    return replace(ground, facts=facts)


def read_ground(session: Session, event_id: int) -> Ground:
    """In a session apart: the rows outlive this one."""
    with apart_from(session) as apart:
        facts = read_facts(apart, apart.get_one(Event, event_id))
        problem = problem_without_draft(apart, facts)
        return Ground(facts, tuple(days_of(apart, event_id)), problem, FreePlaces(problem))
