"""What a run is asked: to fill the rest, to improve, or to re-plan with the fewest changes."""

from sqlalchemy.orm import Session

from app.agenda.enums import SolveMode
from app.agenda.models import AgendaDraft
from app.agenda.planner.facts import AgendaFacts
from app.agenda.planner.problems import build_problem, lies_in_windows
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from scheduler.agenda.problem import AgendaProblem, Pin


def problem_for(session: Session, facts: AgendaFacts, draft: AgendaDraft, mode: SolveMode) -> AgendaProblem:
    """The problem of a run over today's rows.

    Raises:
        Refused: what has a place is to stay, but some of it lies outside its own hours.
    """
    problem = build_problem(session, facts, draft)
    if mode is SolveMode.IMPROVE:
        return problem.model_copy(update={"previous": ()})
    if mode is SolveMode.FILL:
        return _with_all_pinned(problem, facts, draft)
    return problem


def _with_all_pinned(problem: AgendaProblem, facts: AgendaFacts, draft: AgendaDraft) -> AgendaProblem:
    rooms = {room.id: room.slug for room in facts.rooms}
    by_id = {item.id: item for item in facts.sessions}
    pins: dict[str, Pin] = {}
    for placement in draft.placements:
        item = by_id.get(placement.session_id)
        if item is None or placement.room_id not in rooms:
            continue
        if not lies_in_windows(facts.grid, item, placement):
            said = _("“%(title)s” lies outside its own hours, so it cannot stay. Move it, or re-plan.")
            raise Refused({"mode": said % {"title": item.title}})
        pins[item.slug] = Pin(start=facts.grid.tick(placement.starts_at), room=rooms[placement.room_id])
    sessions = (one.model_copy(update={"pin": pins[one.id]}) if one.id in pins else one for one in problem.sessions)
    return problem.model_copy(update={"sessions": tuple(sessions)})
