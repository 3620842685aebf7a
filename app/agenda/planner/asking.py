"""What a run is asked: to fill the rest, to improve, to re-plan with fewest changes, or why one session fits not."""

from collections.abc import Sequence, Set
from itertools import chain

from sqlalchemy.orm import Session

from app.agenda.enums import SolveMode
from app.agenda.models import AgendaDraft, AgendaSession, DraftPlacement
from app.agenda.planner.facts import AgendaFacts
from app.agenda.planner.problems import build_problem, lies_in_windows
from app.agenda.planner.solutions import judge, solution_of
from app.agenda.planner.weighing import BrokenRule, weigh
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from scheduler.agenda.problem import AgendaProblem, Pin
from scheduler.agenda.restricting import only


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


def problem_about(session: Session, facts: AgendaFacts, draft: AgendaDraft, item: AgendaSession) -> AgendaProblem:
    """Where one session may go while all others stay: without a plan, what is in its way is explained.

    What stands by no rule, whether the session is there or not, is left out: it would be in the way of any plan.
    """
    problem = build_problem(session, facts, draft)
    broken = weigh(facts, judge(problem, solution_of(facts, draft)))
    by_id = {one.id: one for one in facts.sessions}
    rooms = {room.id: room.slug for room in facts.rooms}
    standing = {
        by_id[one.session_id].slug: one
        for one in draft.placements
        if one.session_id in by_id
        and one.session_id != item.id
        and one.room_id in rooms
        # A start outside its own hours is no pin that a file may hold.
        and lies_in_windows(facts.grid, by_id[one.session_id], one)
    }
    for name in _against_each_other(broken, item.slug, standing.keys()):
        del standing[name]
    sessions = tuple(
        one.model_copy(update={"optional": False})
        if one.id == item.slug
        else one.model_copy(update={"pin": _pin(facts, rooms, standing[one.id])})
        if one.id in standing
        else one
        for one in problem.sessions
    )
    return only(problem.model_copy(update={"sessions": sessions}), {item.slug, *standing})


def _against_each_other(broken: Sequence[BrokenRule], about: str, standing: Set[str]) -> frozenset[str]:
    """One session for each rule that is broken without the one in question, best one that is of no concern to it."""
    near = frozenset(chain.from_iterable(rule.subjects for rule in broken if about in rule.subjects))
    out: set[str] = set()
    for rule in broken:
        names = standing & set(rule.subjects)
        if names and about not in rule.subjects and out.isdisjoint(names):
            out.add(min(names, key=lambda name: (name in near, name)))
    return frozenset(out)


def _pin(facts: AgendaFacts, rooms: dict[int, str], placement: DraftPlacement) -> Pin:
    return Pin(start=facts.grid.tick(placement.starts_at), room=rooms[placement.room_id])


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
        pins[item.slug] = _pin(facts, rooms, placement)
    sessions = (one.model_copy(update={"pin": pins[one.id]}) if one.id in pins else one for one in problem.sessions)
    return problem.model_copy(update={"sessions": tuple(sessions)})
